/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is believed after all tests that a log tells of, and what the store says of the
 * commits: those with their parent's image, or with that of a good end, cannot be the
 * culprit; a test of one counts for all that share its image; what must be built first
 * costs more.
 */
#ifndef TENFOLD_BISECT_BELIEVE_H
#define TENFOLD_BISECT_BELIEVE_H

#include "bisect/choice/belief.h"
#include "run.h"
#include "stock.h"

struct believed {
	struct stock stock;
	double *weights, *costs; /* by number: struct belief_facts */
	uint32_t *same_as; /* by number: the first of the run of equal images it is in */
	struct belief belief;
};

/* -ENOMEM and what the builder says. */
int believe(const struct run *run, struct believed *ret, struct err *err);
void believed_release(struct believed *b);

/* Whether a step is a test of its commit as it is: not of a revert, not without kexec,
 * not taken over from an equal image, and it counts. */
bool believe_is_evidence(const struct past *past, const struct step *step);

#define CLEANUP_BELIEVED CLEANUP(believed_release)

#endif
