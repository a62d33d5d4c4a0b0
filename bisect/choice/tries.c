// SPDX-License-Identifier: GPL-2.0-or-later
#include "tries.h"

#include <errno.h>

int tries_reach(const struct known *known, const struct range *range,
	const struct tries *tries, uint64_t *ret_rows)
{
	const struct graph *graph = known->graph;
	CLEANUP_FREE uint64_t *reach = calloc(graph->n + 1, sizeof(*reach));

	if (!reach)
		return -ENOMEM;
	for (size_t b = 0; b < tries->n; b++)
		reach[tries->v[b]] |= (uint64_t)1 << b;
	for (size_t i = graph->n; i-- > 0;)
		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++)
			reach[graph->parents[p]] |= reach[i];
	for (size_t i = 0; i < range->graph.n; i++)
		ret_rows[i] = reach[range->outer[i]];
	return 0;
}

uint64_t tries_that_tell(const struct range *range, const uint64_t *rows)
{
	uint64_t some = 0, all = UINT64_MAX;

	for (size_t i = 0; i < range->graph.n; i++) {
		if (!range->value[i])
			continue;
		some |= rows[i];
		all &= rows[i];
	}
	return some & ~all;
}
