// SPDX-License-Identifier: GPL-2.0-or-later
#include "flaky.h"

#include <stdio.h>
#include <string.h>

#include "believe.h"

struct tally flaky_tally(const struct past *past, const char *host, const char *commit)
{
	struct tally tally = {0};
	const struct step *step;

	for (size_t i = 0; (step = past_step(past, i)); i++) {
		if (strcmp(step->commit, commit) || !believe_is_evidence(past, step) ||
			(host && strcmp(step->host, host)))
			continue;
		tally.fails += step->verdict == VERDICT_BAD;
		tally.passes += step->verdict == VERDICT_GOOD;
	}
	return tally;
}

struct tally flaky_end_tally(const struct run *run, const char *host, const char *commit)
{
	struct tally tally = flaky_tally(run->past, host, commit);

	return run->bench.rules->find_fix ? (struct tally){tally.passes, tally.fails}
					  : tally;
}

void flaky_tests_init(struct flaky_tests *tests)
{
	*tests = (struct flaky_tests){0};
	buf_init(&tests->words, 4096);
}

void flaky_tests_reset(struct flaky_tests *tests)
{
	tests->n = 0;
	buf_reset(&tests->words);
}

void flaky_tests_release(struct flaky_tests *tests)
{
	buf_release(&tests->words);
}

void flaky_add_test(struct flaky_tests *tests, const char *commit, const char *role)
{
	struct flaky_test *test = &tests->v[tests->n++];

	snprintf(test->commit, sizeof(test->commit), "%s", commit);
	snprintf(test->role, sizeof(test->role), "%s", role);
}

static int end_does_not_hold(
	struct run *run, const char *name, const char *commit, struct err *err)
{
	struct tally tally = flaky_end_tally(run, NULL, commit);
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
			believe_is_evidence(past, step))
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

/* What is to be made now at the ends. */
struct asked {
	struct run *run;
	const struct strvec *under_way;
	size_t wanted;
	struct flaky_tests *ret;
	bool wait; /* a test under way decides */
};

static unsigned int count_under_way(const struct asked *a, const char *commit)
{
	unsigned int n = 0;

	for (size_t i = 0; i < a->under_way->n; i++)
		n += !strcmp(a->under_way->v[i], commit);
	return n;
}

static unsigned int wanted_fails(const struct run *run)
{
	return run->end_fails ? run->end_fails : FLAKY_RUNS;
}

bool flaky_failing_end_wants(const struct run *run)
{
	const char *commit = flaky_failing_end(run);

	return rates_bad_end_wants(
		       flaky_end_tally(run, NULL, commit), wanted_fails(run)) &&
	       !was_skipped(run->past, commit);
}

static bool passing_end_wants(
	const struct run *run, const char *commit, const char *failing)
{
	return rates_good_end_wants(flaky_end_tally(run, NULL, commit),
		       flaky_end_tally(run, NULL, failing), flaky_goal(run).confidence) &&
	       !was_skipped(run->past, commit);
}

/* Those under way are taken to do what the end is to do, so that no test is too much. */
static int ask_failing_end(struct asked *a, const char *commit, struct err *err)
{
	struct run *run = a->run;
	unsigned int fails = wanted_fails(run);
	struct tally tally = flaky_end_tally(run, NULL, commit);

	if (!flaky_failing_end_wants(run))
		return tally.fails ? RUN_GOING
				   : end_does_not_hold(
					     run, name_of(run, commit), commit, err);
	a->wait = true;
	tally.fails += count_under_way(a, commit);
	for (; a->ret->n < a->wanted && rates_bad_end_wants(tally, fails); tally.fails++)
		flaky_add_test(a->ret, commit, role_of(run, commit));
	buf_adds(&a->ret->words, "how often does it fail?");
	return RUN_GOING;
}

static int ask_passing_end(
	struct asked *a, const char *commit, const char *failing, struct err *err)
{
	struct run *run = a->run;
	const double confidence = flaky_goal(run).confidence;
	struct tally fails = flaky_end_tally(run, NULL, failing),
		     tally = flaky_end_tally(run, NULL, commit);

	if (!passing_end_wants(run, commit, failing))
		return tally.passes && rates_good_end_odds(tally, fails) > 0
			       ? RUN_GOING
			       : end_does_not_hold(
					 run, name_of(run, commit), commit, err);
	a->wait = true;
	tally.passes += count_under_way(a, commit);
	for (; a->ret->n < a->wanted && rates_good_end_wants(tally, fails, confidence);
		tally.passes++)
		flaky_add_test(a->ret, commit, role_of(run, commit));
	if (!a->ret->words.len)
		buf_adds(&a->ret->words, "does it ever fail?");
	return RUN_GOING;
}

const char *flaky_failing_end(const struct run *run)
{
	return run->bench.rules->find_fix ? run->goods->v[0] : run->bad;
}

const char *flaky_passing_end(const struct run *run, size_t i)
{
	if (run->bench.rules->find_fix)
		return i ? NULL : run->bad;
	return i < run->goods->n ? run->goods->v[i] : NULL;
}

/* The end that is to fail comes first: it tells how often the other must pass. */
int flaky_ends_next(struct run *run, const struct strvec *under_way, size_t wanted,
	struct flaky_tests *ret, bool *ret_wait, struct err *err)
{
	struct asked a = {run, under_way, wanted, ret, false};
	const char *failing = flaky_failing_end(run), *passing;
	int r = ask_failing_end(&a, failing, err);

	*ret_wait = a.wait;
	if (r != RUN_GOING || a.wait)
		return r;
	for (size_t i = 0; r == RUN_GOING && (passing = flaky_passing_end(run, i)); i++)
		r = ask_passing_end(&a, passing, failing, err);
	*ret_wait = a.wait;
	return r;
}

bool flaky_ends_are_wanted(const struct run *run)
{
	const char *failing = flaky_failing_end(run), *passing;
	bool wanted = flaky_failing_end_wants(run);

	for (size_t i = 0; (passing = flaky_passing_end(run, i)); i++)
		wanted |= passing_end_wants(run, passing, failing);
	return wanted;
}
