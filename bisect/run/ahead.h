/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * While a step runs, the images that the next ones may want are made: those for each
 * verdict that it may come to, then those behind them (choice/foresee.h). The builder
 * withdraws what the verdict has made useless.
 */
#ifndef TENFOLD_BISECT_AHEAD_H
#define TENFOLD_BISECT_AHEAD_H

#include "run.h"

/* Orders what may be wanted in this step and after it. It is a favour:
 * what goes wrong with it is no fault of the step. */
void ahead_of_step(void *run, const struct step *step);

/* The same for a confirmation: the images that it will take. revert: "" if there is none.
 */
void ahead_of_confirmation(struct run *run, const char *culprit,
	const struct strvec *parents, const char *revert);

/* The parts that team/ needs as well: adds the good ends that nobody has judged yet, but
 * for one that is under way (NULL: none is); orders images, the likeliest first. */
void ahead_add_ends(const struct run *run, const char *under_way, struct strvec *commits);
void ahead_order(struct run *run, const struct strvec *commits);

/* Whether a step has no image yet. */
bool ahead_is_missing(const struct run *run, const char *commit);

/* Nothing more is wanted. */
void ahead_end(struct run *run);

#endif
