/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of tries with the least expected cost, for a handful of candidates. Pure. */
#ifndef TENFOLD_BISECT_CHOICE_SMALL_H
#define TENFOLD_BISECT_CHOICE_SMALL_H

#include "range.h"

#define SMALL_MAX 64         /* commits */
#define SMALL_SETS_MAX 65536 /* sets of candidates that tries can leave */

/*
 * The range has at most SMALL_MAX commits; seconds[i] is what it costs to try i, 0 for
 * one that cannot be tried. ret_commit: the one to begin with, or the range's n when
 * none that can be tried tells something. Each candidate is as likely as the others.
 *
 * All sets that tries can leave are looked at (on a line of n they are n^2 / 2); -E2BIG
 * when there are more than SMALL_SETS_MAX. -ENOMEM.
 */
int small_cheapest(const struct range *range, const double *seconds, size_t *ret_commit);

#endif
