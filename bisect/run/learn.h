/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Learns which failure counts as a run goes, and keeps it in the log. */
#ifndef TENFOLD_BISECT_LEARN_H
#define TENFOLD_BISECT_LEARN_H

#include "run.h"

/* The bad end's failure is the one that counts. What its console said, and that of a
 * good commit says too, is no part of it. Adds to b what has changed, to stand before the
 * step's verdict: a kill between them has the step done, and so learnt, again. */
void run_learn(struct run *run, const struct step *step, struct buf *b);

/* Takes what was given by hand, or what the log says was learnt. */
int run_recall(struct run *run, struct err *err);

#endif
