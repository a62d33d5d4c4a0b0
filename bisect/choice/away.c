// SPDX-License-Identifier: GPL-2.0-or-later
#include "away.h"

unsigned int away_measure(const struct range *range, uint32_t *away)
{
	const struct graph *graph = &range->graph;
	unsigned int n_skipped = 0;

	for (size_t i = 0; i < graph->n; i++) {
		away[i] = range->marks[i] == MARK_SKIP ? 0 : graph->n;
		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++)
			if (away[graph->parents[p]] + 1 < away[i])
				away[i] = away[graph->parents[p]] + 1;
		n_skipped += range->marks[i] == MARK_SKIP && range->value[i];
	}
	for (size_t i = graph->n; i-- > 0;)
		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++)
			if (away[i] + 1 < away[graph->parents[p]])
				away[graph->parents[p]] = away[i] + 1;
	return n_skipped;
}
