/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The images of a store, and who speaks for them: the server, the owner's `keep`, the
 * tags and branches of the trees. Reads only. Where one of them cannot be asked, nobody
 * knows what may go: an error.
 */
#ifndef TENFOLD_BUILDER_KEEP_GATHER_H
#define TENFOLD_BUILDER_KEEP_GATHER_H

#include "builder/conf.h"
#include "lib/store.h"
#include "lib/strvec.h"
#include "retain.h"

struct gather {
	const struct conf *conf;
	const struct store *store;
	struct retain_set set; /* sorted */
	int64_t oldest;        /* date of the oldest commit that has an image */
};

void gather_release(struct gather *gather);

/* Every image of the store. */
int gather_images(struct gather *gather, struct err *err);

/* Where a walk down a branch may end: no commit that has an image is as old. */
int64_t gather_since(const struct gather *gather);

/* The lines of GET /v1/used: ARCH/CONFIG/COMMIT40, or a range ARCH/CONFIG/GOOD40..BAD40.
 * A range that no tree has keeps all images of its arch and config. */
int gather_used(struct gather *gather, const struct strvec *lines, struct err *err);

/* What the owner keeps. -ENOENT: no tree has it. */
int gather_pinned(struct gather *gather, struct err *err);

/* Tags, and the newest images of each branch, as the trees have them now: what a forced
 * push took away, and a branch that was removed, speak for nothing. */
int gather_trees(struct gather *gather, struct err *err);

#define CLEANUP_GATHER CLEANUP(gather_release)

#endif
