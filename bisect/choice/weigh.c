// SPDX-License-Identifier: GPL-2.0-or-later
#include "weigh.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "reach.h"

#define NONE UINT32_MAX

static uint32_t min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* A commit weighs at least what its heaviest parent does, and at most what its
 * lightest child or all its parents together do. */
static void propagate(struct weigh *w)
{
	const struct range *range = w->range;
	const struct graph *graph = &range->graph;

	for (size_t i = 0; i < graph->n; i++) {
		uint32_t low = 0;
		uint64_t high = 0;

		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++) {
			low = w->low[graph->parents[p]] > low ? w->low[graph->parents[p]]
							      : low;
			high += w->high[graph->parents[p]];
		}
		if (low + range->value[i] > w->low[i])
			w->low[i] = low + range->value[i];
		if (high + range->value[i] < w->high[i])
			w->high[i] = high + range->value[i];
	}
	for (size_t i = graph->n; i-- > 0;)
		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++)
			w->high[graph->parents[p]] = min(
				w->high[graph->parents[p]], w->high[i] - range->value[i]);
}

/* The chain of heaviest parents, from the last commit down: chain[i] = 1. */
static void mark_chain(const struct weigh *w, uint32_t *until)
{
	const struct graph *graph = &w->range->graph;
	size_t at = graph->n - 1;

	for (;;) {
		uint32_t next = NONE;

		until[at] = at;
		for (uint32_t p = graph->first[at]; p < graph->first[at + 1]; p++)
			if (next == NONE || w->high[graph->parents[p]] > w->high[next])
				next = graph->parents[p];
		if (next == NONE)
			return;
		at = next;
	}
}

/* Weighs that chain, all at once: a commit counts for the lowest commit of the chain
 * that reaches it, and for all above that one. */
static int weigh_chain(struct weigh *w)
{
	const struct graph *graph = &w->range->graph;
	CLEANUP_FREE uint32_t *until = malloc(graph->n * sizeof(*until));
	CLEANUP_FREE uint32_t *sum = calloc(graph->n, sizeof(*sum));
	uint32_t all = 0;

	if (!until || !sum)
		return -ENOMEM;
	memset(until, 0xff, graph->n * sizeof(*until));
	mark_chain(w, until);
	for (size_t i = graph->n; i-- > 0;) {
		if (until[i] == NONE)
			continue;
		sum[until[i]] += w->range->value[i];
		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++)
			until[graph->parents[p]] =
				min(until[graph->parents[p]], until[i]);
	}
	for (size_t i = 0; i < graph->n; i++) {
		if (until[i] != i)
			continue;
		all += sum[i];
		w->low[i] = w->high[i] = all;
	}
	return 0;
}

int weigh_init(struct weigh *weigh, const struct range *range)
{
	size_t n = range->graph.n;
	int r;

	*weigh = (struct weigh){.range = range,
		.low = calloc(n + 1, sizeof(uint32_t)),
		.high = calloc(n + 1, sizeof(uint32_t))};
	if (!weigh->low || !weigh->high)
		return -ENOMEM;
	if (!n)
		return 0;
	for (size_t i = 0; i < n; i++)
		weigh->high[i] = range->total;
	propagate(weigh);
	r = weigh_chain(weigh);
	propagate(weigh);
	return r;
}

void weigh_release(struct weigh *weigh)
{
	free(weigh->low);
	free(weigh->high);
	*weigh = (struct weigh){0};
}

int weigh_exact(struct weigh *w, const uint32_t *commits, size_t n)
{
	uint32_t sums[WEIGH_BLOCK];
	int r = reach_sum(w->range, commits, n, sums);

	for (size_t i = 0; !r && i < n; i++)
		w->low[commits[i]] = w->high[commits[i]] = sums[i];
	w->n_weighed += n;
	return r;
}

static uint32_t distance(uint32_t weight, uint32_t twice)
{
	return 2 * weight > twice ? 2 * weight - twice : twice - 2 * weight;
}

/* The least that a weight between the bounds can be away. */
static uint32_t least_distance(const struct weigh *w, size_t i, uint32_t twice)
{
	if (2 * w->low[i] >= twice)
		return 2 * w->low[i] - twice;
	if (2 * w->high[i] <= twice)
		return twice - 2 * w->high[i];
	return twice & 1;
}

static void take_known(const struct weigh *w, const uint8_t *class_of, struct goal *goal)
{
	for (size_t i = 0; i < w->range->graph.n; i++) {
		if (class_of[i] != goal->class || w->low[i] != w->high[i] ||
			distance(w->low[i], goal->twice) >= goal->distance)
			continue;
		goal->commit = i;
		goal->weight = w->low[i];
		goal->distance = distance(w->low[i], goal->twice);
	}
}

static bool is_open(const struct weigh *w, size_t i, const uint8_t *class_of,
	const struct goal *goals, size_t n)
{
	if (w->low[i] == w->high[i])
		return false;
	for (size_t g = 0; g < n; g++)
		if (class_of[i] == goals[g].class &&
			least_distance(w, i, goals[g].twice) < goals[g].distance)
			return true;
	return false;
}

/* The open commits, cut into paths along the edges: path[i] is the number of the path
 * of open commit i, NONE for the others; length counts a path's commits. */
static size_t cut_paths(const struct weigh *w, const uint8_t *class_of,
	const struct goal *goals, size_t n, uint32_t *path, uint32_t *length,
	uint32_t *tail)
{
	const struct graph *graph = &w->range->graph;
	size_t n_paths = 0;

	for (size_t i = 0; i < graph->n; i++) {
		path[i] = NONE;
		if (!is_open(w, i, class_of, goals, n))
			continue;
		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++) {
			uint32_t parent = graph->parents[p];

			if (path[parent] != NONE && tail[path[parent]] == parent)
				path[i] = path[parent];
		}
		if (path[i] == NONE) {
			path[i] = n_paths++;
			length[path[i]] = 0;
		}
		length[path[i]]++;
		tail[path[i]] = i;
	}
	return n_paths;
}

/* Up to WEIGH_BLOCK commits, evenly along each path; the middle of each, of evenly
 * spread ones, where there are more paths than that. */
static size_t pick_open(size_t n, size_t n_paths, const uint32_t *path,
	const uint32_t *length, uint32_t *seen, uint32_t *ret_commits)
{
	size_t n_open = 0, picked = 0, spare;

	for (size_t i = 0; i < n_paths; i++) {
		n_open += length[i];
		seen[i] = 0;
	}
	spare = n_paths < WEIGH_BLOCK ? WEIGH_BLOCK - n_paths : 0;
	for (size_t i = 0; i < n && picked < WEIGH_BLOCK; i++) {
		uint64_t share, before, after;

		if (path[i] == NONE)
			continue;
		if (!spare && path[i] * (uint64_t)WEIGH_BLOCK / n_paths ==
				      (path[i] + 1) * (uint64_t)WEIGH_BLOCK / n_paths)
			continue;
		share = 1 + spare * (uint64_t)length[path[i]] / n_open;
		before = (2 * (uint64_t)seen[path[i]] * share + length[path[i]]) /
			 (2 * length[path[i]]);
		after = (2 * (uint64_t)(seen[path[i]] + 1) * share + length[path[i]]) /
			(2 * length[path[i]]);
		seen[path[i]]++;
		if (after > before)
			ret_commits[picked++] = i;
	}
	return picked;
}

int weigh_find(struct weigh *weigh, const uint8_t *class_of, struct goal *goals, size_t n)
{
	size_t size = weigh->range->graph.n;
	CLEANUP_FREE uint32_t *scratch = calloc(4 * size + 1, sizeof(*scratch));
	uint32_t commits[WEIGH_BLOCK];
	int r = 0;

	if (!scratch)
		return -ENOMEM;
	for (size_t g = 0; g < n; g++) {
		goals[g].commit = size;
		goals[g].distance = UINT32_MAX;
	}
	for (;;) {
		uint32_t *path = scratch, *length = path + size, *tail = length + size;
		size_t n_paths, n_picked;

		for (size_t g = 0; g < n; g++)
			take_known(weigh, class_of, &goals[g]);
		n_paths = cut_paths(weigh, class_of, goals, n, path, length, tail);
		if (!n_paths)
			return 0;
		n_picked = pick_open(size, n_paths, path, length, tail + size, commits);
		r = weigh_exact(weigh, commits, n_picked);
		if (r < 0)
			return r;
		propagate(weigh);
	}
}
