/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which commit to try next: the best split of a commit graph. Pure; knows no git.
 * The rule is that of git's bisect.c: among the commits that may be the first bad one
 * (reachable from the bad commit, from no good one) take the one that leaves the most
 * on its smaller side.
 */
#ifndef TENFOLD_BISECT_CHOICE_CHOOSE_H
#define TENFOLD_BISECT_CHOICE_CHOOSE_H

#include <stddef.h>
#include <stdint.h>

#include "graph.h"

enum mark {
	MARK_NONE,
	MARK_GOOD,
	MARK_SKIP
};

enum choice_kind {
	CHOICE_TRY,          /* try `commit` */
	CHOICE_FOUND,        /* `commit` is the first bad one */
	CHOICE_ONLY_SKIPPED, /* all that is left besides the bad commit was skipped */
	CHOICE_CONTRADICTION /* the bad commit is an ancestor of a good one */
};

struct choice {
	enum choice_kind kind;
	size_t commit;     /* number in the graph */
	size_t candidates; /* commits that may be the first bad one */
	size_t if_bad;     /* candidates left when `commit` is bad, itself included */
	size_t if_good;    /* candidates left when it is good */
};

/* marks has an entry a commit, bad is the commit known bad. Ties go to the lower
 * number. -ENOMEM. */
int choose(const struct graph *graph, const enum mark *marks, size_t bad,
	struct choice *ret_choice);

/* is_candidate[i] = 1 for each commit that may be the first bad one; their count. */
size_t choose_candidates(const struct graph *graph, const enum mark *marks, size_t bad,
	uint8_t *is_candidate);

/* git's words "roughly N steps": tests still needed after this one of `candidates`. */
unsigned int choose_steps(size_t candidates);

#endif
