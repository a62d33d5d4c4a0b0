// SPDX-License-Identifier: GPL-2.0-or-later
#include "small.h"

#include <errno.h>

#define SLOTS (4 * SMALL_SETS_MAX)

struct plan {
	uint64_t set;   /* the candidates; 0: a free slot */
	double seconds; /* expected, until no try tells more */
	size_t begin;   /* the commit to begin with; n: none */
};

struct table {
	size_t n;
	const double *seconds;
	uint64_t below[SMALL_MAX]; /* commits reachable from each, as a set */
	struct plan *plans;        /* SLOTS of them, by hash of the set */
	size_t n_plans;
};

static struct plan *slot_of(struct table *t, uint64_t set)
{
	uint64_t at = set * 0x9e3779b97f4a7c15 >> 32;

	while (t->plans[at % SLOTS].set && t->plans[at % SLOTS].set != set)
		at++;
	return &t->plans[at % SLOTS];
}

/* Expected seconds; below 0: too many sets. A set is its own state: which tries led to
 * it does not matter. */
static double plan_for(struct table *t, uint64_t set)
{
	struct plan plan = {.set = set, .begin = t->n}, *slot = slot_of(t, set);
	double all = __builtin_popcountll(set);

	if (slot->set)
		return slot->seconds;
	for (size_t i = 0; i < t->n; i++) {
		uint64_t bad = set & t->below[i], good = set & ~t->below[i];
		double if_bad, if_good, seconds;

		if (!t->seconds[i] || !bad || !good)
			continue;
		if_bad = plan_for(t, bad);
		if_good = plan_for(t, good);
		if (if_bad < 0 || if_good < 0)
			return -1;
		seconds = t->seconds[i] + __builtin_popcountll(bad) / all * if_bad +
			  __builtin_popcountll(good) / all * if_good;
		if (plan.begin == t->n || seconds < plan.seconds) {
			plan.begin = i;
			plan.seconds = seconds;
		}
	}
	if (t->n_plans == SMALL_SETS_MAX)
		return -1;
	t->n_plans++;
	*slot_of(t, set) = plan;
	return plan.seconds;
}

int small_cheapest(const struct range *range, const double *seconds, size_t *ret_commit)
{
	const struct graph *graph = &range->graph;
	struct table t = {.n = graph->n, .seconds = seconds};
	CLEANUP_FREE struct plan *plans = calloc(SLOTS, sizeof(*plans));
	uint64_t set = 0;

	if (!plans)
		return -ENOMEM;
	t.plans = plans;
	for (size_t i = 0; i < graph->n; i++) {
		t.below[i] = (uint64_t)1 << i;
		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++)
			t.below[i] |= t.below[graph->parents[p]];
		if (range->value[i])
			set |= (uint64_t)1 << i;
	}
	if (plan_for(&t, set) < 0)
		return -E2BIG;
	*ret_commit = slot_of(&t, set)->begin;
	return 0;
}
