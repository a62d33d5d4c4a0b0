/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which test tells most about the culprit: the mutual information of its answer and the
 * culprit, by the belief there is; by its cost where costs are known. Pure.
 */
#ifndef TENFOLD_BISECT_CHOICE_INFORM_H
#define TENFOLD_BISECT_CHOICE_INFORM_H

#include "belief.h"

struct inform {
	size_t commit;
	double gain;   /* bits; below 0: nothing can be tested */
	double is_bad; /* belief that it is bad */
	double fails;  /* chance that its test fails */
};

/* b->share and b->outlooks must be there. Along a strand the gain is concave, so its
 * best place is computed, not searched: by strands, not by commits, unless there are
 * costs. */
struct inform inform_best(struct belief *b);

/* What a test of that commit tells, testable or not; inform_best() comes before it. */
struct inform inform_at(struct belief *b, size_t commit);

#endif
