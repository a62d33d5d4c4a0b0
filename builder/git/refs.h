/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trees of builder.conf as the store sees them: refs.json, and the name that a branch
 * has there. The first tree's names stand as they are, the others' behind "TREE/".
 */
#ifndef TENFOLD_BUILDER_REFS_H
#define TENFOLD_BUILDER_REFS_H

#include <jansson.h>

#include "builder/conf.h"
#include "lib/buf.h"
#include "lib/err.h"

/* Where a tree's repository is: its own path, or our mirror of it. */
int refs_repo_path(const struct conf *conf, const struct conf_tree *tree, struct buf *b);

/* Adds the name in the store of a tree's branch or tag. */
void refs_name(const struct conf *conf, const struct conf_tree *tree, const char *name,
	struct buf *b);

/* Writes STORE/refs.json from all trees' repositories, unless it says the same already.
 * Trees that were never fetched are passed over. see() is shown both before that, and may
 * change "left" of the new one (keep/follow.h); NULL: nobody is. One at a time in a
 * store. */
int refs_publish(const struct conf *conf,
	int (*see)(void *ctx, const json_t *old, json_t *fresh, struct err *err),
	void *ctx, struct err *err);

#endif
