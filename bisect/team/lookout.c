// SPDX-License-Identifier: GPL-2.0-or-later
#include "lookout.h"

#include <string.h>

#include "bisect/run/ahead.h"
#include "bisect/run/stock.h"
#include "foretell.h"
#include "split.h"

/* Images that hosts wait for. */
static void add_awaited(const struct team *team, struct strvec *list)
{
	for (size_t i = 0; i < team->n; i++) {
		const struct team_host *h = &team->hosts[i];

		if (h->state == TEAM_BUSY && ahead_is_missing(team->run, h->step.commit))
			strvec_add(list, h->step.commit);
	}
}

static void add_foretold(const struct team *team, struct strvec *list)
{
	struct run *run = team->run;
	CLEANUP_STOCK struct stock stock = {0};
	struct err err = ERR_INIT;
	struct plan_state state;
	struct foreseen seen;
	size_t hosts[TEAM_MAX];

	if (stock_take(&stock, run->history, run->past, run->bad, run->bench.world,
		    &err) < 0)
		return;
	split_describe(team, &stock, &state, hosts);
	if (foretell(&state, stock.missing, run->confirm > 0, &seen) < 0)
		return;
	for (size_t i = 0; i < seen.n; i++)
		strvec_add(list, run->history->commits[seen.v[i]]);
}

/* Of the step that began last. */
static const struct step *newest(const struct team *team)
{
	const struct step *step = NULL;

	for (size_t i = 0; i < team->n; i++)
		if (team->hosts[i].state == TEAM_BUSY &&
			(!step || team->hosts[i].step.number > step->number))
			step = &team->hosts[i].step;
	return step;
}

void lookout(struct team *team)
{
	CLEANUP_STRVEC struct strvec list = STRVEC_INIT;

	if (!team->run->speculates)
		return;
	add_awaited(team, &list);
	if (!list.n && team->repeats) {
		if (newest(team))
			ahead_of_step(team->run, newest(team));
		return;
	}
	if (!list.n) {
		ahead_add_ends(team->run, NULL, &list);
		add_foretold(team, &list);
	}
	ahead_order(team->run, &list);
}
