/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks the kernel tree itself who looks after a commit's files: its own
 * scripts/get_maintainer.pl, from the bad end's tree, which is one that the user boots.
 * It runs in a temporary folder that has what it reads and nothing else, within a time
 * limit, without git, and what it says is only read by people_take_maintainers().
 */
#ifndef TENFOLD_BISECT_MAINTAINER_H
#define TENFOLD_BISECT_MAINTAINER_H

#include "lib/buf.h"
#include "lib/err.h"

struct git_repository;

/* Adds the commit as a patch: against its first parent, as `git format-patch` would. */
int maintainer_patch(
	struct git_repository *repo, const char *commit, struct buf *b, struct err *err);

/* Adds the script's output for that commit, read in the tree of `trusted`. -ENOENT: the
 * tree has no such script. */
int maintainer_ask(struct git_repository *repo, const char *trusted, const char *commit,
	struct buf *b, struct err *err);

#endif
