/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A repository in which somebody works: images are made of commits, so what is not
 * committed is in none. libgit2 is that of whoever uses this; it is only read.
 */
#ifndef TENFOLD_WORKTREE_H
#define TENFOLD_WORKTREE_H

#include <stdbool.h>

#include "err.h"

struct git_repository;

/* True if a tracked file, or the index, differs from HEAD, with the sentence that tells
 * so. Files that git does not track, submodules, and a bare repository make no
 * difference; nor does what cannot be read. Ends with the first difference. */
bool worktree_differs(struct git_repository *repo, const char *path, struct err *note);

#endif
