// SPDX-License-Identifier: GPL-2.0-or-later
#include "several.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "cut-table.h"
#include "lib/cleanup.h"

#define SWEEPS 8
#define EPSILON 1e-9

/* What it is to be left with so many candidates. Their logarithm each would take the
 * fewest rounds on average, their square keeps the largest part smallest; on graphs with
 * merges the number of rounds is bounded by parts that are large again and again. */
static double burden(double candidates)
{
	return candidates * sqrt(candidates);
}

/* Cells: what the chosen columns, without the one left out, tell apart. Their number;
 * order lists the parts cell by cell, ends[c] is where cell c ends in it. */
static size_t make_cells(
	struct cut_table *t, size_t left_out, uint32_t *order, uint32_t *ends)
{
	size_t n_cells = 1;

	for (size_t i = 0; i < t->n_parts; i++)
		order[i] = i;
	ends[0] = t->n_parts;
	for (size_t j = 0; j < t->n_chosen; j++) {
		uint32_t begin = 0;
		size_t made = 0;

		if (j == left_out)
			continue;
		/* each cell falls into those that the column reaches, and the rest */
		for (size_t c = 0; c < n_cells; c++) {
			uint32_t low = begin, high = ends[c];

			while (low < high) {
				if (cut_has(&t->rows[order[low]], t->chosen[j])) {
					low++;
				} else {
					uint32_t part = order[low];

					order[low] = order[--high];
					order[high] = part;
				}
			}
			begin = ends[c];
			t->cell[made] = low;
			made += low > (c ? ends[c - 1] : 0);
			t->cell[made] = begin;
			made += low < begin;
		}
		n_cells = made;
		memcpy(ends, t->cell, made * sizeof(*ends));
	}
	return n_cells;
}

/* gains[c]: the share of the burden that column c takes off the cells. */
static void add_gains(
	const struct cut_table *t, const uint32_t *parts, size_t n, double *gains)
{
	uint32_t inside[REACH_BITS] = {0}, all = 0;

	for (size_t i = 0; i < n; i++) {
		const reach_row *row = &t->rows[parts[i]];

		all += t->value[parts[i]];
		for (size_t w = 0; w < REACH_BITS / 64; w++)
			for (uint64_t bits = (*row)[w]; bits; bits &= bits - 1)
				inside[w * 64 + __builtin_ctzll(bits)] +=
					t->value[parts[i]];
	}
	for (size_t c = 0; c < t->n; c++)
		if (inside[c] && inside[c] < all)
			gains[c] += (burden(all) - burden(inside[c]) -
					    burden(all - inside[c])) /
				    burden(t->range->total);
}

static int measure_gains(struct cut_table *t, size_t left_out, double gains[CUT_FREE_MAX])
{
	CLEANUP_FREE uint32_t *order = calloc(2 * t->n_parts + 2, sizeof(*order));
	uint32_t *ends = order + t->n_parts, begin = 0;
	size_t n_cells;

	if (!order)
		return -ENOMEM;
	n_cells = make_cells(t, left_out, order, ends);
	memset(gains, 0, CUT_FREE_MAX * sizeof(*gains));
	for (size_t c = 0; c < n_cells; c++) {
		add_gains(t, order + begin, ends[c] - begin, gains);
		begin = ends[c];
	}
	for (size_t c = 0; c < t->n; c++)
		gains[c] *= t->factor[c];
	return 0;
}

/* One boot is enough for commits of one image. */
static bool has_image_of_chosen(const struct cut_table *t, size_t column, size_t left_out)
{
	const uint32_t *image_of = t->known->image_of;
	uint32_t image = image_of ? image_of[cut_table_commit(t, column)] : IMAGE_OWN;

	for (size_t j = 0; image != IMAGE_OWN && j < t->n_chosen; j++)
		if (j != left_out && image_of[cut_table_commit(t, t->chosen[j])] == image)
			return true;
	return false;
}

/* The free column with the largest gain; `now` unless another is better than it. */
static size_t best_column(
	const struct cut_table *t, const double *gains, size_t left_out, size_t now)
{
	size_t best = now;

	for (size_t c = 0; c < t->n; c++)
		if (t->range->marks[t->commits[c]] == MARK_NONE &&
			gains[c] > (best < t->n ? gains[best] : 0) + EPSILON &&
			!has_image_of_chosen(t, c, left_out))
			best = c;
	return best;
}

/* Takes the even cuts that still tell something, then whatever tells the most. */
static int choose_first(struct cut_table *t, size_t wanted)
{
	double gains[CUT_FREE_MAX];
	size_t even = 0;
	int r = 0;

	while (t->n_chosen < t->under_way.n + wanted) {
		size_t best;

		r = measure_gains(t, SIZE_MAX, gains);
		if (r < 0)
			return r;
		if (!t->under_way.n && even < wanted && even < t->n &&
			gains[even] > EPSILON)
			best = even;
		else
			best = best_column(t, gains, SIZE_MAX, t->n);
		even++;
		if (best == t->n)
			return 0;
		t->chosen[t->n_chosen++] = best;
	}
	return 0;
}

/* Moves one cut at a time to where it tells the most beside the others. */
static int improve(struct cut_table *t)
{
	bool moved = true;

	for (int sweep = 0; moved && sweep < SWEEPS; sweep++) {
		moved = false;
		for (size_t j = t->under_way.n; j < t->n_chosen; j++) {
			double gains[CUT_FREE_MAX];
			int r = measure_gains(t, j, gains);
			size_t best;

			if (r < 0)
				return r;
			best = best_column(t, gains, j, t->chosen[j]);
			moved |= best != t->chosen[j];
			t->chosen[j] = best;
		}
	}
	return 0;
}

static int choose_in_range(struct cut_table *t, const struct tries *under_way,
	size_t wanted, const struct prices *prices, struct tries *ret_tries)
{
	struct tries tries = {0};
	int r = cut_table_make(t, under_way, wanted, prices);

	if (r < 0)
		return r;
	for (size_t i = 0; i < t->under_way.n; i++)
		t->chosen[t->n_chosen++] = CUT_FREE_MAX + i;
	r = choose_first(t, wanted);
	if (!r)
		r = improve(t);
	for (size_t j = t->under_way.n; j < t->n_chosen; j++)
		tries.v[tries.n++] = cut_table_commit(t, t->chosen[j]);
	if (!r)
		*ret_tries = tries;
	return r;
}

int choose_several(const struct known *known, const struct prices *prices,
	const struct tries *under_way, size_t wanted, struct tries *ret_tries)
{
	CLEANUP_RANGE struct range range = {0};
	struct cut_table t = {.known = known, .range = &range};
	int r = range_make(known, &range);

	if (wanted + under_way->n > TRIES_MAX)
		wanted = TRIES_MAX - under_way->n;
	if (r < 0)
		return r;
	if (range.total > 1)
		r = choose_in_range(&t, under_way, wanted, prices, ret_tries);
	else
		*ret_tries = (struct tries){0};
	cut_table_release(&t);
	return r;
}
