/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which commit to try next. Where all cost the same it is the best split, by the rule
 * of git's bisect.c: among the commits that may be the first bad one (reachable from
 * the bad commit, from no good one) the one that leaves the most on its smaller side,
 * exactly. Where they do not, it is the one that promises the most information for its
 * price; see choose(). Pure; knows no git.
 */
#ifndef TENFOLD_BISECT_CHOICE_CHOOSE_H
#define TENFOLD_BISECT_CHOICE_CHOOSE_H

#include "range.h"

#define PRICES_MAX 8

/* What it costs to try a commit. */
struct prices {
	const uint8_t *price_of;    /* by number in the history: index of its price */
	double seconds[PRICES_MAX]; /* above 0 */
};

enum choice_kind {
	CHOICE_TRY,          /* try `commit` */
	CHOICE_FOUND,        /* `commit` is the first bad one */
	CHOICE_ONLY_SKIPPED, /* no commit is left that may be tried and tells something */
	CHOICE_CONTRADICTION /* the bad commit is an ancestor of a good one */
};

struct choice {
	enum choice_kind kind;
	size_t commit;     /* number in the history */
	size_t candidates; /* commits that may be the first bad one */
	size_t if_bad;     /* candidates left when `commit` is bad */
	size_t if_good;    /* candidates left when it is good */
};

/*
 * prices: NULL when all cost the same.
 *
 * A test that splits n candidates into w and n - w gives H(w/n) bits, H the binary
 * entropy; the commit with the most bits a second is taken (Garey and Graham 1974 call
 * the rule with equal prices "splitting"). For few candidates
 * the order of tries with the least expected cost is computed instead (small.h).
 *
 * Where the best split of all was skipped, its neighbours may not be testable either:
 * after s skips, a commit d generations from the nearest one is taken to be testable
 * with a chance of d / (d + s), and its bits count that much.
 *
 * -ENOMEM.
 */
int choose(const struct known *known, const struct prices *prices,
	struct choice *ret_choice);

/* git's words "roughly N steps": tests still needed after this one of `candidates`. */
unsigned int choose_steps(size_t candidates);

#endif
