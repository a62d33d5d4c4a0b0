/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A commit graph of numbers: what the code that chooses knows of a git history. */
#ifndef TENFOLD_BISECT_CHOICE_GRAPH_H
#define TENFOLD_BISECT_CHOICE_GRAPH_H

#include <stddef.h>
#include <stdint.h>

/* Commits are numbered so that a parent comes before its children. */
struct graph {
	size_t n;          /* commits */
	uint32_t *first;   /* n + 1: parents of i are parents[first[i]..first[i + 1]) */
	uint32_t *parents; /* each below the number of its child */
};

#endif
