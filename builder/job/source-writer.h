/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of a commit into the source folder, and out of it: each put under its name or
 * dropped, with the time that source.h promises. Of source.c alone.
 */
#ifndef TENFOLD_BUILDER_SOURCE_WRITER_H
#define TENFOLD_BUILDER_SOURCE_WRITER_H

#include <git2.h>
#include <stdbool.h>
#include <time.h>

#include "lib/err.h"
#include "lib/strvec.h"
#include "source.h"

struct source_writer {
	git_repository *repo;
	const char *dir;
	int root;             /* of dir */
	struct timespec time; /* of all that is written, wherever the clock goes */
	struct source_change *change;
	struct strvec folder_links; /* symlinks, new or not known to be old; may
				     * point at folders */
	struct err *err;
};

/* Puts a file or symlink in place of whatever is there, which is no folder. */
int source_put(struct source_writer *w, const char *path, const git_oid *oid,
	git_filemode_t mode);

/* Removes a file and the folders that it leaves empty: git has none. */
int source_drop(struct source_writer *w, const char *path);

/* Counts a path as written or removed. */
void source_note(struct source_writer *w, const char *path, size_t *count);

/* False for names by which a tree would lead out of its folder. */
bool source_name_safe(const char *name, size_t len);

/* What could not be done to a path, by errno; negative. */
int source_failed(struct source_writer *w, const char *what, const char *path);

#endif
