// SPDX-License-Identifier: GPL-2.0-or-later
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ahead.h"
#include "announce.h"
#include "bisect/log/evidence.h"
#include "confirm.h"
#include "flaky.h"
#include "learn.h"
#include "owner.h"
#include "share.h"
#include "stock.h"

void run_init(struct run *run)
{
	*run = (struct run){0};
	run->signature = (struct signature)SIGNATURE_INIT;
	buf_init(&run->words, 1024 * 1024);
}

void run_release(struct run *run)
{
	signature_release(&run->signature);
	failure_release(&run->bench.failure);
	buf_release(&run->words);
}

int run_stopped(struct run *run, enum step_end end, const struct step *step)
{
	switch (end) {
	case STEP_LAB:
		buf_addf(&run->words,
			"stopped: %.12s could not be judged in %u attempts, by the lab's "
			"fault: %s",
			step->commit, run->bench.rules->attempts, step->why);
		return RUN_LAB;
	case STEP_ABORT:
		buf_addf(&run->words, "stopped at %.12s: %s, which asks to end the run",
			step->commit, step->why);
		return RUN_ABORTED;
	default:
		buf_adds(&run->words, "interrupted");
		return RUN_STOPPED;
	}
}

unsigned int run_next_number(const struct past *past)
{
	unsigned int number = past->n_steps + past->n_confirmations;

	/* on several hosts there are also steps under way, and dropped ones */
	if (past->roster.last_number > number)
		number = past->roster.last_number;
	return number + 1;
}

int run_step(struct run *run, struct step *step, struct err *err)
{
	enum step_end end;
	int r;

	if (run->host)
		snprintf(step->host, sizeof(step->host), "%s", run->host);
	r = run_log_step(run, step, err);
	if (r < 0)
		return r;
	if (run->take) {
		end = run->take(run, step);
	} else {
		end = step_run(&run->bench, step);
		evidence_gather(run->bench.world->server, run->bench.world->server_ctx,
			run->past, step, run->folder);
	}
	return end == STEP_JUDGED ? RUN_GOING : run_stopped(run, end, step);
}

int run_name_step(const struct run *run, const char *commit, const char *role,
	struct step *step, struct err *err)
{
	struct history_commit c = {.subject = "the bad end with the culprit reverted"};
	int r = strcmp(role, "revert") ? history_describe(run->history, commit, &c, err)
				       : 0;

	step->number = run_next_number(run->past);
	snprintf(step->role, sizeof(step->role), "%s", role);
	snprintf(step->commit, sizeof(step->commit), "%s", commit);
	snprintf(step->subject, sizeof(step->subject), "%s", c.subject);
	return r;
}

/* RUN_GOING when the step was judged and recorded. */
int run_take_step(struct run *run, const char *commit, const char *role,
	size_t candidates, struct err *err)
{
	struct step step = {.candidates = candidates};
	CLEANUP_BUF struct buf b;
	int r = run_name_step(run, commit, role, &step, err);

	buf_init(&b, RECORD_MAX);
	if (r < 0)
		return r;
	run_announce_step(run, &step);
	run->bench.shared = run->past;
	r = run_step(run, &step, err);
	run->bench.shared = NULL;
	if (r != RUN_GOING)
		return r;
	run_learn(run, &step, &b);
	record_step(&b, &step, &run->past->terms);
	r = journal_append(run->journal, &b, err);
	if (r == 0)
		r = past_add(run->past, &step);
	if (r < 0)
		return r;
	run_announce_verdict(run, &step);
	return RUN_GOING;
}

static const struct step *find_step(const struct past *past, const char *commit)
{
	for (size_t i = past->n_steps; i-- > 0;)
		if (!strcmp(past->steps[i].commit, commit))
			return &past->steps[i];
	return NULL;
}

int run_end_does_not_hold(
	struct run *run, const struct step *step, bool is_bad, struct err *err)
{
	const char *name = past_word(run->past, is_bad ? VERDICT_BAD : VERDICT_GOOD);

	buf_addf(&run->words, "the %s end %.12s ", name, step->commit);
	if (step->verdict == VERDICT_SKIP)
		buf_addf(&run->words, "cannot be tested: %s", step->why);
	else
		buf_addf(&run->words, "is %s: %s", past_word(run->past, step->verdict),
			step->why);
	if (step->verdict == VERDICT_SKIP && is_bad && step->attempts &&
		step->cost.seconds[COST_TEST] < 0)
		buf_adds(&run->words,
			" (if not booting is the failure that you look for, "
			"say --on-boot-failure bad)");
	return run_end_without(run, "ends", RUN_ENDS, err);
}

static int check_end(struct run *run, const char *commit, bool is_bad, struct err *err)
{
	const struct step *step = find_step(run->past, commit);

	if (!step) {
		int r = run_take_step(
			run, commit, is_bad ? "bad-end" : "good-end", 0, err);

		if (r != RUN_GOING)
			return r;
		step = find_step(run->past, commit);
	}
	if (step->verdict == (is_bad ? VERDICT_BAD : VERDICT_GOOD))
		return RUN_GOING;
	return run_end_does_not_hold(run, step, is_bad, err);
}

int run_choose_from(const struct run *run, const struct stock *stock,
	struct choice *ret_choice, struct err *err)
{
	const struct step *good, *bad;
	int r = choose(&stock->known, &stock->prices, ret_choice);

	if (r == 0 && share_mixed(run->past, run->bench.world, &good, &bad))
		ret_choice->kind = CHOICE_CONTRADICTION;
	return r < 0 ? err_errno(err, r, "cannot choose a commit") : 0;
}

int run_choose(const struct run *run, struct choice *ret_choice, struct err *err)
{
	CLEANUP_STOCK struct stock stock = {0};
	int r = stock_take(
		&stock, run->history, run->past, run->bad, run->bench.world, err);

	return r < 0 ? r : run_choose_from(run, &stock, ret_choice, err);
}

static int not_on_paths(struct run *run, struct err *err)
{
	buf_addf(&run->words,
		"no commit that touches these paths is the first %s one: that touches "
		"others",
		terms_new(&run->past->terms));
	return run_end_without(run, "ends", RUN_ENDS, err);
}

static int found(struct run *run, const char *commit, struct err *err)
{
	int r;

	if (run->history->bad_is_outside && !strcmp(commit, run->bad))
		return not_on_paths(run, err);
	r = share_conclude(run, err);
	if (r == 0)
		r = run_confirm(run, commit, err);

	if (r == RUN_CONTRADICTION)
		return flaky_look_into(run, flaky_is_on(run), err);
	if (r != RUN_GOING)
		return r;
	buf_addf(&run->words, "%s is the first %s commit", commit,
		terms_new(&run->past->terms));
	/* of verdicts that came side by side, git's replay takes one bad one only */
	r = run->host ? run_log_conclusion(run, commit, err) : 0;
	if (!r)
		r = run_log_end(run, "found", commit, err);
	return r < 0 ? r : RUN_FOUND;
}

/* Skips that a wider signature would not have made. */
static void add_others(struct run *run)
{
	unsigned int n = 0;

	for (size_t i = 0; i < run->past->n_steps; i++)
		n += run->past->steps[i].another;
	if (n)
		buf_addf(&run->words,
			" (%u of the skipped ones failed in another way than the bad "
			"end: --failure any counts each failure)",
			n);
}

static int only_skipped(struct run *run, struct err *err)
{
	CLEANUP_STOCK struct stock stock = {0};
	CLEANUP_RANGE struct range range = {0};
	int r = stock_take(
		&stock, run->history, run->past, run->bad, run->bench.world, err);

	if (r < 0)
		return r;
	r = range_make(&stock.known, &range);
	if (r < 0)
		return err_errno(err, r, "cannot name the commits left");
	buf_addf(&run->words,
		"only skipped commits are left: the first %s commit could be any of",
		terms_new(&run->past->terms));
	for (size_t i = 0; i < range.graph.n; i++)
		if (range.value[i])
			buf_addf(&run->words, " %s",
				run->history->commits[range.outer[i]]);
	add_others(run);
	return run_end_without(run, "only-skipped", RUN_ONLY_SKIPPED, err);
}

static void add_contradiction(struct run *run, const char *commit)
{
	const struct step *good, *bad;

	buf_adds(&run->words, "the verdicts contradict each other: ");
	if (share_mixed(run->past, run->bench.world, &good, &bad))
		buf_addf(&run->words,
			"%.12s is %s and %.12s is %s, and both have the same image",
			bad->commit, terms_new(&run->past->terms), good->commit,
			terms_old(&run->past->terms));
	else
		buf_addf(&run->words,
			"bad %.12s is an ancestor of a commit that was judged good",
			commit);
}

int run_conclude(struct run *run, const struct choice *choice, struct err *err)
{
	const char *commit = run->history->commits[choice->commit];

	if (choice->kind == CHOICE_FOUND)
		return found(run, commit, err);
	if (choice->kind == CHOICE_ONLY_SKIPPED)
		return only_skipped(run, err);
	add_contradiction(run, commit);
	return flaky_look_into(run, true, err);
}

static int split(struct run *run, struct err *err)
{
	struct choice choice = {0};
	int r = run_choose(run, &choice, err);

	if (r < 0)
		return r;
	if (choice.kind != CHOICE_TRY)
		return run_conclude(run, &choice, err);
	return run_take_step(run, run->history->commits[choice.commit], "split",
		choice.candidates, err);
}

int run_start(struct run *run, struct err *err)
{
	int r;

	run->bench.on_lab_fault = run_log_fault;
	run->bench.look_ahead = ahead_of_step;
	run->bench.ctx = run;
	run->bench.signature = &run->signature;
	r = confirm_restore_mode(run->bench.world, run->past, run->journal,
		run->bench.drive.patience, err);
	if (r == 0)
		r = run_recall(run, err);
	return r < 0 ? r : owner_note(run, err);
}

int run_check_bad(struct run *run, struct err *err)
{
	return check_end(run, run->bad, true, err);
}

int run_bisection(struct run *run, struct err *err)
{
	int r = run_start(run, err);

	if (r == RUN_GOING && flaky_is_on(run))
		return flaky_run(run, err);
	if (r == RUN_GOING)
		r = run_check_bad(run, err);
	for (size_t i = 0; r == RUN_GOING && i < run->goods->n; i++)
		r = check_end(run, run->goods->v[i], false, err);
	while (r == RUN_GOING)
		r = split(run, err);
	return r;
}
