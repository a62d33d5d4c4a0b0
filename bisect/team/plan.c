// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan.h"

#include <errno.h>
#include <math.h>

#define WAIT_LEAST 0.001 /* the same; less is no time at all */

/* Which steps' verdicts still tell something, a bit each. */
static int ask(const struct plan_state *state, const struct range *range, uint64_t *ret)
{
	CLEANUP_FREE uint64_t *rows = calloc(range->graph.n + 1, sizeof(*rows));
	struct tries tries = {.n = state->n_steps};
	int r;

	for (size_t i = 0; i < state->n_steps; i++)
		tries.v[i] = state->steps[i].commit;
	r = rows ? tries_reach(state->known, range, &tries, rows) : -ENOMEM;
	if (!r)
		*ret = tries_that_tell(range, rows);
	return r;
}

/* Until when to wait for a step of that age, if it is due soon. */
static double wait_for(const struct plan_state *state, double age)
{
	double slack = PLAN_PATIENCE * state->typical, due = state->typical - age;

	/* one that is late by as much is no longer expected any moment */
	if (due >= slack || due + slack <= WAIT_LEAST * state->typical)
		return 0;
	return due + slack;
}

/* The steps that go on; until when to wait for those that are due soon. */
static void keep(const struct plan_state *state, uint64_t tell, struct plan *plan,
	struct tries *kept)
{
	for (size_t i = 0; i < state->n_steps; i++) {
		plan->drop[i] = !(tell >> i & 1);
		if (plan->drop[i])
			continue;
		kept->v[kept->n++] = state->steps[i].commit;
		plan->wait = fmax(plan->wait, wait_for(state, state->steps[i].age));
	}
	for (size_t i = 0; i < state->n_others; i++)
		plan->wait = fmax(plan->wait, wait_for(state, state->others[i]));
}

int plan_make(const struct plan_state *state, struct plan *ret_plan)
{
	CLEANUP_RANGE struct range range = {0};
	struct plan plan = {0};
	struct tries kept = {0};
	size_t wanted;
	uint64_t tell = 0;
	int r = range_make(state->known, &range);

	if (!r)
		r = ask(state, &range, &tell);
	if (r < 0)
		return r;
	keep(state, tell, &plan, &kept);
	/* the hosts that are being freed get theirs when they are free */
	wanted = state->n_idle + state->n_coming + state->n_steps - kept.n;
	if (!plan.wait && wanted)
		r = choose_several(
			state->known, state->prices, &kept, wanted, &plan.tries);
	if (plan.tries.n > state->n_idle)
		plan.tries.n = state->n_idle;
	if (!r)
		*ret_plan = plan;
	return r;
}
