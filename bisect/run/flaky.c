// SPDX-License-Identifier: GPL-2.0-or-later
#include "flaky.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "announce.h"
#include "believe.h"
#include "learn.h"

#define RUNS_MAX 2000 /* no honest search takes so many */

static struct tally tally_of(const struct past *past, const char *commit)
{
	struct tally tally = {0};
	const struct step *step;

	for (size_t i = 0; (step = past_step(past, i)); i++) {
		if (strcmp(step->commit, commit) || !believe_is_evidence(step))
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
	for (size_t i = 0; past->confirmations && i < past->n_confirmations; i++)
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

struct belief_goal flaky_goal(const struct run *run)
{
	unsigned int percent = run->confidence ? run->confidence : FLAKY_CONFIDENCE;

	return (struct belief_goal){percent / 100.0, run->confirm + 1, true};
}

/* One more test of a commit; RUN_GOING when it was judged and recorded. */
static int take(struct run *run, const char *commit, const char *role, const char *why,
	struct err *err)
{
	struct step step = {0};
	const struct world *w = run->bench.world;
	CLEANUP_BUF struct buf b;
	int r = run_name_step(run, commit, role, &step, err);

	buf_init(&b, RECORD_MAX);
	if (r < 0)
		return r;
	buf_addf(&b, "step %u: %.12s ", step.number, commit);
	buf_add_clean(&b, step.subject);
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

/* Tests of an end that failed and passed; where a fix is looked for, a fail is good. */
static struct tally tests_of(const struct run *run, const char *commit)
{
	struct tally tally = tally_of(run->past, commit);

	return run->bench.rules->find_fix ? (struct tally){tally.passes, tally.fails}
					  : tally;
}

static int end_does_not_hold(
	struct run *run, const char *name, const char *commit, struct err *err)
{
	struct tally tally = tests_of(run, commit);
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
			believe_is_evidence(step))
			return true;
	return false;
}

static const char *role_of(const struct run *run, const char *commit)
{
	return strcmp(commit, run->bad) ? "good-end" : "bad-end";
}

static const char *name_of(const struct run *run, const char *commit)
{
	return strcmp(commit, run->bad) ? terms_old(&run->past->terms)
					: terms_new(&run->past->terms);
}

static int check_failing_end(struct run *run, const char *commit, struct err *err)
{
	unsigned int wanted = run->end_fails ? run->end_fails : FLAKY_RUNS;
	int r = RUN_GOING;

	while (r == RUN_GOING && rates_bad_end_wants(tests_of(run, commit), wanted) &&
		!was_skipped(run->past, commit))
		r = take(run, commit, role_of(run, commit), "how often does it fail?",
			err);
	if (r == RUN_GOING && !tests_of(run, commit).fails)
		return end_does_not_hold(run, name_of(run, commit), commit, err);
	return r;
}

static int check_passing_end(
	struct run *run, const char *commit, const char *failing, struct err *err)
{
	const double confidence = flaky_goal(run).confidence;
	struct tally fails = tests_of(run, failing), passes;
	int r = RUN_GOING;

	while (passes = tests_of(run, commit),
		r == RUN_GOING && rates_good_end_wants(passes, fails, confidence) &&
			!was_skipped(run->past, commit))
		r = take(run, commit, role_of(run, commit), "does it ever fail?", err);
	if (r == RUN_GOING && (!passes.passes || rates_good_end_odds(passes, fails) <= 0))
		return end_does_not_hold(run, name_of(run, commit), commit, err);
	return r;
}

/* The end that is to fail comes first: it tells how often the other must pass. */
static int check_ends(struct run *run, struct err *err)
{
	bool fix = run->bench.rules->find_fix;
	const char *failing = fix ? run->goods->v[0] : run->bad;
	int r = check_failing_end(run, failing, err);

	if (fix && r == RUN_GOING)
		return check_passing_end(run, run->bad, failing, err);
	for (size_t i = 0; r == RUN_GOING && i < run->goods->n; i++)
		r = check_passing_end(run, run->goods->v[i], failing, err);
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
	const struct terms *terms = &run->past->terms;
	bool fix = run->bench.rules->find_fix;
	double rare = fix ? 1 - answer->bad : answer->good;

	buf_addf(b, "the first %s commit is %.12s with %.0f %%", terms_new(terms),
		run->history->commits[answer->top[0].commit], 100 * answer->top[0].share);
	for (size_t i = 1; i < answer->n_top && i < 3; i++)
		if (answer->top[i].share >= 0.005)
			buf_addf(b, ", %.12s with %.0f %%",
				run->history->commits[answer->top[i].commit],
				100 * answer->top[i].share);
	if (answer->doubted)
		buf_addf(b, " even if %s commits err now and then",
			fix ? terms_new(terms) : terms_old(terms));
	buf_addf(b, "; a %s commit fails in ", fix ? terms_old(terms) : terms_new(terms));
	add_rate(b, fix ? 1 - answer->good : answer->bad);
	if (rare >= (answer->doubted ? 0.01 : 0.005)) {
		buf_addf(b, ", a %s one in ", fix ? terms_new(terms) : terms_old(terms));
		add_rate(b, rare);
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
		"; next: %.12s, because that tells most: it is %s with %.0f %%; about "
		"%.0f more run%s",
		run->history->commits[answer->next], terms_new(&run->past->terms),
		100 * answer->next_is_bad,
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
	int r = run_log_conclusion(run, commit, err);

	if (r < 0)
		return r;
	buf_addf(&run->words, "%s is the first %s commit: %s", commit,
		terms_new(&run->past->terms), run->past->belief);
	r = run_log_end(run, "found", commit, err);
	return r < 0 ? r : RUN_FOUND;
}

static int give_up(struct run *run, const struct belief_answer *answer, struct err *err)
{
	bool tied = answer->kind == BELIEF_TIED;
	int r;

	if (tied) {
		buf_addf(&run->words,
			"only skipped commits are left: the first %s commit could be any "
			"of",
			terms_new(&run->past->terms));
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
	const struct belief_goal goal = flaky_goal(run);
	struct belief_answer answer;
	CLEANUP_BELIEVED struct believed b = {0};
	CLEANUP_BUF struct buf words;
	int r = believe(run, &b, err);

	buf_init(&words, 4096);
	if (r < 0)
		return r;
	belief_ask(&b.belief, &goal, &answer);
	explain(&words, run, &answer, &goal);
	r = log_belief(run, &answer, words.data, err);
	if (r < 0)
		return r;
	if (answer.kind == BELIEF_SURE)
		return found(run, run->history->commits[answer.top[0].commit], err);
	if (answer.kind == BELIEF_TIED || run->past->n_steps >= RUNS_MAX)
		return give_up(run, &answer, err);
	/* what it is named for shall not be an effect of a warm step */
	run->bench.drive.by_reset |= answer.kind == BELIEF_PROVE;
	return take(run, run->history->commits[answer.next],
		answer.kind == BELIEF_PROVE ? "proof" : "search", words.data, err);
}

int flaky_run(struct run *run, struct err *err)
{
	int r = check_ends(run, err);

	while (r == RUN_GOING)
		r = search(run, err);
	return r;
}

int flaky_look_into(struct run *run, bool is_flaky, struct err *err)
{
	const struct world *w = run->bench.world;
	int r;

	if (is_flaky) {
		w->view->say(w->view_ctx, run->words.data);
		w->view->say(w->view_ctx,
			"the test does not answer alike each time: tests are repeated");
		buf_reset(&run->words);
		return flaky_run(run, err);
	}
	r = run_log_end(run, "contradiction", NULL, err);
	return r < 0 ? r : RUN_CONTRADICTION;
}
