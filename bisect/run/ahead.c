// SPDX-License-Identifier: GPL-2.0-or-later
#include "ahead.h"

#include <errno.h>
#include <string.h>

#include "believe.h"
#include "bisect/choice/foresee.h"
#include "flaky.h"
#include "stock.h"

/* Skips are taken to come as often as they did, and once in twenty before the first. */
#define SKIPS_BEFORE 1.0
#define STEPS_BEFORE 20.0

void ahead_order(struct run *run, const struct strvec *commits)
{
	const struct world *w = run->bench.world;

	if (run->speculates && strvec_check(commits) == 0)
		w->builder->order(
			w->builder_ctx, (const char *const *)commits->v, commits->n);
}

static double chance_of_skip(const struct past *past)
{
	double skips = SKIPS_BEFORE, all = STEPS_BEFORE;

	for (size_t i = 0; i < past->n_steps; i++) {
		skips += past->steps[i].verdict == VERDICT_SKIP;
		all++;
	}
	return skips / all;
}

/* Ends that are to be checked come before any choice. */
void ahead_add_ends(const struct run *run, const char *under_way, struct strvec *commits)
{
	for (size_t i = 0; i < run->goods->n; i++) {
		bool judged = under_way && !strcmp(run->goods->v[i], under_way);

		for (size_t k = 0; k < run->past->n_steps; k++)
			judged |= !strcmp(run->past->steps[k].commit, run->goods->v[i]);
		if (!judged)
			strvec_add(commits, run->goods->v[i]);
	}
}

bool ahead_is_missing(const struct run *run, const char *commit)
{
	const struct world *w = run->bench.world;
	struct candidate candidate;
	struct err err = ERR_INIT;

	return w->builder->find(w->builder_ctx, commit, &candidate, &err) == -ENOENT;
}

static int add_foreseen(const struct run *run, const struct step *step,
	const struct stock *stock, struct strvec *list)
{
	struct prospect prospect = {.known = &stock->known,
		.prices = &stock->prices,
		.missing = stock->missing,
		.under_way = FORESEE_NONE,
		.skip = chance_of_skip(run->past),
		.confirms = run->confirm > 0};
	struct foreseen seen;
	size_t number;
	int r;

	/* an end that does not hold ends the run */
	if (!strcmp(step->role, "split") &&
		history_find(run->history, step->commit, &number) == 0)
		prospect.under_way = number;
	r = foresee(&prospect, &seen);
	for (size_t i = 0; r == 0 && i < seen.n; i++)
		strvec_add(list, run->history->commits[seen.v[i]]);
	return r;
}

/* Where tests are repeated: what would be tested next if this one failed, or passed. */
static void add_believed(
	const struct run *run, const struct step *step, struct strvec *list)
{
	const struct belief_goal goal = flaky_goal(run);
	struct belief_answer answer;
	struct err err = ERR_INIT;
	size_t number;

	if (history_find(run->history, step->commit, &number) < 0)
		return;
	for (int failed = 1; failed >= 0; failed--) {
		CLEANUP_BELIEVED struct believed b = {0};

		if (believe(run, &b, &err) < 0)
			return;
		belief_add(&b.belief, b.same_as[number], failed);
		belief_ask(&b.belief, &goal, &answer);
		if (answer.kind == BELIEF_TRY || answer.kind == BELIEF_PROVE)
			strvec_add(list, run->history->commits[answer.next]);
	}
}

static bool is_believed(const struct step *step)
{
	return !strcmp(step->role, "search") || !strcmp(step->role, "proof");
}

static bool is_foreseen(const struct step *step)
{
	return !strcmp(step->role, "split") || !strcmp(step->role, "bad-end") ||
	       !strcmp(step->role, "good-end");
}

void ahead_of_step(void *ctx, const struct step *step)
{
	struct run *run = ctx;
	CLEANUP_STRVEC struct strvec list = STRVEC_INIT;
	CLEANUP_STOCK struct stock stock = {0};
	struct err err = ERR_INIT;

	if (!run->speculates || (!is_foreseen(step) && !is_believed(step)))
		return;
	/* without a good end there is no range yet */
	if (!run->history->graph.n)
		return;
	/* it may be missing itself */
	strvec_add(&list, step->commit);
	/* another process makes it: nothing shall stand in its way */
	if (run->take && ahead_is_missing(run, step->commit)) {
		ahead_order(run, &list);
		return;
	}
	if (is_believed(step)) {
		add_believed(run, step, &list);
		ahead_order(run, &list);
		return;
	}
	ahead_add_ends(run, step->commit, &list);
	if (stock_take(&stock, run->history, run->past, run->bad, run->bench.world,
		    &err) == 0 &&
		add_foreseen(run, step, &stock, &list) == 0)
		ahead_order(run, &list);
}

void ahead_of_confirmation(struct run *run, const char *culprit,
	const struct strvec *parents, const char *revert)
{
	CLEANUP_STRVEC struct strvec list = STRVEC_INIT;

	strvec_add(&list, culprit);
	for (size_t i = 0; i < parents->n; i++)
		strvec_add(&list, parents->v[i]);
	if (*revert)
		strvec_add(&list, revert);
	ahead_order(run, &list);
}

void ahead_end(struct run *run)
{
	const struct strvec none = STRVEC_INIT;

	ahead_order(run, &none);
}
