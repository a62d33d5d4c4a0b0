/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The index of the store in SQLite. Only catalogue_sync() writes it, from the store's
 * files; all else reads. It can be deleted at any time.
 */
#ifndef TENFOLD_CATALOGUE_H
#define TENFOLD_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "db.h"
#include "lib/image.h"
#include "lib/store.h"

/* A line of the list. Texts are borrowed for the call. */
struct catalogue_entry {
	const char *id, *arch, *config, *branch, *release, *build_id, *date, *subject;
	const char *same_as; /* "" for an image with files of its own */
};

struct catalogue_change {
	size_t added, removed;
	size_t unreadable; /* images whose image.json is no good; err has the last one */
};

/* Brings the index up to the store: what is new is read, what is gone is dropped, what
 * is known is not looked at again. refs.json too, if it has changed its content. */
int catalogue_sync(struct db *db, const struct store *store,
	struct catalogue_change *ret_change, struct err *err);

/* SQL: an image is not one that the branch has left behind. */
#define CATALOGUE_NOT_LEFT(branch)                                                   \
	"NOT EXISTS (SELECT 1 FROM left_commits WHERE left_commits.branch = " branch \
	" AND left_commits.commit_id = images.commit_id)"

/* refs.json: {"branches":{NAME:COMMIT40},"tags":{...},"left":{NAME:[COMMIT40]}}; replaces
 * what was known. */
int catalogue_set_refs(struct db *db, const char *text, size_t len, struct err *err);

struct catalogue_filter {
	const char *arch, *branch; /* "": any */
	const char *after; /* an id: only what comes behind it; "": from the top */
	unsigned int limit;
};

/* Calls each() for the built images, newest first, until it returns non-zero (which is
 * returned). -ENOENT with a sentence: `after` is not there. */
int catalogue_list(struct db *db, const struct catalogue_filter *filter,
	int (*each)(void *ctx, const struct catalogue_entry *entry), void *ctx,
	struct err *err);

/* Calls each() with the entry of one id; -ENOENT, without a sentence, if there is none.
 */
int catalogue_entry(struct db *db, const char *id,
	int (*each)(void *ctx, const struct catalogue_entry *entry), void *ctx,
	struct err *err);

#endif
