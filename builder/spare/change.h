/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What differs between two trees, as far as it bears on sparing objects. */
#ifndef TENFOLD_BUILDER_SPARE_CHANGE_H
#define TENFOLD_BUILDER_SPARE_CHANGE_H

#include <git2.h>

#include "lib/buf.h"
#include "lib/strvec.h"

struct change_header {
	char *path;          /* in the tree; owned */
	struct buf old, new; /* its texts */
};

struct change {
	struct change_header *headers; /* that have another text; owned */
	size_t n;
	struct strvec others; /* paths of all else that differs */
	struct strvec came;   /* last parts of paths that came */
};

/* False: nothing can be spared. No header differs, or one comes or goes (then an #include
 * may find another file), or one is a link, or too many differ, or Kconfig files do. */
bool change_read(
	git_repository *repo, const char *from, const char *to, struct change *ret);
void change_release(struct change *change);
#define CLEANUP_CHANGE CLEANUP(change_release)

#endif
