// SPDX-License-Identifier: GPL-2.0-or-later
#include "several.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "away.h"
#include "reach.h"
#include "weigh.h"

#define SWEEPS 8
#define EPSILON 1e-9

/* The last columns are of tries under way, which need not be candidates. */
#define FREE_MAX (REACH_BITS - TRIES_MAX)

/* The commits that are looked at, and how they cut the candidates: two candidates that
 * the same of them reach are one part as far as they can tell. */
struct table {
	const struct known *known;
	const struct range *range;
	uint32_t commits[FREE_MAX]; /* numbers in the range */
	double factor[FREE_MAX];    /* gains count that much: chance / seconds */
	size_t n;
	struct tries
		under_way; /* those that still tell something: columns from FREE_MAX */
	reach_row *rows;   /* by part */
	uint32_t *value;   /* by part: candidates */
	size_t n_parts;
	uint32_t *cell;           /* by part: scratch of regroup() */
	size_t chosen[TRIES_MAX]; /* columns, those under way first */
	size_t n_chosen;
};

static bool has(const reach_row *row, size_t column)
{
	return (*row)[column / 64] >> column % 64 & 1;
}

/* --- which commits are looked at --- */
static bool is_listed(const struct table *t, uint32_t commit)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->commits[i] == commit)
			return true;
	for (size_t i = 0; i < t->under_way.n; i++)
		if (t->under_way.v[i] == t->range->outer[commit])
			return true;
	return false;
}

static void list(struct table *t, uint32_t commit)
{
	if (t->n < FREE_MAX && !is_listed(t, commit))
		t->commits[t->n++] = commit;
}

static int list_under_way(struct table *t, const struct tries *under_way)
{
	CLEANUP_FREE uint64_t *rows = calloc(t->range->graph.n + 1, sizeof(*rows));
	int r = rows ? tries_reach(t->known, t->range, under_way, rows) : -ENOMEM;
	uint64_t tell = r ? 0 : tries_that_tell(t->range, rows);

	for (size_t j = 0; j < under_way->n; j++)
		if (tell >> j & 1)
			t->under_way.v[t->under_way.n++] = under_way->v[j];
	return r;
}

/* The commits nearest to even cuts; then others, evenly spread over the range. */
static int list_candidates(struct table *t, size_t cuts)
{
	const struct range *range = t->range;
	CLEANUP_FREE uint8_t *class_of = calloc(range->graph.n, 1);
	struct goal goals[TRIES_MAX];
	CLEANUP_WEIGH struct weigh weigh = {0};
	size_t n = range->graph.n, step;
	int r = weigh_init(&weigh, range);

	if (r < 0 || !class_of)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		class_of[i] = range->marks[i] != MARK_NONE;
	for (size_t c = 0; c < cuts; c++)
		goals[c] = (struct goal){
			.twice = 2 * (uint64_t)range->total * (c + 1) / (cuts + 1)};
	r = weigh_find(&weigh, class_of, goals, cuts);
	for (size_t c = 0; !r && c < cuts; c++)
		if (goals[c].commit < n)
			list(t, goals[c].commit);
	step = n / (FREE_MAX - t->n) + 1;
	for (size_t i = 0; i < n; i += step)
		if (!class_of[i])
			list(t, i);
	return r;
}

static int set_factors(struct table *t, const struct prices *prices)
{
	CLEANUP_FREE uint32_t *away = calloc(t->range->graph.n + 1, sizeof(*away));
	unsigned int n_skipped;

	if (!away)
		return -ENOMEM;
	n_skipped = away_measure(t->range, away);
	for (size_t c = 0; c < t->n; c++) {
		uint32_t outer = t->range->outer[t->commits[c]];

		t->factor[c] = away_chance(away[t->commits[c]], n_skipped);
		if (prices)
			t->factor[c] /= prices->seconds[prices->price_of[outer]];
	}
	return 0;
}

/* --- the parts that all of them together make --- */
static uint64_t hash(const reach_row *row)
{
	uint64_t h = 0;

	for (size_t i = 0; i < REACH_BITS / 64; i++)
		h = (h ^ (*row)[i]) * 0x9e3779b97f4a7c15 ^ h >> 29;
	return h ^ h >> 32;
}

static bool is_equal(const reach_row *a, const reach_row *b)
{
	for (size_t i = 0; i < REACH_BITS / 64; i++)
		if ((*a)[i] != (*b)[i])
			return false;
	return true;
}

/* Moves equal rows into one part, with the value of all; rows may shrink in place. */
static int make_parts(struct table *t)
{
	size_t n = t->range->graph.n, room = 16;
	CLEANUP_FREE uint32_t *slots = NULL;

	while (room < 2 * n)
		room *= 2;
	slots = calloc(room, sizeof(*slots)); /* 0: free, else part + 1 */
	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		uint64_t at = hash(&t->rows[i]) % room;

		if (!t->range->value[i])
			continue;
		while (slots[at] && !is_equal(&t->rows[slots[at] - 1], &t->rows[i]))
			at = (at + 1) % room;
		if (!slots[at]) {
			t->rows[t->n_parts] = t->rows[i];
			t->value[t->n_parts] = 0;
			slots[at] = ++t->n_parts;
		}
		t->value[slots[at] - 1] += t->range->value[i];
	}
	return 0;
}

static int fill_rows(struct table *t)
{
	size_t n = t->range->graph.n;
	CLEANUP_FREE uint64_t *under_way = calloc(n + 1, sizeof(*under_way));
	int r = under_way ? tries_reach(t->known, t->range, &t->under_way, under_way)
			  : -ENOMEM;

	if (r < 0)
		return r;
	reach_rows(t->range, t->commits, t->n, t->rows);
	for (size_t i = 0; i < n; i++)
		t->rows[i][FREE_MAX / 64] = under_way[i];
	return 0;
}

static int make_table(struct table *t, const struct tries *under_way, size_t wanted,
	const struct prices *prices)
{
	size_t n = t->range->graph.n;
	int r;

	t->rows = reach_rows_new(n);
	t->value = calloc(n + 1, sizeof(*t->value));
	t->cell = calloc(n + 1, sizeof(*t->cell));
	if (!t->rows || !t->value || !t->cell)
		return -ENOMEM;
	r = list_under_way(t, under_way);
	if (!r)
		r = list_candidates(t, t->under_way.n + wanted);
	if (!r)
		r = set_factors(t, prices);
	if (!r)
		r = fill_rows(t);
	return r < 0 ? r : make_parts(t);
}

/* --- how much a choice of columns tells --- */
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
	struct table *t, size_t left_out, uint32_t *order, uint32_t *ends)
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
				if (has(&t->rows[order[low]], t->chosen[j])) {
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
	const struct table *t, const uint32_t *parts, size_t n, double *gains)
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

static int measure_gains(struct table *t, size_t left_out, double gains[FREE_MAX])
{
	CLEANUP_FREE uint32_t *order = calloc(2 * t->n_parts + 2, sizeof(*order));
	uint32_t *ends = order + t->n_parts, begin = 0;
	size_t n_cells;

	if (!order)
		return -ENOMEM;
	n_cells = make_cells(t, left_out, order, ends);
	memset(gains, 0, FREE_MAX * sizeof(*gains));
	for (size_t c = 0; c < n_cells; c++) {
		add_gains(t, order + begin, ends[c] - begin, gains);
		begin = ends[c];
	}
	for (size_t c = 0; c < t->n; c++)
		gains[c] *= t->factor[c];
	return 0;
}

static size_t commit_of(const struct table *t, size_t column)
{
	return column < FREE_MAX ? t->range->outer[t->commits[column]]
				 : t->under_way.v[column - FREE_MAX];
}

/* One boot is enough for commits of one image. */
static bool has_image_of_chosen(const struct table *t, size_t column, size_t left_out)
{
	const uint32_t *image_of = t->known->image_of;
	uint32_t image = image_of ? image_of[commit_of(t, column)] : IMAGE_OWN;

	for (size_t j = 0; image != IMAGE_OWN && j < t->n_chosen; j++)
		if (j != left_out && image_of[commit_of(t, t->chosen[j])] == image)
			return true;
	return false;
}

/* The free column with the largest gain; `now` unless another is better than it. */
static size_t best_column(
	const struct table *t, const double *gains, size_t left_out, size_t now)
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
static int choose_first(struct table *t, size_t wanted)
{
	double gains[FREE_MAX];
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
static int improve(struct table *t)
{
	bool moved = true;

	for (int sweep = 0; moved && sweep < SWEEPS; sweep++) {
		moved = false;
		for (size_t j = t->under_way.n; j < t->n_chosen; j++) {
			double gains[FREE_MAX];
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

static int choose_in_range(struct table *t, const struct tries *under_way, size_t wanted,
	const struct prices *prices, struct tries *ret_tries)
{
	struct tries tries = {0};
	int r = make_table(t, under_way, wanted, prices);

	if (r < 0)
		return r;
	for (size_t i = 0; i < t->under_way.n; i++)
		t->chosen[t->n_chosen++] = FREE_MAX + i;
	r = choose_first(t, wanted);
	if (!r)
		r = improve(t);
	for (size_t j = t->under_way.n; j < t->n_chosen; j++)
		tries.v[tries.n++] = commit_of(t, t->chosen[j]);
	if (!r)
		*ret_tries = tries;
	return r;
}

int choose_several(const struct known *known, const struct prices *prices,
	const struct tries *under_way, size_t wanted, struct tries *ret_tries)
{
	CLEANUP_RANGE struct range range = {0};
	struct table t = {.known = known, .range = &range};
	int r = range_make(known, &range);

	if (wanted + under_way->n > TRIES_MAX)
		wanted = TRIES_MAX - under_way->n;
	if (r < 0)
		return r;
	if (range.total > 1)
		r = choose_in_range(&t, under_way, wanted, prices, ret_tries);
	else
		*ret_tries = (struct tries){0};
	free(t.rows);
	free(t.value);
	free(t.cell);
	return r;
}
