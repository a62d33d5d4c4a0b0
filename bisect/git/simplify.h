/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a history that was loaded smaller, as git-log(1) does: to first parents, to the
 * commits that touch some paths. A merge that is the same as one of its parents there
 * stands for that side alone ("History Simplification", default mode).
 */
#ifndef TENFOLD_BISECT_SIMPLIFY_H
#define TENFOLD_BISECT_SIMPLIFY_H

#include <stdbool.h>

#include "history.h"

/* A file or a folder, from the top of the tree; no pattern. */
bool path_valid(const char *path);

/* goods and bad are those that it was loaded with. Numbers change. The bad end stays,
 * whether it touches the paths or not; in the second case h->bad_is_outside is set.
 * -EINVAL: no commit is left beside it. */
int history_simplify(struct history *h, const struct strvec *goods, const char *bad,
	bool first_parent, const struct strvec *paths, struct err *err);

#endif
