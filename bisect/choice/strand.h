/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A commit graph cut into strands: runs of commits, each the only parent of the next
 * and with no other child, about all of which the tests made so far say the same. A
 * test of a commit cuts its strand behind that commit, so work on strands costs by
 * tests and merges, not by commits. Pure.
 */
#ifndef TENFOLD_BISECT_CHOICE_STRAND_H
#define TENFOLD_BISECT_CHOICE_STRAND_H

#include <stdbool.h>

#include "graph.h"
#include "lib/cleanup.h"
#include "rates.h"

#define STRAND_NONE UINT32_MAX

struct strand {
	uint32_t from, to;    /* places [from, to) */
	uint32_t below;       /* the strand that it was cut from; STRAND_NONE: it has */
	uint32_t edge, edges; /* the parents parents[edge..edge + edges) */
	struct tally bad;     /* of bad commits, if the first bad one is in here */
};

/* Three values of a strand, or sums of them: what they mean is the caller's. */
struct strand_sum {
	double v[3];
};

struct strands {
	size_t n;
	struct strand *v;
	uint32_t *order;     /* of the strands, parents first */
	uint32_t *parents;   /* strands */
	uint32_t *commit_at; /* by place: those of a strand side by side, parents first */
	uint32_t *place_of;  /* by commit */
	uint32_t *strand_at; /* by place */
	uint32_t *stamps, stamp, *stack;
	bool is_copy; /* parents, commit_at and place_of are another one's */
};

/* -ENOMEM */
int strands_init(struct strands *s, const struct graph *graph);
/* For as long as the one that it is made from; room for so many tests more. */
int strands_copy(const struct strands *from, const struct graph *graph, size_t tests,
	struct strands *ret);
void strands_release(struct strands *s);

/* Counts a test of a commit: cuts its strand behind it where needed. */
void strands_count(struct strands *s, size_t commit, bool failed);

/* The sum of values over all strands below one, itself not included. Values and sums
 * (those of whole strands, what is below included) have an entry a strand; the sums of
 * all its parents must be there. The sides of a merge may share ancestors, so there the
 * strands are walked. */
struct strand_sum strands_below(struct strands *s, uint32_t strand,
	const struct strand_sum *values, const struct strand_sum *sums);

#define CLEANUP_STRANDS CLEANUP(strands_release)

#endif
