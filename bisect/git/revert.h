/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bad end with the culprit reverted, as a commit that can be built. It is made by
 * libgit2 in a bare repository of our own, which borrows the user's objects (git's
 * alternates): the user's repository is only read. The same input gives the same commit.
 */
#ifndef TENFOLD_BISECT_REVERT_H
#define TENFOLD_BISECT_REVERT_H

#include <stdbool.h>

#include "lib/err.h"
#include "lib/image.h"

struct git_repository;

/* Reverts culprit (a merge: against its first parent) on top of onto, in the repository
 * folder, which is made. -EEXIST with a sentence: the revert does not apply. */
int revert_make(struct git_repository *source, const char *folder, const char *culprit,
	const char *onto, char ret_commit[IMAGE_COMMIT_TEXT], struct err *err);

/* Whether that commit is the one which was made last in that folder, by any process. */
bool revert_is(const char *folder, const char *commit);

#endif
