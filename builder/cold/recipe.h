/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A published file taken apart into what compares well with its neighbour's, and put
 * together again to the same bytes: a bzImage into its payload, decompressed, and what
 * stands around it; a compressed cpio into the cpio; System.map into its folded form.
 * The way back is tried before it is believed: a file that does not come back byte by
 * byte, or not within RECIPE_SECONDS, stays in one plain part.
 */
#ifndef TENFOLD_BUILDER_COLD_RECIPE_H
#define TENFOLD_BUILDER_COLD_RECIPE_H

#include "blob.h"

#define RECIPE_PARTS_MAX 2
#define RECIPE_SECONDS 5.0 /* of processor time that compressing again may take */

enum recipe {
	RECIPE_PLAIN,      /* the file */
	RECIPE_SYMBOLS,    /* System.map, folded */
	RECIPE_COMPRESSED, /* what is inside */
	RECIPE_BZIMAGE,    /* vmlinux; what stands around it */
	RECIPES
};

struct apart {
	enum recipe recipe;
	const char *tool; /* which compresses it again: one of the table's; "" if none */
	size_t at;        /* BZIMAGE: bytes that stand before the payload */
	struct blob part[RECIPE_PARTS_MAX];
	size_t n_parts;
};

const char *recipe_name(enum recipe recipe);
/* RECIPES if there is none of that name. */
enum recipe recipe_find(const char *name);
/* The table's own copy; NULL if there is none of that name. */
const char *recipe_tool(const char *name);

/* name: the file's in the store. Never fails for a file that is of no known kind. */
int recipe_apart(const char *name, const struct blob *file, struct apart *ret_apart,
	struct err *err);
int recipe_together(const struct apart *apart, struct blob *ret_file, struct err *err);
void apart_release(struct apart *apart);

#define CLEANUP_APART CLEANUP(apart_release)

#endif
