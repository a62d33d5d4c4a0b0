/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What differs between two trees of the repository, held against a reach. */
#ifndef TENFOLD_BUILDER_REACH_COMPARE_H
#define TENFOLD_BUILDER_REACH_COMPARE_H

#include <git2.h>

#include "lib/buf.h"
#include "reach.h"

/* 1: nothing that a build of the tree `from` looked at is another in the tree `to`.
 * 0: something may be; ret_path has the first such path. Submodules are nothing: their
 * files are in no source folder. A symlink that changes counts, wherever it is. */
int reach_compare(git_repository *repo, const struct reach *reach, const char *from,
	const char *to, struct buf *ret_path, struct err *err);

/* 1: make may take an object of the tree `from` for up to date that is not, since it goes
 * by what an object was made from and not by what was looked for in vain: a file comes
 * where an #include that found another one would find it now, or a link; or a file goes
 * that was only asked for (asked.h). ret_path has the path that comes, if any. 0: nothing
 * of the kind, or `from` is not in the repository: then it cannot be known. reach NULL:
 * what was looked for is not known, and may be any header. */
int reach_misleads(git_repository *repo, const struct reach *reach, const char *from,
	const char *to, struct buf *ret_path, struct err *err);

#endif
