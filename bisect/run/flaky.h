/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop of a bisection whose test does not answer alike each time: both ends are run
 * until they tell something, then the commit is tested that tells most, until one holds
 * the confidence asked for (choice/belief.h). It is gone over to where that was asked
 * for, or where verdicts contradict each other; all tests made before are evidence. What
 * comes next is found in the log alone, so that several hosts can share the tests.
 */
#ifndef TENFOLD_BISECT_FLAKY_H
#define TENFOLD_BISECT_FLAKY_H

#include "bisect/choice/belief.h"
#include "bisect/choice/tries.h"
#include "run.h"

/* What holds where the user did not say. */
#define FLAKY_CONFIDENCE 95 /* percent */
#define FLAKY_RUNS 8        /* fails of the bad end */

/* What a culprit must have to be named. */
struct belief_goal flaky_goal(const struct run *run);

/* Whether it was asked for, or some commit was judged both good and bad. */
bool flaky_is_on(const struct run *run);

/* A test that is to be made. */
struct flaky_test {
	char commit[IMAGE_COMMIT_TEXT], role[16];
};

struct flaky_tests {
	struct flaky_test v[TRIES_MAX];
	size_t n;
	struct buf words; /* why */
};

void flaky_tests_init(struct flaky_tests *tests);
void flaky_tests_reset(struct flaky_tests *tests);
void flaky_tests_release(struct flaky_tests *tests);
void flaky_add_test(struct flaky_tests *tests, const char *commit, const char *role);
#define CLEANUP_FLAKY_TESTS CLEANUP(flaky_tests_release)

/* What is to be tested next, beside the commits under way: at most `wanted` tests.
 * RUN_GOING; without any test, one that is under way must be awaited. Else the end, as of
 * flaky_run(). */
int flaky_next(struct run *run, const struct strvec *under_way, size_t wanted,
	struct flaky_tests *ret, struct err *err);

/* The part of it that is about the ends; *ret_wait: they want more tests. */
int flaky_ends_next(struct run *run, const struct strvec *under_way, size_t wanted,
	struct flaky_tests *ret, bool *ret_wait, struct err *err);

/* The part of it that is about the culprit's revert, which is run until it is as sure to
 * pass, or to fail, as the search was of the culprit. RUN_GOING, *ret_wait: it wants more
 * tests; else what came of it stands in run->past. */
int flaky_revert_next(struct run *run, const char *culprit,
	const struct strvec *under_way, size_t wanted, struct flaky_tests *ret,
	bool *ret_wait, struct err *err);

/* Whether a culprit is named by such tests: they shall not be an effect of a warm step.
 */
bool flaky_by_reset(const char *role);

/* The end that is to fail, and the i-th that is to pass; NULL behind the last. Whether
 * one of them is to be tested more; whether the failing one is. */
const char *flaky_failing_end(const struct run *run);
const char *flaky_passing_end(const struct run *run, size_t i);
bool flaky_ends_are_wanted(const struct run *run);
bool flaky_failing_end_wants(const struct run *run);

/* Tests of a commit on a host; NULL: on all of them. The same of an end, where a fail is
 * what the failing end does: where a fix is looked for, that is good. */
struct tally flaky_tally(const struct past *past, const char *host, const char *commit);
struct tally flaky_end_tally(const struct run *run, const char *host, const char *commit);

/* Takes a judged test in; learns: from run->bench.failure, which is what it showed.
 * RUN_GOING. */
int flaky_take_in(struct run *run, const struct step *step, bool learns, struct err *err);

/* To its end: one of enum run_end, with words; a negative value: the log cannot be
 * written. */
int flaky_run(struct run *run, struct err *err);

/* Verdicts contradict each other; run->words says which. Tests are repeated, unless it is
 * no flaky one: then that is the end. */
int flaky_look_into(struct run *run, bool is_flaky, struct err *err);

#endif
