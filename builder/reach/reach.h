/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reach of a workplace: every path of the source folder that its builds have looked
 * at since its objects were last made from nothing. What changes outside of it cannot
 * change what is built: whoever would read the change has been seen to read something
 * else, and every program of a build does the same when it is shown the same.
 *
 * Paths are relative to the source folder, without '.', '..' or symlinks on the way; "."
 * is the folder itself. Pure but for reach_load() and reach_save(); sets only grow.
 */
#ifndef TENFOLD_BUILDER_REACH_REACH_H
#define TENFOLD_BUILDER_REACH_REACH_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

enum reach_bit {
	REACH_BIT_READ = 1,      /* read or run */
	REACH_BIT_MISSED = 2,    /* looked for, and not there */
	REACH_BIT_LISTED = 4,    /* a folder whose names were read */
	REACH_BIT_BELOW = 8,     /* a folder of which anything may have been looked at */
	REACH_BIT_SEEN = 16,     /* asked about: that it is there, its type, its mode */
	REACH_BIT_COMPILED = 32, /* read by a compiler, as C */
};

struct reach_path {
	char *path; /* owned; NULL: a free place */
	unsigned int bits;
};

struct reach {
	struct reach_path *paths; /* a hash table */
	size_t n, size;
	bool grown; /* something was added since it was loaded or saved */
	bool odd;   /* something was seen that cannot be reasoned about */
};

enum reach_change {
	REACH_CHANGED, /* content or mode */
	REACH_RESPELT, /* content, in a way that no compiler notices (respell.h) */
	REACH_CAME,    /* a file or folder that was not there */
	REACH_WENT,
};

/* -ENOMEM. */
int reach_add(struct reach *reach, const char *path, unsigned int bits);
unsigned int reach_bits(const struct reach *reach, const char *path);

/* Whether a change to one path may be noticed by a build. A folder that comes or goes
 * with its first or last file is a change of its own. */
bool reach_touched(const struct reach *reach, const char *path, enum reach_change change);

/* -ENOENT: nothing is known, so everything counts. The file is replaced durably. */
int reach_load(struct reach *reach, const char *file, struct err *err);
int reach_save(struct reach *reach, const char *file, struct err *err);
void reach_release(struct reach *reach);

#define CLEANUP_REACH CLEANUP(reach_release)

#endif
