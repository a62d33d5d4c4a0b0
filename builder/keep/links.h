/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The links of STORE/branches, which show people who browse the share what a branch has:
 * those that are not true any more go. (publish.h makes them.)
 */
#ifndef TENFOLD_BUILDER_KEEP_LINKS_H
#define TENFOLD_BUILDER_KEEP_LINKS_H

#include "lib/store.h"

#define LINKS_COMMIT_TEXT 13 /* a link's name has so many digits, and the terminator */

struct link_name {
	const char *branch;     /* as one path component, see image_branch_component() */
	struct image_id target; /* its arch and config; no commit */
	char commit[LINKS_COMMIT_TEXT];
};

/* Removes the links for which goes() is true, and folders that are empty then. */
int links_remove(const struct store *store,
	bool (*goes)(void *ctx, const struct link_name *link), void *ctx,
	struct err *err);

/* Removes those of images that have left the store. */
int links_settle(const struct store *store, struct err *err);

#endif
