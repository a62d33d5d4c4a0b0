/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects that a change of headers cannot change, found before make, and kept from it by
 * a newer time: W. F. Tichy, Smart Recompilation, ACM TOPLAS 8(3), 1986, with names in
 * the place of types.
 *
 * An object is spared if it was made from the old texts by the same command, was up to
 * date, and no name that differs can reach it (differ.h, survey.h). That the new text
 * compiles is not taken on trust: of the objects that would be spared, one a header and a
 * kind of object (a module or not) is left to make, and what is new in the text means the
 * same in all of them (usable.h). In doubt an object is compiled.
 */
#ifndef TENFOLD_BUILDER_SPARE_SPARE_H
#define TENFOLD_BUILDER_SPARE_SPARE_H

#include <git2.h>
#include <stdbool.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/err.h"

struct spare_object {
	char *path; /* owned */
	struct timespec time;
	bool proves; /* it is compiled in the place of others */
};

struct spare {
	struct spare_object *objects; /* those spared, and those that prove; owned */
	size_t n;
	size_t n_spared, n_readers; /* readers: objects that could have been */
	char *headers;              /* that differ, for people; owned */
	char **paths;               /* of them, absolute; owned */
	size_t n_paths;
};

/* What to look at. src still has the tree `from`, obj is what a make of it left. */
struct spare_view {
	git_repository *repo;
	const char *from, *to; /* trees */
	const char *src, *obj;
	const char *src_name; /* make's name for src */
};

/* Which objects of a build from one tree to the next are spared; changes nothing.
 * ret_spare->n is 0 if there are none, or nothing can be told. */
void spare_plan(const struct spare_view *view, struct spare *ret_spare);

/* Gives them a time that is not older than the headers', which are written by now. What
 * cannot be touched is compiled. */
void spare_apply(struct spare *spare);

/* After a make: whether those that prove were compiled. */
bool spare_proven(const struct spare *spare);

/* Gives them their old times again: make will compile them. */
void spare_undo(const struct spare *spare);

/* "N of M objects cannot differ and are kept (HEADERS)" */
void spare_describe(const struct spare *spare, struct buf *b);

void spare_release(struct spare *spare);

#endif
