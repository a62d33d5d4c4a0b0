/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who reaches whom in a range, for REACH_BITS commits at once, a bit each. Pure. */
#ifndef TENFOLD_BISECT_CHOICE_REACH_H
#define TENFOLD_BISECT_CHOICE_REACH_H

#include "range.h"

#define REACH_BITS 512

/* a vector: the compiler takes the widest registers that it may use */
typedef uint64_t reach_row __attribute__((vector_size(REACH_BITS / 8)));

/* rows[i], bit b: commits[b] reaches i (or is i). rows: an entry a commit of the
 * range, aligned as its type; n up to REACH_BITS. */
void reach_rows(
	const struct range *range, const uint32_t *commits, size_t n, reach_row *rows);

/* ret_sums[b] = value of all that commits[b] reaches; -ENOMEM. */
int reach_sum(const struct range *range, const uint32_t *commits, size_t n,
	uint32_t ret_sums[REACH_BITS]);

/* n rows; free() them. NULL: out of memory. */
reach_row *reach_rows_new(size_t n);

#endif
