/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commits that may be the first bad one, as a graph of their own: reachable from
 * all bad commits and from no good one. Commits of one image have one verdict. Pure.
 */
#ifndef TENFOLD_BISECT_CHOICE_RANGE_H
#define TENFOLD_BISECT_CHOICE_RANGE_H

#include "graph.h"
#include "lib/cleanup.h"

enum mark {
	MARK_NONE,
	MARK_GOOD,
	MARK_SKIP,   /* it was tried and gave no verdict: its neighbours may not either */
	MARK_BROKEN, /* it is known not to build, which tells nothing of its neighbours */
	MARK_BAD     /* several may be, on hosts side by side */
};

#define IMAGE_OWN UINT32_MAX /* no other commit is known to share its image */

/* What is known of a history. */
struct known {
	const struct graph *graph;
	const enum mark *marks;   /* by number */
	size_t bad;               /* the bad end, whatever its mark */
	const uint32_t *image_of; /* by number: equal for equal images, below graph->n, or
				     IMAGE_OWN; NULL: no two are known to be equal */
	const enum mark *image_marks; /* by image: verdicts of commits outside the graph;
					 NULL: there are none */
};

struct range {
	struct graph graph; /* of the candidates, owned */
	uint32_t *outer;    /* by number in the range: its number in the history */
	uint32_t *value;  /* 1; 0 for one that shares its image with a parent in here and
			     so cannot be the first bad one */
	enum mark *marks; /* those of the history, shared among equal images; the bad
			     end is marked as such */
	uint32_t total;   /* sum of value; 0: the verdicts contradict each other */
};

/*
 * The mark of each commit, by number: its own, or that of its image, which another commit
 * has. Good counts before bad, bad before skipped. The bad end is marked as such, unless
 * it or its image was judged good. -ENOMEM.
 */
int range_marks(const struct known *known, enum mark *ret_marks);

/*
 * A commit's own mark holds along the graph as git has it. One that it has by its image
 * holds there only where git would have tried the commit, among the candidates that own
 * marks leave: a commit that undoes what was tried before it is good again, though a bad
 * one is its ancestor. Of several bad by their image the oldest counts, as if that one
 * had been tried; two on different sides of a merge say nothing of each other.
 *
 * -ENOMEM. An empty range is no error.
 */
int range_make(const struct known *known, struct range *ret_range);
void range_release(struct range *range);

#define CLEANUP_RANGE CLEANUP(range_release)

#endif
