// SPDX-License-Identifier: GPL-2.0-or-later
#include "flaky.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "choice/belief.h"
#include "judge/confirm.h"
#include "learn.h"

#define RUNS_MAX 2000 /* no honest search takes so many */

static bool is_evidence(const struct step *step)
{
	/* the reverted bad end is no commit of the history; without kexec is another
	 * question */
	return strcmp(step->role, "revert") && !confirm_is_cold(step->role);
}

static struct tally tally_of(const struct past *past, const char *commit)
{
	struct tally tally = {0};
	const struct step *step;

	for (size_t i = 0; (step = past_step(past, i)); i++) {
		if (strcmp(step->commit, commit) || !is_evidence(step))
			continue;
		tally.fails += step->verdict == VERDICT_BAD;
		tally.passes += step->verdict == VERDICT_GOOD;
	}
	return tally;
}

static bool is_mixed(const struct past *past)
{
	const struct step *step;

	for (size_t i = 0; (step = past_step(past, i)); i++) {
		struct tally tally = tally_of(past, step->commit);

		if (tally.fails && tally.passes)
			return true;
	}
	return false;
}

/* A parent that fails when it is tried again, though it may never have been before. */
static bool has_bad_parent(const struct past *past)
{
	for (size_t i = 0; i < past->n_confirmations; i++)
		if (!strcmp(past->confirmations[i].role, "confirm-good") &&
			past->confirmations[i].verdict == VERDICT_BAD)
			return true;
	return false;
}

bool flaky_is_on(const struct run *run)
{
	return run->confidence || run->end_fails > 1 || is_mixed(run->past) ||
	       has_bad_parent(run->past);
}

static struct belief_goal goal_of(const struct run *run)
{
	unsigned int percent = run->confidence ? run->confidence : FLAKY_CONFIDENCE;

	return (struct belief_goal){percent / 100.0, run->confirm + 1};
}

static bool is_good_end(const struct run *run, const char *commit)
{
	for (size_t i = 0; i < run->goods->n; i++)
		if (!strcmp(run->goods->v[i], commit))
			return true;
	return false;
}

/* All that was tested, as belief. */
static int believe(const struct run *run, struct belief *b, struct err *err)
{
	const struct step *step;
	struct rates rates;
	size_t number;

	rates_unknown(&rates);
	if (belief_init(b, &run->history->graph, NULL, &rates) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; (step = past_step(run->past, i)); i++) {
		bool failed = step->verdict == VERDICT_BAD;
		bool is_in = history_find(run->history, step->commit, &number) == 0;

		if (!is_evidence(step))
			continue;
		if (is_in && step->verdict == VERDICT_SKIP)
			belief_skip(b, number);
		else if (is_in)
			belief_add(b, number, failed);
		else if (step->verdict != VERDICT_SKIP && is_good_end(run, step->commit))
			belief_add_good_end(b, failed);
	}
	return 0;
}

/* One more test of a commit; RUN_GOING when it was judged and recorded. */
static int take(struct run *run, const char *commit, const char *role, const char *why,
	struct err *err)
{
	struct step step = {.number = run_next_number(run->past)};
	const struct world *w = run->bench.world;
	struct history_commit c = {0};
	CLEANUP_BUF struct buf b;
	int r = history_describe(run->history, commit, &c, err);

	buf_init(&b, RECORD_MAX);
	if (r < 0)
		return r;
	snprintf(step.role, sizeof(step.role), "%s", role);
	snprintf(step.commit, sizeof(step.commit), "%s", commit);
	snprintf(step.subject, sizeof(step.subject), "%s", c.subject);
	buf_addf(&b, "step %u: %.12s ", step.number, commit);
	buf_add_clean(&b, c.subject);
	buf_addf(&b, " (%s)", why);
	w->view->say(w->view_ctx, b.data);
	r = run_step(run, &step, err);
	if (r != RUN_GOING)
		return r;
	buf_reset(&b);
	run_learn(run, &step, &b);
	record_run(&b, &step);
	r = journal_append(run->journal, &b, err);
	if (!r)
		r = past_add(run->past, &step);
	if (r < 0)
		return r;
	run_announce_verdict(run, &step);
	return RUN_GOING;
}

static int end_does_not_hold(
	struct run *run, const char *name, const char *commit, struct err *err)
{
	struct tally tally = tally_of(run->past, commit);
	int r;

	if (tally.fails + tally.passes)
		buf_addf(&run->words, "the %s end %.12s failed in %u of %u runs", name,
			commit, tally.fails, tally.fails + tally.passes);
	else
		buf_addf(&run->words, "the %s end %.12s cannot be tested", name, commit);
	r = run_log_end(run, "ends", NULL, err);
	return r < 0 ? r : RUN_ENDS;
}

static bool was_skipped(const struct past *past, const char *commit)
{
	const struct step *step;

	for (size_t i = 0; (step = past_step(past, i)); i++)
		if (!strcmp(step->commit, commit) && step->verdict == VERDICT_SKIP &&
			is_evidence(step))
			return true;
	return false;
}

static int check_bad_end(struct run *run, struct err *err)
{
	unsigned int wanted = run->end_fails ? run->end_fails : FLAKY_RUNS;
	int r = RUN_GOING;

	while (r == RUN_GOING &&
		rates_bad_end_wants(tally_of(run->past, run->bad), wanted) &&
		!was_skipped(run->past, run->bad))
		r = take(run, run->bad, "bad-end", "how often does the bad end fail?",
			err);
	if (r == RUN_GOING && !tally_of(run->past, run->bad).fails)
		return end_does_not_hold(run, "bad", run->bad, err);
	return r;
}

static int check_good_end(struct run *run, const char *commit, struct err *err)
{
	struct tally bad = tally_of(run->past, run->bad), good;
	int r = RUN_GOING;

	while (good = tally_of(run->past, commit),
		r == RUN_GOING &&
			rates_good_end_wants(good, bad, goal_of(run).confidence) &&
			!was_skipped(run->past, commit))
		r = take(run, commit, "good-end", "does the good end ever fail?", err);
	if (r == RUN_GOING && (!good.passes || rates_good_end_odds(good, bad) <= 0))
		return end_does_not_hold(run, "good", commit, err);
	return r;
}

/* "1 of 2 runs" */
static void add_rate(struct buf *b, double rate)
{
	if (rate > 0.95)
		buf_adds(b, "each run");
	else if (rate >= 0.5)
		buf_addf(b, "about %.0f of 10 runs", 10 * rate);
	else
		buf_addf(b, "about 1 of %.0f runs", 1 / rate);
}

static void add_shares(
	struct buf *b, const struct run *run, const struct belief_answer *answer)
{
	buf_addf(b, "the first bad commit is %.12s with %.0f %%",
		run->history->commits[answer->top[0].commit], 100 * answer->top[0].share);
	for (size_t i = 1; i < answer->n_top && i < 3; i++)
		if (answer->top[i].share >= 0.005)
			buf_addf(b, ", %.12s with %.0f %%",
				run->history->commits[answer->top[i].commit],
				100 * answer->top[i].share);
	buf_adds(b, "; a bad commit fails in ");
	add_rate(b, answer->bad);
	if (answer->good >= 0.005) {
		buf_adds(b, ", a good one in ");
		add_rate(b, answer->good);
	}
}

static void explain(struct buf *b, const struct run *run,
	const struct belief_answer *answer, const struct belief_goal *goal)
{
	double left = answer->entropy - rates_entropy(goal->confidence);

	add_shares(b, run, answer);
	if (answer->kind == BELIEF_PROVE)
		buf_addf(b, "; next: %.12s, which must fail %u times itself",
			run->history->commits[answer->next], goal->fails);
	if (answer->kind != BELIEF_TRY)
		return;
	buf_addf(b,
		"; next: %.12s, because that tells most: it is bad with %.0f %%; about "
		"%.0f more run%s",
		run->history->commits[answer->next], 100 * answer->next_is_bad,
		ceil(fmax(left, 0.1) / rates_capacity(answer->bad, answer->good, NULL)),
		left / rates_capacity(answer->bad, answer->good, NULL) <= 1 ? "" : "s");
}

static int log_belief(struct run *run, const struct belief_answer *answer,
	const char *words, struct err *err)
{
	CLEANUP_BUF struct buf b;

	buf_init(&b, RECORD_MAX);
	record_event(&b, "belief");
	record_pair(&b, "commit", "%s", run->history->commits[answer->top[0].commit]);
	record_pair(&b, "share", "%.4f", answer->top[0].share);
	record_pair(&b, "fails-on-bad", "%.3f", answer->bad);
	record_pair(&b, "fails-on-good", "%.4f", answer->good);
	record_pair(&b, "words", "%s", words);
	record_end(&b);
	snprintf(run->past->belief, sizeof(run->past->belief), "%s", words);
	return journal_append(run->journal, &b, err);
}

static int found(struct run *run, const char *commit, struct err *err)
{
	CLEANUP_STRVEC struct strvec parents = STRVEC_INIT;
	CLEANUP_BUF struct buf b;
	int r;

	buf_init(&b, RECORD_MAX);
	r = history_parents(run->history, commit, &parents, err);
	if (r < 0)
		return r;
	record_conclusion(&b, commit, &parents);
	r = journal_append(run->journal, &b, err);
	buf_addf(
		&run->words, "%s is the first bad commit: %s", commit, run->past->belief);
	if (!r)
		r = run_log_end(run, "found", commit, err);
	return r < 0 ? r : RUN_FOUND;
}

static int give_up(struct run *run, const struct belief_answer *answer, struct err *err)
{
	bool tied = answer->kind == BELIEF_TIED;
	int r;

	if (tied) {
		buf_adds(&run->words, "only skipped commits are left: the first bad "
				      "commit could be any of");
		for (size_t i = 0; i < answer->n_tied; i++)
			buf_addf(&run->words, " %s",
				run->history->commits[answer->top[i].commit]);
	} else {
		buf_addf(&run->words,
			"after %zu runs no commit holds the confidence asked for: %s",
			run->past->n_steps, run->past->belief);
	}
	r = run_log_end(run, tied ? "only-skipped" : "contradiction", NULL, err);
	return r < 0 ? r : tied ? RUN_ONLY_SKIPPED : RUN_CONTRADICTION;
}

static int search(struct run *run, struct err *err)
{
	const struct belief_goal goal = goal_of(run);
	struct belief_answer answer;
	CLEANUP_BELIEF struct belief b = {0};
	CLEANUP_BUF struct buf words;
	int r = believe(run, &b, err);

	buf_init(&words, 4096);
	if (r < 0)
		return r;
	belief_ask(&b, &goal, &answer);
	explain(&words, run, &answer, &goal);
	r = log_belief(run, &answer, words.data, err);
	if (r < 0)
		return r;
	if (answer.kind == BELIEF_SURE)
		return found(run, run->history->commits[answer.top[0].commit], err);
	if (answer.kind == BELIEF_TIED || run->past->n_steps >= RUNS_MAX)
		return give_up(run, &answer, err);
	/* what it is named for shall not be an effect of a warm step */
	run->bench.drive.cold_next |= answer.kind == BELIEF_PROVE;
	return take(run, run->history->commits[answer.next],
		answer.kind == BELIEF_PROVE ? "proof" : "search", words.data, err);
}

int flaky_run(struct run *run, struct err *err)
{
	int r = check_bad_end(run, err);

	for (size_t i = 0; r == RUN_GOING && i < run->goods->n; i++)
		r = check_good_end(run, run->goods->v[i], err);
	while (r == RUN_GOING)
		r = search(run, err);
	return r;
}
