// SPDX-License-Identifier: GPL-2.0-or-later
#include "cut-table.h"

#include <errno.h>
#include <stdlib.h>

#include "away.h"
#include "lib/cleanup.h"
#include "weigh.h"

/* --- which commits are looked at --- */
static bool is_listed(const struct cut_table *t, uint32_t commit)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->commits[i] == commit)
			return true;
	for (size_t i = 0; i < t->under_way.n; i++)
		if (t->under_way.v[i] == t->range->outer[commit])
			return true;
	return false;
}

static void list(struct cut_table *t, uint32_t commit)
{
	if (t->n < CUT_FREE_MAX && !is_listed(t, commit))
		t->commits[t->n++] = commit;
}

static int list_under_way(struct cut_table *t, const struct tries *under_way)
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
static int list_candidates(struct cut_table *t, size_t cuts)
{
	const struct range *range = t->range;
	CLEANUP_FREE uint8_t *class_of = calloc(range->graph.n, 1);
	struct goal goals[TRIES_MAX];
	CLEANUP_WEIGH struct weigh weigh = {0};
	size_t n = range->graph.n, room, step;
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
	room = CUT_FREE_MAX - t->n;
	step = room ? n / room + 1 : n;
	for (size_t i = 0; i < n; i += step)
		if (!class_of[i])
			list(t, i);
	return r;
}

static int set_factors(struct cut_table *t, const struct prices *prices)
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
static int make_parts(struct cut_table *t)
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

static int fill_rows(struct cut_table *t)
{
	size_t n = t->range->graph.n;
	CLEANUP_FREE uint64_t *under_way = calloc(n + 1, sizeof(*under_way));
	int r = under_way ? tries_reach(t->known, t->range, &t->under_way, under_way)
			  : -ENOMEM;

	if (r < 0)
		return r;
	reach_rows(t->range, t->commits, t->n, t->rows);
	for (size_t i = 0; i < n; i++)
		t->rows[i][CUT_FREE_MAX / 64] = under_way[i];
	return 0;
}

int cut_table_make(struct cut_table *t, const struct tries *under_way, size_t wanted,
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

size_t cut_table_commit(const struct cut_table *t, size_t column)
{
	return column < CUT_FREE_MAX ? t->range->outer[t->commits[column]]
				     : t->under_way.v[column - CUT_FREE_MAX];
}

void cut_table_release(struct cut_table *t)
{
	free(t->rows);
	free(t->value);
	free(t->cell);
}
