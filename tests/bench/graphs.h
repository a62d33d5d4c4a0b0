/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histories for benchmarks of the choice, in memory only. */
#ifndef TENFOLD_BENCH_GRAPHS_H
#define TENFOLD_BENCH_GRAPHS_H

#include "bench.h"
#include "bisect/choice/graph.h"

#define GRAPH_OPEN_MAX 8

/* A line, or one with side branches that are merged: about one commit in twelve is a
 * merge, up to GRAPH_OPEN_MAX branches are open at a time, all are merged at the end. */
void graph_make(struct graph *g, uint32_t n, bool merges);

/* Shapes that are hard to choose on; NULL behind the last. */
extern const struct graph_shape {
	const char *name;
	/* parents of commit i of n, below i; their number, up to 40 */
	uint32_t (*parents)(uint32_t i, uint32_t n, uint32_t *ret_parents);
} graph_shapes[];

void graph_make_shape(struct graph *g, const struct graph_shape *shape, uint32_t n);
void graph_free(struct graph *g);

/* is_bad[i] = 1 for what the culprit is an ancestor of, itself included. */
void graph_set_bad(const struct graph *g, size_t culprit, uint8_t *is_bad);

#endif
