// SPDX-License-Identifier: GPL-2.0-or-later
#include "strand.h"

#include <errno.h>
#include <string.h>

/* The only parent, if the commit goes on its strand; else STRAND_NONE. */
static uint32_t parent_in_strand(
	const struct graph *graph, const uint32_t *children, size_t i)
{
	uint32_t parent;

	if (graph->first[i + 1] - graph->first[i] != 1)
		return STRAND_NONE;
	parent = graph->parents[graph->first[i]];
	return children[parent] == 1 ? parent : STRAND_NONE;
}

/* Gives each commit its strand and each strand its length, in `to`. */
static void gather(struct strands *s, const struct graph *graph, const uint32_t *children,
	uint32_t *strand_of)
{
	for (size_t i = 0; i < graph->n; i++) {
		uint32_t parent = parent_in_strand(graph, children, i);

		if (parent == STRAND_NONE) {
			strand_of[i] = s->n;
			s->order[s->n] = s->n;
			s->v[s->n++] = (struct strand){.below = STRAND_NONE,
				.edge = graph->first[i],
				.edges = graph->first[i + 1] - graph->first[i]};
		} else {
			strand_of[i] = strand_of[parent];
		}
		s->v[strand_of[i]].to++;
	}
}

/* Lays the strands side by side. */
static void lay(struct strands *s, const struct graph *graph, const uint32_t *strand_of)
{
	uint32_t at = 0;

	for (size_t i = 0; i < s->n; i++) {
		uint32_t length = s->v[i].to;

		s->v[i].from = s->v[i].to = at;
		at += length;
	}
	for (size_t i = 0; i < graph->n; i++) {
		uint32_t place = s->v[strand_of[i]].to++;

		s->place_of[i] = place;
		s->commit_at[place] = i;
		s->strand_at[place] = strand_of[i];
	}
	for (uint32_t e = 0; e < graph->first[graph->n]; e++)
		s->parents[e] = strand_of[graph->parents[e]];
}

/* most: strands that there may be; never more than commits */
static int allocate(struct strands *s, const struct graph *graph, size_t most)
{
	size_t n = graph->n ? graph->n : 1, edges = graph->first[graph->n] + 1;

	s->v = calloc(most, sizeof(*s->v));
	s->order = calloc(most, sizeof(*s->order));
	s->stamps = calloc(most, sizeof(*s->stamps));
	s->stack = calloc(most, sizeof(*s->stack));
	s->strand_at = calloc(n, sizeof(*s->strand_at));
	if (!s->is_copy) {
		s->parents = calloc(edges, sizeof(*s->parents));
		s->commit_at = calloc(n, sizeof(*s->commit_at));
		s->place_of = calloc(n, sizeof(*s->place_of));
	}
	return s->v && s->order && s->parents && s->commit_at && s->place_of &&
			       s->strand_at && s->stamps && s->stack
		       ? 0
		       : -ENOMEM;
}

int strands_init(struct strands *s, const struct graph *graph)
{
	CLEANUP_FREE uint32_t *children = calloc(graph->n + 1, sizeof(*children));
	CLEANUP_FREE uint32_t *strand_of = calloc(graph->n + 1, sizeof(*strand_of));

	*s = (struct strands){0};
	if (!children || !strand_of || allocate(s, graph, graph->n ? graph->n : 1) < 0) {
		strands_release(s);
		return -ENOMEM;
	}
	for (uint32_t e = 0; e < graph->first[graph->n]; e++)
		children[graph->parents[e]]++;
	gather(s, graph, children, strand_of);
	lay(s, graph, strand_of);
	return 0;
}

int strands_copy(const struct strands *from, const struct graph *graph, size_t tests,
	struct strands *ret)
{
	*ret = (struct strands){.n = from->n,
		.parents = from->parents,
		.commit_at = from->commit_at,
		.place_of = from->place_of,
		.is_copy = true};
	if (allocate(ret, graph, from->n + tests) < 0) {
		strands_release(ret);
		return -ENOMEM;
	}
	memcpy(ret->v, from->v, from->n * sizeof(*ret->v));
	memcpy(ret->order, from->order, from->n * sizeof(*ret->order));
	memcpy(ret->strand_at, from->strand_at, graph->n * sizeof(*ret->strand_at));
	return 0;
}

void strands_release(struct strands *s)
{
	free(s->v);
	free(s->order);
	if (!s->is_copy) {
		free(s->parents);
		free(s->commit_at);
		free(s->place_of);
	}
	free(s->strand_at);
	free(s->stamps);
	free(s->stack);
	*s = (struct strands){0};
}

/* Cuts a strand behind a place: what lies above keeps the number, as its children
 * name it; what lies below gets a new one. */
static void cut(struct strands *s, uint32_t above, uint32_t place)
{
	struct strand *v = &s->v[above];
	uint32_t below = s->n, at = 0;

	if (place + 1 == v->to)
		return;
	s->v[below] = *v;
	s->v[below].to = v->from = place + 1;
	v->below = below;
	for (uint32_t p = s->v[below].from; p <= place; p++)
		s->strand_at[p] = below;
	while (s->order[at] != above)
		at++;
	memmove(s->order + at + 1, s->order + at, (s->n - at) * sizeof(*s->order));
	s->order[at] = below;
	s->n++;
}

static uint32_t parents_of(
	const struct strands *s, const struct strand *v, const uint32_t **ret_parents)
{
	*ret_parents = v->below != STRAND_NONE ? &v->below : s->parents + v->edge;
	return v->below != STRAND_NONE ? 1 : v->edges;
}

static uint32_t push_parents(struct strands *s, const struct strand *v, uint32_t open)
{
	const uint32_t *parents;
	uint32_t n = parents_of(s, v, &parents);

	for (uint32_t i = 0; i < n; i++) {
		if (s->stamps[parents[i]] == s->stamp)
			continue;
		s->stamps[parents[i]] = s->stamp;
		s->stack[open++] = parents[i];
	}
	return open;
}

static void new_stamp(struct strands *s)
{
	if (++s->stamp == 0) {
		memset(s->stamps, 0, s->n * sizeof(*s->stamps));
		s->stamp = 1;
	}
}

void strands_count(struct strands *s, size_t commit, bool failed)
{
	uint32_t place = s->place_of[commit], open = 0;

	cut(s, s->strand_at[place], place);
	new_stamp(s);
	s->stack[open++] = s->strand_at[place];
	while (open) {
		struct strand *v = &s->v[s->stack[--open]];

		v->bad.fails += failed;
		v->bad.passes += !failed;
		open = push_parents(s, v, open);
	}
}

struct strand_sum strands_below(struct strands *s, uint32_t strand,
	const struct strand_sum *values, const struct strand_sum *sums)
{
	struct strand_sum sum = {0};
	const uint32_t *parents;
	uint32_t n = parents_of(s, &s->v[strand], &parents), open;

	if (n == 1)
		return sums[parents[0]];
	new_stamp(s);
	open = push_parents(s, &s->v[strand], 0);
	while (open) {
		uint32_t at = s->stack[--open];

		for (int i = 0; i < 3; i++)
			sum.v[i] += values[at].v[i];
		open = push_parents(s, &s->v[at], open);
	}
	return sum;
}
