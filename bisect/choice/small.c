// SPDX-License-Identifier: GPL-2.0-or-later
#include "small.h"

#include <errno.h>

struct plan {
	double seconds; /* expected, until no try tells more; below 0: not yet known */
	size_t begin;   /* the commit to begin with; n: none */
};

struct table {
	size_t n;
	const double *seconds;
	uint32_t below[SMALL_MAX]; /* commits reachable from each, as a set */
	struct plan *plans;        /* by set of candidates */
};

/* A set is its own state: which tries led to it does not matter. */
static const struct plan *plan_for(struct table *t, uint32_t set)
{
	struct plan *plan = &t->plans[set];
	double all = __builtin_popcount(set);

	if (plan->seconds >= 0)
		return plan;
	plan->seconds = 0;
	plan->begin = t->n;
	for (size_t i = 0; i < t->n; i++) {
		uint32_t if_bad = set & t->below[i], if_good = set & ~t->below[i];
		double seconds;

		if (!t->seconds[i] || !if_bad || !if_good)
			continue;
		seconds =
			t->seconds[i] +
			__builtin_popcount(if_bad) / all * plan_for(t, if_bad)->seconds +
			__builtin_popcount(if_good) / all * plan_for(t, if_good)->seconds;
		if (plan->begin == t->n || seconds < plan->seconds) {
			plan->begin = i;
			plan->seconds = seconds;
		}
	}
	return plan;
}

int small_cheapest(const struct range *range, const double *seconds, size_t *ret_commit)
{
	const struct graph *graph = &range->graph;
	struct table t = {.n = graph->n, .seconds = seconds};
	CLEANUP_FREE struct plan *plans = calloc((size_t)1 << graph->n, sizeof(*plans));
	uint32_t set = 0;

	if (!plans)
		return -ENOMEM;
	t.plans = plans;
	for (size_t i = 0; i < (size_t)1 << graph->n; i++)
		plans[i].seconds = -1;
	for (size_t i = 0; i < graph->n; i++) {
		t.below[i] = (uint32_t)1 << i;
		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++)
			t.below[i] |= t.below[graph->parents[p]];
		if (range->value[i])
			set |= (uint32_t)1 << i;
	}
	*ret_commit = plan_for(&t, set)->begin;
	return 0;
}
