// SPDX-License-Identifier: GPL-2.0-or-later
#include "range.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define BADS_MAX 63 /* the last bit is that of a bad one by its image */
#define NO_CANDIDATE UINT32_MAX

static bool is_same_image(const struct known *known, size_t a, size_t b)
{
	return known->image_of && known->image_of[a] != IMAGE_OWN &&
	       known->image_of[a] == known->image_of[b];
}

/* What counts for an image of whose commits several are marked. */
static bool outweighs(enum mark mark, enum mark other)
{
	static const int weight[] = {[MARK_NONE] = 0,
		[MARK_BROKEN] = 1,
		[MARK_SKIP] = 2,
		[MARK_BAD] = 3,
		[MARK_GOOD] = 4};

	return weight[mark] > weight[other];
}

static void mark_images(const struct known *known, enum mark *of_image)
{
	for (size_t i = 0; i < known->graph->n; i++) {
		uint32_t image = known->image_of[i];
		enum mark mark = known->marks[i];

		if (image == IMAGE_OWN)
			continue;
		if (i == known->bad && outweighs(MARK_BAD, mark))
			mark = MARK_BAD;
		if (outweighs(mark, of_image[image]))
			of_image[image] = mark;
	}
}

int range_marks(const struct known *known, enum mark *ret_marks)
{
	size_t n = known->graph->n;
	CLEANUP_FREE enum mark *of_image = calloc(n + 1, sizeof(*of_image));

	if (!of_image)
		return -ENOMEM;
	memcpy(ret_marks, known->marks, n * sizeof(*ret_marks));
	if (known->image_of && known->image_marks)
		memcpy(of_image, known->image_marks, n * sizeof(*of_image));
	if (known->image_of)
		mark_images(known, of_image);
	for (size_t i = 0; i < n; i++) {
		uint32_t image = known->image_of ? known->image_of[i] : IMAGE_OWN;

		if (image != IMAGE_OWN && ret_marks[i] != MARK_BAD &&
			outweighs(of_image[image], ret_marks[i]))
			ret_marks[i] = of_image[image];
		if (i == known->bad && outweighs(MARK_BAD, ret_marks[i]))
			ret_marks[i] = MARK_BAD;
	}
	return 0;
}

/* A bit for each commit that is bad and has no bad ancestor, the first BADS_MAX of
 * them: what is reachable from all of these is reachable from all bad ones. */
static uint64_t set_bads(const struct known *known, uint64_t *reach, uint8_t *above)
{
	const struct graph *graph = known->graph;
	unsigned int bads = 0;

	for (size_t i = 0; i < graph->n; i++) {
		bool is_bad = known->marks[i] == MARK_BAD || i == known->bad;

		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++)
			above[i] |= above[graph->parents[p]];
		if (is_bad && !above[i] && bads < BADS_MAX)
			reach[i] = (uint64_t)1 << bads++;
		above[i] |= is_bad;
	}
	return ((uint64_t)1 << bads) - 1;
}

/* Each commit gives what it has to all its ancestors. */
static void spread(const struct graph *graph, uint64_t *reach, uint8_t *good)
{
	for (size_t i = graph->n; i-- > 0;) {
		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++) {
			reach[graph->parents[p]] |= reach[i];
			good[graph->parents[p]] |= good[i];
		}
	}
}

/* Goods that are so by their image alone, where they are candidates. */
static void add_goods_by_image(const struct known *known, const enum mark *marks,
	uint64_t *reach, uint64_t all, uint8_t *good)
{
	for (size_t i = 0; i < known->graph->n; i++)
		good[i] |= marks[i] == MARK_GOOD && reach[i] == all;
	spread(known->graph, reach, good);
}

/* The oldest candidate that is bad by its image alone is one more bad one. */
static uint64_t add_bad_by_image(const struct known *known, const enum mark *marks,
	uint64_t *reach, uint64_t all, uint8_t *good)
{
	const uint64_t bit = (uint64_t)1 << BADS_MAX;
	size_t i = 0;

	while (i < known->graph->n &&
		(marks[i] != MARK_BAD || good[i] || reach[i] != all))
		i++;
	if (i == known->graph->n)
		return all;
	reach[i] |= bit;
	spread(known->graph, reach, good);
	return all | bit;
}

static uint32_t value_of(const struct known *known, size_t i, const uint32_t *inner)
{
	const struct graph *graph = known->graph;

	for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++)
		if (inner[graph->parents[p]] != NO_CANDIDATE &&
			is_same_image(known, i, graph->parents[p]))
			return 0;
	return 1;
}

/* Copies candidate i and its edges; inner tells the numbers of those before it. */
static void take(const struct known *known, struct range *range, size_t i,
	const uint32_t *inner, const enum mark *marks)
{
	const struct graph *graph = known->graph;
	size_t at = range->graph.n++;
	uint32_t edges = range->graph.first[at];

	for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++)
		if (inner[graph->parents[p]] != NO_CANDIDATE)
			range->graph.parents[edges++] = inner[graph->parents[p]];
	range->graph.first[at + 1] = edges;
	range->outer[at] = i;
	range->value[at] = value_of(known, i, inner);
	range->marks[at] = marks[i];
	range->total += range->value[at];
}

static int allocate(struct range *range, size_t n, size_t edges)
{
	range->graph.first = calloc(n + 1, sizeof(uint32_t));
	range->graph.parents = calloc(edges + 1, sizeof(uint32_t));
	range->outer = calloc(n + 1, sizeof(uint32_t));
	range->value = calloc(n + 1, sizeof(uint32_t));
	range->marks = calloc(n + 1, sizeof(enum mark));
	return range->graph.first && range->graph.parents && range->outer &&
			       range->value && range->marks
		       ? 0
		       : -ENOMEM;
}

int range_make(const struct known *known, struct range *ret_range)
{
	size_t n = known->graph->n;
	CLEANUP_FREE enum mark *marks = calloc(n, sizeof(*marks));
	CLEANUP_FREE uint64_t *reach = calloc(n, sizeof(*reach));
	CLEANUP_FREE uint8_t *flags = calloc(n, 1);
	CLEANUP_FREE uint32_t *inner = calloc(n, sizeof(*inner));
	CLEANUP_RANGE struct range range = {0};
	uint64_t all_bads;

	if (!marks || !reach || !flags || !inner ||
		allocate(&range, n, known->graph->first[n]) < 0 ||
		range_marks(known, marks) < 0)
		return -ENOMEM;
	all_bads = set_bads(known, reach, flags);
	for (size_t i = 0; i < n; i++)
		flags[i] = known->marks[i] == MARK_GOOD;
	spread(known->graph, reach, flags);
	if (known->image_of) {
		add_goods_by_image(known, marks, reach, all_bads, flags);
		all_bads = add_bad_by_image(known, marks, reach, all_bads, flags);
	}
	for (size_t i = 0; i < n; i++) {
		inner[i] = NO_CANDIDATE;
		if (reach[i] != all_bads || flags[i])
			continue;
		inner[i] = range.graph.n;
		take(known, &range, i, inner, marks);
	}
	*ret_range = range;
	range = (struct range){0};
	return 0;
}

void range_release(struct range *range)
{
	free(range->graph.first);
	free(range->graph.parents);
	free(range->outer);
	free(range->value);
	free(range->marks);
	*range = (struct range){0};
}
