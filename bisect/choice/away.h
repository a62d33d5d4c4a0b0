/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far commits are from those that were skipped. A skip seldom comes alone: after s
 * of them, a commit d generations from the nearest is taken to be testable with a
 * chance of d / (d + s). Pure.
 */
#ifndef TENFOLD_BISECT_CHOICE_AWAY_H
#define TENFOLD_BISECT_CHOICE_AWAY_H

#include "range.h"

/* ret_away[i]: generations, up or down, to the nearest commit that was tried and
 * skipped; the range's n and more where there is none. Returns how many there are. */
unsigned int away_measure(const struct range *range, uint32_t *ret_away);

static inline double away_chance(uint32_t away, unsigned int n_skipped)
{
	return n_skipped ? (double)away / (away + n_skipped) : 1;
}

#endif
