/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the recorder: recorder.c writes down, recorder-calls.c stands in for the C
 * library's functions. errno is left as it is.
 */
#ifndef TENFOLD_BUILDER_REACH_RECORDER_H
#define TENFOLD_BUILDER_REACH_RECORDER_H

#include <stdbool.h>

/* After a call that looked at a path (from dirfd; "" is dirfd itself), and failed or not,
 * with errno; kind: a reach_kind. */
void recorder_tell(int dirfd, const char *path, char kind, bool bad);

/* Before a call after which the path would be another one, or that does not come back. */
void recorder_tell_before(const char *path, char kind);

/* Before path is run. */
void recorder_tell_run(const char *path);

/* Before the process may go to another folder. */
void recorder_moves(void);

/* Before a glob(3). */
void recorder_tell_pattern(const char *pattern, int flags);

/* The C library's own function of that name, looked for once. */
void *recorder_find(void **at, const char *name);

/* Looks for those that are called after vfork(2). */
void recorder_calls_find(void);

#endif
