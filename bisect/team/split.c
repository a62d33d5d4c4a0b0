// SPDX-License-Identifier: GPL-2.0-or-later
#include "split.h"

#include "bisect/run/stock.h"
#include "ends.h"

static int conclude(struct team *team, const struct choice *choice, struct err *err)
{
	int r = team_drop_all(team, err);

	return r < 0 ? r : run_conclude(team->run, choice, err);
}

/* Seconds of the last step that was booted: those that began with it take as long. */
static double last_seconds(const struct past *past)
{
	for (size_t i = past->n_steps; i-- > 0;)
		if (*past->steps[i].boot)
			return past->steps[i].cost.seconds[COST_TOTAL];
	return 0;
}

void split_describe(const struct team *team, const struct stock *stock,
	struct plan_state *ret_state, size_t *ret_hosts)
{
	struct plan_state state = {.known = &stock->known, .prices = &stock->prices};
	size_t number;

	for (size_t i = 0; i < team->n; i++) {
		const struct team_host *h = &team->hosts[i];
		double age = team_now(team) - h->began;

		if (h->state == TEAM_BUSY && ends_is_role(h->step.role)) {
			state.others[state.n_others++] = age;
		} else if (h->state == TEAM_BUSY &&
			   history_find(team->run->history, h->step.commit, &number) ==
				   0) {
			ret_hosts[state.n_steps] = i;
			state.steps[state.n_steps++] =
				(struct plan_step){.commit = number, .age = age};
		}
		state.n_idle += h->state == TEAM_IDLE && ends_shown(team, i);
		state.n_coming += h->state == TEAM_DROPPED;
	}
	state.typical = last_seconds(team->run->past);
	*ret_state = state;
}

static int carry_out(struct team *team, const struct plan *plan,
	const struct plan_state *state, const size_t *hosts, size_t candidates,
	struct err *err)
{
	size_t next = 0;
	int r = 0;

	for (size_t i = 0; !r && i < state->n_steps; i++)
		if (plan->drop[i])
			r = team_drop(team, hosts[i], err);
	for (size_t i = 0; !r && i < team->n && next < plan->tries.n; i++)
		if (team->hosts[i].state == TEAM_IDLE && ends_shown(team, i))
			r = team_start(team, i,
				team->run->history->commits[plan->tries.v[next++]],
				"split", candidates, err);
	return r < 0 ? r : RUN_GOING;
}

/* Splits the range among those that have shown the ends; *ret_wait: as plan.wait. */
static int split(struct team *team, double *ret_wait, struct err *err)
{
	struct run *run = team->run;
	CLEANUP_STOCK struct stock stock = {0};
	struct choice choice = {0};
	struct plan_state state;
	size_t hosts[TEAM_MAX];
	struct plan plan = {0};
	int r = stock_take(
		&stock, run->history, run->past, run->bad, run->bench.world, err);

	if (r < 0)
		return r;
	r = run_choose_from(run, &stock, &choice, err);
	if (r < 0)
		return r;
	if (choice.kind != CHOICE_TRY)
		return conclude(team, &choice, err);
	split_describe(team, &stock, &state, hosts);
	r = plan_make(&state, &plan);
	if (r < 0)
		return err_errno(err, r, "cannot choose commits");
	/* what one host alone would try tells something in any case */
	if (!state.n_steps && !state.n_coming && !plan.tries.n)
		plan.tries = (struct tries){.v = {choice.commit}, .n = 1};
	if (plan.wait > 0)
		*ret_wait = plan.wait;
	return carry_out(team, &plan, &state, hosts, choice.candidates, err);
}

int split_hand_out(struct team *team, double *ret_wait, struct err *err)
{
	bool ready = false;
	int r = ends_vote(team, err);

	for (size_t i = 0; r == RUN_GOING && i < team->n; i++)
		if (team->hosts[i].state == TEAM_IDLE && !ends_shown(team, i))
			r = ends_start(team, i, err);
	for (size_t i = 0; i < team->n; i++)
		ready |= team->hosts[i].state == TEAM_IDLE && ends_shown(team, i);
	return r == RUN_GOING && ready ? split(team, ret_wait, err) : r;
}
