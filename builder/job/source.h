/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The source folder: one tree of the repository, as files. Going from one tree to the
 * next writes what differs and nothing else, so that make sees what changed and only
 * that; what is written gets a time that is later than every object of the build before.
 */
#ifndef TENFOLD_BUILDER_SOURCE_H
#define TENFOLD_BUILDER_SOURCE_H

#include <git2.h>
#include <stdbool.h>
#include <time.h>

#include "lib/err.h"

struct source_change {
	size_t written, removed;
	bool kconfig; /* something that decides on .config was among them */
};

/* Makes dir hold the tree `to`. from: the tree that dir holds, for certain; NULL: dir
 * may hold anything, so every file is compared by content. floor: no written file may
 * be older than this. ret_change adds up, also when it fails.
 * -EINVAL, -ENAMETOOLONG, ...: the commit's tree cannot be a folder (names like '..'). */
int source_update(git_repository *repo, const char *dir, const char *from, const char *to,
	struct timespec floor, struct source_change *ret_change, struct err *err);

#endif
