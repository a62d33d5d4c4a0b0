/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop of a bisection whose test does not answer alike each time: both ends are run
 * until they tell something, then the commit is tested that tells most, until one holds
 * the confidence asked for (choice/belief.h). It is gone over to where that was asked
 * for, or where verdicts contradict each other; all tests made before are evidence.
 */
#ifndef TENFOLD_BISECT_FLAKY_H
#define TENFOLD_BISECT_FLAKY_H

#include "bisect/choice/belief.h"
#include "run.h"

/* What holds where the user did not say. */
#define FLAKY_CONFIDENCE 95 /* percent */
#define FLAKY_RUNS 8        /* fails of the bad end */

/* What a culprit must have to be named. */
struct belief_goal flaky_goal(const struct run *run);

/* Whether it was asked for, or some commit was judged both good and bad. */
bool flaky_is_on(const struct run *run);

/* To its end: one of enum run_end, with words; a negative value: the log cannot be
 * written. */
int flaky_run(struct run *run, struct err *err);

/* Verdicts contradict each other; run->words says which. Tests are repeated, unless it is
 * no flaky one: then that is the end. */
int flaky_look_into(struct run *run, bool is_flaky, struct err *err);

#endif
