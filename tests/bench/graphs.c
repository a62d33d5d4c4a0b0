// SPDX-License-Identifier: GPL-2.0-or-later
#include "graphs.h"

#include <string.h>

#define PARENTS_MAX 40

static void start(struct graph *g, uint32_t n)
{
	*g = (struct graph){.n = n,
		.first = calloc(n + 1, sizeof(*g->first)),
		.parents = calloc((size_t)n * PARENTS_MAX + 1, sizeof(*g->parents))};
	if (!g->first || !g->parents)
		exit(1);
}

void graph_free(struct graph *g)
{
	free(g->first);
	free(g->parents);
}

void graph_make(struct graph *g, uint32_t n, bool merges)
{
	uint32_t tips[GRAPH_OPEN_MAX] = {0}, open = 1, edges = 0;

	start(g, n);
	for (uint32_t i = 1; i < n; i++) {
		uint32_t what = merges ? bench_roll(100) : 100, tip = bench_roll(open);

		g->first[i] = edges;
		if (open > 1 && (what < 8 || n - i < open)) {
			tip = 1 + bench_roll(open - 1);
			g->parents[edges++] = tips[0];
			g->parents[edges++] = tips[tip];
			tips[0] = i;
			tips[tip] = tips[--open];
		} else if (what < 16 && open < GRAPH_OPEN_MAX && n - i > open + 1) {
			g->parents[edges++] = tips[0];
			tips[open++] = i;
		} else {
			g->parents[edges++] = tips[tip];
			tips[tip] = i;
		}
	}
	g->first[n] = edges;
}

static uint32_t fan(uint32_t i, uint32_t n, uint32_t *parents)
{
	/* octopuses of 40 */
	if (i < n - n / 40 || i == 0)
		return 0;
	for (uint32_t p = 0; p < PARENTS_MAX; p++)
		parents[p] = (i - (n - n / 40)) * 39 + p;
	if (i > n - n / 40)
		parents[0] = i - 1;
	return PARENTS_MAX;
}

static uint32_t criss_cross(uint32_t i, uint32_t n, uint32_t *parents)
{
	uint32_t pair = i & ~1u;

	(void)n;
	if (i < 2)
		return 0;
	parents[0] = pair - 2;
	parents[1] = pair - 1;
	return 2;
}

static uint32_t all_merges(uint32_t i, uint32_t n, uint32_t *parents)
{
	uint32_t reach = i < 60 ? i : 60;

	(void)n;
	if (!i)
		return 0;
	parents[0] = i - 1 - bench_roll(reach);
	parents[1] = i - 1 - bench_roll(reach);
	return 2;
}

/* Layers of a sixteenth; each commit has three parents in the layer below it. */
static uint32_t layers(uint32_t i, uint32_t n, uint32_t *parents)
{
	uint32_t width = n / 16, count = i == n - 1 ? PARENTS_MAX : 3;

	if (i < width)
		return 0;
	for (uint32_t p = 0; p < count; p++)
		parents[p] = (i / width - 1) * width + bench_roll(width);
	return count;
}

/* 300 branches that look into each other now and then, merged at the end. */
static uint32_t branches(uint32_t i, uint32_t n, uint32_t *parents)
{
	if (i < 300)
		return 0;
	parents[0] = i - 300;
	parents[1] = i >= n - 300 ? i - 1 : i - 300 + bench_roll(300);
	return 1 + (i >= n - 300 || bench_roll(10) == 0);
}

const struct graph_shape graph_shapes[] = {
	{"octopuses", fan},
	{"criss-cross merges", criss_cross},
	{"merges only", all_merges},
	{"layers", layers},
	{"300 branches", branches},
	{NULL, NULL},
};

void graph_make_shape(struct graph *g, const struct graph_shape *shape, uint32_t n)
{
	start(g, n);
	for (uint32_t i = 0; i < n; i++)
		g->first[i + 1] =
			g->first[i] + shape->parents(i, n, g->parents + g->first[i]);
}

void graph_set_bad(const struct graph *g, size_t culprit, uint8_t *is_bad)
{
	memset(is_bad, 0, g->n);
	for (size_t i = culprit; i < g->n; i++) {
		is_bad[i] = i == culprit;
		for (uint32_t p = g->first[i]; p < g->first[i + 1]; p++)
			is_bad[i] |= is_bad[g->parents[p]];
	}
}
