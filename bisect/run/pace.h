/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far a run has come and how long it will take, from what its steps have cost. Pure.
 */
#ifndef TENFOLD_BISECT_PACE_H
#define TENFOLD_BISECT_PACE_H

#include "bisect/log/past.h"
#include "lib/buf.h"

struct pace {
	unsigned int done;   /* steps judged, confirmations as well */
	unsigned int left;   /* steps after the one under way, as git guesses them; where
			      * tests are repeated, all that are expected; on several
			      * hosts, one after the other */
	double step;         /* seconds that a step takes: the median of those booted */
	double left_seconds; /* of all that is left, the step under way counted whole;
			      * below 0: nothing is known yet */
};

/* candidates: before the step that begins now; 0: as the log has it. confirm: how often a
 * culprit will be tried again. */
void pace_measure(const struct past *past, size_t candidates, unsigned int confirm,
	struct pace *ret_pace);

/* "about 4 min", "about 1 h 10 min", "less than a minute". */
void pace_words(double seconds, struct buf *b);

#endif
