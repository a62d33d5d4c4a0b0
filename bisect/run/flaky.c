// SPDX-License-Identifier: GPL-2.0-or-later
#include "flaky.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "announce.h"
#include "believe.h"
#include "bisect/choice/beside.h"
#include "learn.h"
#include "undo.h"

#define RUNS_MAX 2000 /* no honest search takes so many */

static bool is_mixed(const struct past *past)
{
	const struct step *step;

	for (size_t i = 0; (step = past_step(past, i)); i++) {
		struct tally tally = flaky_tally(past, NULL, step->commit);

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

/* Of several tests the one that would be made alone is told with its reasons. */
static void add_beside(struct buf *b, const struct run *run,
	const struct belief_answer *answer, const struct tries *tries)
{
	const char *word = "; beside it: ";

	for (size_t i = 0; i < tries->n; i++) {
		if (tries->v[i] == answer->next)
			continue;
		buf_addf(b, "%s%.12s", word, run->history->commits[tries->v[i]]);
		word = ", ";
	}
}

/* The next one included; 0: nobody can tell. */
static unsigned int runs_left(const struct believed *b,
	const struct belief_answer *answer, const struct belief_goal *goal)
{
	double bits = answer->entropy - rates_entropy(goal->confidence);
	unsigned int proofs;

	if (answer->kind == BELIEF_TRY)
		return ceil(fmax(bits, 0.1) /
			    rates_capacity(answer->bad, answer->good, NULL));
	if (answer->kind != BELIEF_PROVE)
		return 0;
	proofs = b->belief.proofs[answer->next];
	return goal->fails > proofs
		       ? ceil((goal->fails - proofs) / fmax(answer->bad, 0.01))
		       : 1;
}

static void explain(struct buf *b, const struct run *run,
	const struct belief_answer *answer, const struct belief_goal *goal,
	const struct tries *tries, unsigned int left)
{
	add_shares(b, run, answer);
	if (answer->kind == BELIEF_PROVE)
		buf_addf(b, "; next: %.12s, which must fail %u times itself",
			run->history->commits[answer->next], goal->fails);
	if (answer->kind != BELIEF_TRY)
		return;
	buf_addf(b,
		"; next: %.12s, because that tells most: it is %s with %.0f %%; about %u "
		"more run%s",
		run->history->commits[answer->next], terms_new(&run->past->terms),
		100 * answer->next_is_bad, left, left == 1 ? "" : "s");
	add_beside(b, run, answer, tries);
}

static int log_belief(struct run *run, const struct belief_answer *answer,
	unsigned int left, const char *words, struct err *err)
{
	CLEANUP_BUF struct buf b;

	buf_init(&b, RECORD_MAX);
	record_event(&b, "belief");
	record_pair(&b, "commit", "%s", run->history->commits[answer->top[0].commit]);
	record_pair(&b, "share", "%.4f", answer->top[0].share);
	record_pair(&b, "fails-on-bad", "%.3f", answer->bad);
	record_pair(&b, "fails-on-good", "%.4f", answer->good);
	record_pair(&b, "left", "%u", left);
	record_pair(&b, "words", "%s", words);
	record_end(&b);
	run->past->belief_left = left;
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

/* Before it is named, the revert is tried. */
static int prove(struct run *run, const char *commit, const struct strvec *under_way,
	size_t wanted, struct flaky_tests *ret, struct err *err)
{
	bool wait;
	int r = flaky_revert_next(run, commit, under_way, wanted, ret, &wait, err);

	return r != RUN_GOING || wait ? r : found(run, commit, err);
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

/* Commits under way that are in the history's range. */
static void find_under_way(const struct run *run, const struct strvec *under_way,
	const struct believed *b, struct tries *ret)
{
	size_t number;

	for (size_t i = 0; i < under_way->n && ret->n < TRIES_MAX; i++)
		if (history_find(run->history, under_way->v[i], &number) == 0)
			ret->v[ret->n++] = b->same_as[number];
}

static int search(struct run *run, const struct strvec *under_way, size_t wanted,
	struct flaky_tests *ret, struct err *err)
{
	const struct belief_goal goal = flaky_goal(run);
	struct belief_answer answer;
	struct tries busy = {0}, tries;
	CLEANUP_BELIEVED struct believed b = {0};
	unsigned int left;
	int r = believe(run, &b, err);

	if (r < 0)
		return r;
	find_under_way(run, under_way, &b, &busy);
	r = beside_ask(&b.belief, &goal, &busy, wanted, &answer, &tries);
	if (r < 0)
		return err_set(err, r, "out of memory");
	left = runs_left(&b, &answer, &goal);
	explain(&ret->words, run, &answer, &goal, &tries, left);
	r = log_belief(run, &answer, left, ret->words.data, err);
	if (r < 0)
		return r;
	if (answer.kind == BELIEF_SURE)
		return prove(run, run->history->commits[answer.top[0].commit], under_way,
			wanted, ret, err);
	if (answer.kind == BELIEF_TIED || run->past->n_steps >= RUNS_MAX)
		return give_up(run, &answer, err);
	for (size_t i = 0; i < tries.n; i++)
		flaky_add_test(ret, run->history->commits[tries.v[i]],
			answer.kind == BELIEF_PROVE ? "proof" : "search");
	return RUN_GOING;
}

int flaky_next(struct run *run, const struct strvec *under_way, size_t wanted,
	struct flaky_tests *ret, struct err *err)
{
	bool wait = false;
	int r;

	flaky_tests_reset(ret);
	r = flaky_ends_next(run, under_way, wanted, ret, &wait, err);
	if (r != RUN_GOING || ret->n || wait)
		return r;
	return search(run, under_way, wanted, ret, err);
}

/* One more test of a commit; RUN_GOING when it was judged and recorded. */
static int take(struct run *run, const struct flaky_tests *tests, struct err *err)
{
	struct step step = {0};
	const struct world *w = run->bench.world;
	CLEANUP_BUF struct buf b;
	int r = run_name_step(run, tests->v[0].commit, tests->v[0].role, &step, err);

	buf_init(&b, RECORD_MAX);
	if (r < 0)
		return r;
	buf_addf(&b, "step %u: %.12s ", step.number, step.commit);
	buf_add_clean(&b, step.subject);
	buf_addf(&b, " (%s)", tests->words.data);
	w->view->say(w->view_ctx, b.data);
	run->bench.drive.by_reset |= flaky_by_reset(step.role);
	r = run_step(run, &step, err);
	if (r != RUN_GOING)
		return undo_forgive(run, step.role, step.commit, r);
	return flaky_take_in(run, &step, true, err);
}

bool flaky_by_reset(const char *role)
{
	return !strcmp(role, "proof") || !strcmp(role, "revert");
}

int flaky_take_in(struct run *run, const struct step *step, bool learns, struct err *err)
{
	CLEANUP_BUF struct buf b;
	int r;

	buf_init(&b, RECORD_MAX);
	if (learns && strcmp(step->role, "revert"))
		run_learn(run, step, &b);
	record_run(&b, step);
	r = journal_append(run->journal, &b, err);
	if (!r)
		r = past_add(run->past, step);
	if (r < 0)
		return r;
	run_announce_verdict(run, step);
	return RUN_GOING;
}

int flaky_run(struct run *run, struct err *err)
{
	const struct strvec none = STRVEC_INIT;
	CLEANUP_FLAKY_TESTS struct flaky_tests tests;
	int r = RUN_GOING;

	flaky_tests_init(&tests);
	if (run->repeat)
		return run->repeat(run, err);
	while (r == RUN_GOING) {
		r = flaky_next(run, &none, 1, &tests, err);
		if (r == RUN_GOING)
			r = take(run, &tests, err);
	}
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
