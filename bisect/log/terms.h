/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two words of a bisection, as git-bisect(1) has them: what the older commits are and
 * what the newer ones are. "good" and "bad" unless told otherwise.
 */
#ifndef TENFOLD_BISECT_TERMS_H
#define TENFOLD_BISECT_TERMS_H

#include <stdbool.h>

#include "lib/buf.h"

#define TERM_TEXT 32

struct terms {
	char old[TERM_TEXT], new[TERM_TEXT]; /* "": good, bad */
};

const char *terms_old(const struct terms *terms);
const char *terms_new(const struct terms *terms);

/* True if git would take it: no word of its own commands, a name that a ref may have. */
bool term_valid(const char *text);

/* Adds "git bisect start" with what is not usual, quoted as git does and reads it:
 * --first-parent, the terms, and behind `--` the paths. */
struct strvec;
void terms_start(const struct terms *terms, bool first_parent, const struct strvec *paths,
	struct buf *b);

#endif
