/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Into the store, whole or not at all: a folder under a temporary name beside its place,
 * locked by its writer; filled; synced; renamed. A temporary folder that nobody locks was
 * left by a killed builder and goes: at once if this machine made it, after a day if
 * another did, whose locks may not be seen here.
 */
#ifndef TENFOLD_BUILDER_PUBLISH_H
#define TENFOLD_BUILDER_PUBLISH_H

#include <stdbool.h>

#include "lib/err.h"
#include "lib/image.h"
#include "lib/store.h"

struct draft {
	const struct store *store;
	struct image_id id;
	bool built;
	char *dir; /* the temporary folder; owned */
	int lock_fd;
};

int draft_open(struct draft *draft, const struct store *store, const struct image_id *id,
	bool built, struct err *err);

/* Copies a file in (a clone where the file system can). */
int draft_add(struct draft *draft, const char *from, const char *name, struct err *err);

/* Where a file of that name belongs, for who writes it himself. */
int draft_path(const struct draft *draft, const char *name, struct buf *b);

/* Fills image->files from what is in the draft. */
int draft_list(struct draft *draft, struct image *image, struct err *err);

/* Writes image.json (image->files as they are: those of an alias are another's) and
 * publishes. An image
 * that somebody else published meanwhile is as good: 0. A failure's record goes when its
 * commit turns out to build, and is replaced by a newer failure's. */
int draft_publish(struct draft *draft, struct image *image, struct err *err);

/* Removes what was not published. */
void draft_close(struct draft *draft);

/* Removes the temporary folders of dead builders from the whole store. */
int publish_clean(const struct store *store, struct err *err);

/* branches/BRANCH/ARCH/CONFIG/NNNNNNN-COMMIT12 -> the image with its files; number: its
 * place in history. An empty branch has none. Before draft_publish(): a kill in between
 * leaves a link that the next build of the commit finds or sets right, and no image
 * without one. */
int publish_branch_link(const struct store *store, const struct image_id *id,
	const struct image_id *files, const char *branch, unsigned int number,
	struct err *err);

#define CLEANUP_DRAFT CLEANUP(draft_close)

#endif
