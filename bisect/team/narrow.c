// SPDX-License-Identifier: GPL-2.0-or-later
#include "narrow.h"

#include <errno.h>
#include <string.h>

/* below[i]: i is an ancestor of commit, or is it. */
static void mark_ancestors(const struct graph *graph, size_t commit, uint8_t *below)
{
	memset(below, 0, graph->n);
	below[commit] = 1;
	for (size_t i = commit + 1; i-- > 0;)
		for (uint32_t p = graph->first[i]; below[i] && p < graph->first[i + 1];
			p++)
			below[graph->parents[p]] = 1;
}

/* Takes the bad commits in the order of the log: each that is below the last one. */
int narrow_is_beside(
	const struct run *run, const char *commit, bool *ret_beside, struct err *err)
{
	const struct history *history = run->history;
	const struct past *past = run->past;
	CLEANUP_FREE uint8_t *below = calloc(history->graph.n + 1, 1);
	size_t number;

	if (!below)
		return err_set(err, -ENOMEM, "out of memory");
	if (history_find(history, run->bad, &number) == 0)
		mark_ancestors(&history->graph, number, below);
	for (size_t i = 0; i < past->n_steps; i++)
		if (past->steps[i].verdict == VERDICT_BAD &&
			history_find(history, past->steps[i].commit, &number) == 0 &&
			below[number])
			mark_ancestors(&history->graph, number, below);
	*ret_beside = history_find(history, commit, &number) < 0 || !below[number];
	return 0;
}
