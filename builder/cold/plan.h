/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Against which pack a new one is made. Pure.
 *
 * The packs of one (arch, config) come in groups. The first of a group stands by itself.
 * Each kernel that differs from those before is a step, counted from 0, and step n is
 * made against step n & (n - 1), n without its lowest bit: half of the steps against
 * their direct neighbour, and none is more than log2(PLAN_STEPS) packs away from the
 * first. An image whose kernel the group has already is a twin of that step and needs
 * only what else differs. (The shape is that of Fenwick, "A new data structure for
 * cumulative frequency tables", 1994.)
 */
#ifndef TENFOLD_BUILDER_COLD_PLAN_H
#define TENFOLD_BUILDER_COLD_PLAN_H

#include "packfile.h"

#define PLAN_STEPS 256 /* of a group */

/* What a pack says about its place. */
struct plan_pack {
	char commit[IMAGE_COMMIT_TEXT];
	char base[IMAGE_COMMIT_TEXT];
	char kernel[SHA256_TEXT];
	unsigned int group, step;
	bool twin;
	size_t size; /* bytes */
};

struct plan {
	char base[IMAGE_COMMIT_TEXT]; /* "": by itself */
	unsigned int group, step;
	bool twin;
};

/* For an image with this kernel, from all packs of its arch and config, in any order. A
 * step that has gone is stood in for by the one before it. */
struct plan plan_next(const struct plan_pack *packs, size_t n, const char *kernel);

/* The same if it has turned out to have nothing in common with its group. */
struct plan plan_alone(const struct plan_pack *packs, size_t n);

/* Whether a pack of that size should rather stand by itself: it is more than half as
 * large as the first of its group. */
bool plan_is_too_large(
	const struct plan_pack *packs, size_t n, const struct plan *plan, size_t size);

/* True if no pack is made against this one. */
bool plan_is_free(const struct plan_pack *packs, size_t n, const char *commit);

#endif
