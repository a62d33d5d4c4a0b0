/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files and folders, written so that a kill at any moment leaves the old or the new,
 * never a half: a temporary sibling, fsync, rename, fsync of the folder.
 */
#ifndef TENFOLD_FILE_H
#define TENFOLD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "buf.h"
#include "err.h"

/* Appends the whole file to b; -EMSGSIZE when it does not fit. */
int file_read(const char *path, struct buf *b, struct err *err);

/* Replaces path with data in one step; parent folders must be there. */
int file_write_atomic(
	const char *path, const void *data, size_t len, mode_t mode, struct err *err);

/* The same for what is of the moment: readers see the old or the new, but nothing is
 * synced, and path.new is left if the writer dies. One writer at a time. */
int file_replace(const char *path, const void *data, size_t len, struct err *err);

/* mkdir -p. */
int dir_make(const char *path, mode_t mode, struct err *err);

/* Renames the folder temp to path and makes both its files and the step durable.
 * -EEXIST if path is there (temp then stays). Same file system. */
int dir_publish(const char *temp, const char *path, struct err *err);

/* fsync of a file or folder by its name. */
int path_sync(const char *path, struct err *err);

/* fsync of every file in a folder (one level) and of the folder. */
int dir_sync(const char *path, struct err *err);

/* rm -rf; a path that is not there is no error. Whatever a stranger's program has left
 * goes: folders closed to all, and however deep. */
int dir_remove(const char *path, struct err *err);

bool file_exists(const char *path);

#endif
