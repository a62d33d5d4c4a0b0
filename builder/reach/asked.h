/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which headers a build may only have asked for. */
#ifndef TENFOLD_BUILDER_REACH_ASKED_H
#define TENFOLD_BUILDER_REACH_ASKED_H

#include <git2.h>

#include "lib/strvec.h"
#include "reach.h"

/* True if a file of the tree that a compiler has read has an __has_include and one of the
 * names in it: gcc does not write down as read what is only asked for. */
bool reach_asked(git_tree *tree, const struct reach *reach, const struct strvec *names);

#endif
