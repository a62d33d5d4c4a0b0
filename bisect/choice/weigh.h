/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the commits of a range whose weight is nearest to what is wished for, exactly
 * and without weighing all. The weight of a commit is the value of all that is
 * reachable from it, itself included. Bounds on all weights come from passes along the
 * edges; those that the bounds leave open are weighed WEIGH_BLOCK at a time, a bit
 * each, until nothing that is open could be nearer than what was found.
 */
#ifndef TENFOLD_BISECT_CHOICE_WEIGH_H
#define TENFOLD_BISECT_CHOICE_WEIGH_H

#include "range.h"

#define WEIGH_BLOCK 512

struct weigh {
	const struct range *range;
	uint32_t *low, *high; /* bounds of each weight; equal: it is known */
	size_t n_weighed;     /* commits that were weighed one by one */
};

/* The commit of a class whose weight is nearest to half of `twice`. */
struct goal {
	uint8_t class;
	uint32_t twice;
	/* the answer */
	size_t commit;     /* number in the range; the range's n: the class is empty */
	uint32_t weight;   /* of that commit */
	uint32_t distance; /* |2 weight - twice|; UINT32_MAX: none */
};

/* -ENOMEM */
int weigh_init(struct weigh *weigh, const struct range *range);
void weigh_release(struct weigh *weigh);

/* class_of has the class of each commit of the range. -ENOMEM. */
int weigh_find(
	struct weigh *weigh, const uint8_t *class_of, struct goal *goals, size_t n);

/* Brings the weights of these commits to be known, at most WEIGH_BLOCK; -ENOMEM. */
int weigh_exact(struct weigh *weigh, const uint32_t *commits, size_t n);

#define CLEANUP_WEIGH CLEANUP(weigh_release)

#endif
