/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ccache(1) as a second layer, below make: its names of the compilers stand first in
 * PATH, so that no command changes and it can be taken or left make by make.
 *
 * One cache a tree: what a tree's commits can do to each other by a shared object folder
 * they can do by a shared cache, and no more. Only what runs inside the sandbox reads it.
 * Folders have the same names inside for all workplaces, so any of them hits.
 *
 * Hits come from preprocessed text alone ("direct mode" is off): the preprocessor then
 * looks for every header as it does without a cache, which the reach must see, and a
 * header that has come to stand before another is found.
 */
#ifndef TENFOLD_BUILDER_CCACHE_H
#define TENFOLD_BUILDER_CCACHE_H

#include <stdbool.h>

#include "lib/strvec.h"

#define CCACHE_INSIDE "/ccache" /* its folder, in the sandbox */

enum ccache_when {
	CCACHE_NEVER,
	CCACHE_ALWAYS,
	CCACHE_CLEAN, /* where it pays: for a make from nothing */
};

/* "no", "yes", "auto"; -EINVAL. */
int ccache_parse(const char *text, enum ccache_when *ret_when);
bool ccache_valid(const char *text);

/* True if it is installed. */
bool ccache_there(void);

/* What make's environment gets. */
void ccache_environment(unsigned int max_mb, struct strvec *env);

#endif
