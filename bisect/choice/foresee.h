/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks ahead while a verdict is awaited: which commits will be tried next if it is good,
 * bad or a skip, and which after those, so that their images can be made meanwhile. Pure:
 * asks choose() itself what it would do.
 */
#ifndef TENFOLD_BISECT_CHOICE_FORESEE_H
#define TENFOLD_BISECT_CHOICE_FORESEE_H

#include <stdbool.h>

#include "choose.h"

#define FORESEE_MAX 16
#define FORESEE_NONE SIZE_MAX

struct prospect {
	const struct known *known;
	const struct prices *prices;
	const uint8_t *missing; /* by number: it has no image */
	size_t under_way;       /* the commit whose verdict is awaited, or FORESEE_NONE */
	double skip;            /* chance that a try is a skip */
	bool confirms;          /* a culprit and its parents are tried again */
};

struct foreseen {
	size_t v[FORESEE_MAX];      /* commits without an image, the likeliest first */
	double chance[FORESEE_MAX]; /* that it is tried in the turn it was seen for */
	size_t n;
};

/* Lists a commit, once, if it has no image; a culprit and its parents, which are tried
 * again. */
void foreseen_add(
	struct foreseen *seen, const uint8_t *missing, size_t commit, double chance);
void foreseen_add_confirmation(struct foreseen *seen, const uint8_t *missing,
	const struct graph *graph, size_t culprit, double chance);

/* One that is under way need not be listed. */
void foreseen_leave_out(struct foreseen *seen, size_t commit);

/* Ways that the bisection may go are followed by their chance, the best first, until the
 * list is full or so many choices were made as to cost no time. -ENOMEM. */
int foresee(const struct prospect *o, struct foreseen *ret);

#endif
