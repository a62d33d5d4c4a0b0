// SPDX-License-Identifier: GPL-2.0-or-later
/* Weights against plain counting, on shapes that are hard for bounds. */
#include "bisect/choice/weigh.h"

#include <string.h>

#include "bisect/choice/reach.h"
#include "tests/unit/unit.h"

#define N 1500
#define EDGES (N * 40)

static unsigned int random_state = 7;

static unsigned int roll(unsigned int sides)
{
	random_state = random_state * 1103515245 + 12345;
	return (random_state >> 8) % sides;
}

/* Parents of commit i, below i. */
static uint32_t line(uint32_t i, uint32_t *parents)
{
	parents[0] = i - 1;
	return 1;
}

static uint32_t fan(uint32_t i, uint32_t *parents)
{
	if (i < N - 1)
		return 0;
	for (uint32_t p = 0; p < i; p++)
		parents[p] = p;
	return i;
}

static uint32_t criss_cross(uint32_t i, uint32_t *parents)
{
	uint32_t pair = i & ~1u;

	if (i < 2)
		return 0;
	parents[0] = pair - 2;
	parents[1] = pair - 1;
	return 2;
}

static uint32_t many_merges(uint32_t i, uint32_t *parents)
{
	uint32_t reach = i < 50 ? i : 50, n = 1 + roll(3);

	for (uint32_t p = 0; p < n; p++)
		parents[p] = i - 1 - roll(reach);
	return n;
}

/* Each of 300 commits has three parents in the layer before. */
static uint32_t layers(uint32_t i, uint32_t *parents)
{
	uint32_t layer = i / 300, n = i == N - 1 ? 35 : 3;

	for (uint32_t p = 0; layer && p < n; p++)
		parents[p] = (layer - 1) * 300 + roll(300);
	return layer ? n : 0;
}

/* 40 branches side by side that look into each other now and then, merged at the end. */
static uint32_t branches(uint32_t i, uint32_t *parents)
{
	parents[0] = i - 40;
	parents[1] = i >= N - 40 ? i - 1 : i - 40 + roll(40);
	return i < 40 ? 0 : 1 + (i >= N - 40 || roll(10) == 0);
}

static uint32_t (*const shapes[])(uint32_t, uint32_t *) = {
	line, fan, criss_cross, many_merges, layers, branches};

struct fixture {
	uint32_t first[N + 1], parents[EDGES];
	struct graph graph;
	enum mark marks[N];
	uint32_t image_of[N];
	struct known known;
};

/* A shape with random marks, and images shared by a fifth of the commits. */
static void make(struct fixture *f, uint32_t (*shape)(uint32_t, uint32_t *))
{
	memset(f, 0, sizeof(*f));
	for (uint32_t i = 0; i < N; i++) {
		uint32_t n = i ? shape(i, f->parents + f->first[i]) : 0;

		f->first[i + 1] = f->first[i] + n;
		f->image_of[i] = IMAGE_OWN;
		f->marks[i] = roll(60) == 0 ? MARK_SKIP : MARK_NONE;
		if (n && roll(5) == 0)
			f->image_of[i] = f->image_of[f->parents[f->first[i]]] = i;
	}
	if (roll(2))
		f->marks[roll(N / 2)] = MARK_GOOD;
	f->graph = (struct graph){.n = N, .first = f->first, .parents = f->parents};
	f->known = (struct known){.graph = &f->graph,
		.marks = f->marks,
		.bad = N - 1 - roll(2) * roll(N / 3),
		.image_of = f->image_of};
}

/* The plain way: walks from each commit. */
static uint32_t walk(const struct range *range, size_t from, uint8_t *seen)
{
	const struct graph *graph = &range->graph;
	uint32_t weight = 0;

	memset(seen, 0, graph->n);
	seen[from] = 1;
	for (size_t i = from + 1; i-- > 0;) {
		weight += seen[i] ? range->value[i] : 0;
		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++)
			seen[graph->parents[p]] |= seen[i];
	}
	return weight;
}

static uint32_t distance(uint32_t weight, uint32_t twice)
{
	return 2 * weight > twice ? 2 * weight - twice : twice - 2 * weight;
}

static void check(const struct range *range)
{
	static uint8_t seen[N], class_of[N];
	uint32_t best[6];
	struct goal goals[6];
	CLEANUP_WEIGH struct weigh w;

	for (unsigned int g = 0; g < 6; g++) {
		goals[g] = (struct goal){
			.class = g / 3, .twice = range->total * (1 + g % 3) / 2};
		best[g] = UINT32_MAX;
	}
	for (size_t i = 0; i < range->graph.n; i++)
		class_of[i] = range->marks[i] == MARK_NONE ? roll(4) == 0 : 9;
	assert_int_equal(weigh_init(&w, range), 0);
	assert_int_equal(weigh_find(&w, class_of, goals, 6), 0);
	for (size_t i = 0; i < range->graph.n; i++) {
		uint32_t weight = walk(range, i, seen);

		assert_in_range(weight, w.low[i], w.high[i]);
		for (unsigned int g = 0; g < 6; g++) {
			if (goals[g].commit == i)
				assert_int_equal(goals[g].weight, weight);
			if (class_of[i] == goals[g].class &&
				distance(weight, goals[g].twice) < best[g])
				best[g] = distance(weight, goals[g].twice);
		}
	}
	for (unsigned int g = 0; g < 6; g++)
		assert_int_equal(goals[g].distance, best[g]);
}

static void is_exact_on_hard_shapes(void **state)
{
	static struct fixture f;

	(void)state;
	for (size_t shape = 0; shape < ARRAY_SIZE(shapes); shape++) {
		for (int i = 0; i < 4; i++) {
			CLEANUP_RANGE struct range range = {0};

			make(&f, shapes[shape]);
			assert_int_equal(range_make(&f.known, &range), 0);
			if (range.total)
				check(&range);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_exact_on_hard_shapes),
	};

	return cmocka_run_group_tests_name("bisect-weigh", tests, NULL, NULL);
}
