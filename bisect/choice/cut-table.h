/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commits that are looked at, and how they cut the candidates: two candidates that
 * the same of them reach are one part as far as they can tell. Of several.c alone.
 */
#ifndef TENFOLD_BISECT_CHOICE_CUT_TABLE_H
#define TENFOLD_BISECT_CHOICE_CUT_TABLE_H

#include <stdbool.h>

#include "choose.h"
#include "range.h"
#include "reach.h"
#include "tries.h"

/* The last columns are of tries under way, which need not be candidates. */
#define CUT_FREE_MAX (REACH_BITS - TRIES_MAX)

struct cut_table {
	const struct known *known;
	const struct range *range;
	uint32_t commits[CUT_FREE_MAX]; /* numbers in the range */
	double factor[CUT_FREE_MAX];    /* gains count that much: chance / seconds */
	size_t n;
	struct tries under_way; /* those that still tell something: columns from
				   CUT_FREE_MAX */
	reach_row *rows;        /* by part */
	uint32_t *value;        /* by part: candidates */
	size_t n_parts;
	uint32_t *cell;           /* by part: scratch of whoever chooses */
	size_t chosen[TRIES_MAX]; /* columns, those under way first */
	size_t n_chosen;
};

/* known and range must be set; the rest is filled in: the commits nearest to so many even
 * cuts beside those under way, and others. -ENOMEM. */
int cut_table_make(struct cut_table *t, const struct tries *under_way, size_t wanted,
	const struct prices *prices);
void cut_table_release(struct cut_table *t);

/* The commit of a column, by its number in the graph. */
size_t cut_table_commit(const struct cut_table *t, size_t column);

/* True if the commit of that column reaches the part of this row. */
static inline bool cut_has(const reach_row *row, size_t column)
{
	return (*row)[column / 64] >> column % 64 & 1;
}

#endif
