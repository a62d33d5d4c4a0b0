/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commits that are tried side by side, and what their verdicts will tell. Pure. */
#ifndef TENFOLD_BISECT_CHOICE_TRIES_H
#define TENFOLD_BISECT_CHOICE_TRIES_H

#include <stdbool.h>

#include "range.h"

#define TRIES_MAX 64 /* at once */

struct tries {
	size_t v[TRIES_MAX]; /* commits, by number in the history */
	size_t n;
};

/* ret_rows[i], bit b: tries->v[b] reaches candidate i of the range. A try need not be a
 * candidate itself: one on a side branch, say, that a verdict has left behind, still
 * tells of the ancestors that it shares with the candidates. -ENOMEM. */
int tries_reach(const struct known *known, const struct range *range,
	const struct tries *tries, uint64_t *ret_rows);

/* A bit for each try that reaches some of the candidates and not all: whose verdict tells
 * something. */
uint64_t tries_that_tell(const struct range *range, const uint64_t *rows);

#endif
