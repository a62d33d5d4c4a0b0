/* SPDX-License-Identifier: GPL-2.0-or-later */
/* realpath(3) for names that were seen in a sandbox, where a folder has another name. */
#ifndef TENFOLD_BUILDER_REACH_NAMES_H
#define TENFOLD_BUILDER_REACH_NAMES_H

#include <stddef.h>

#define NAMES_MAX 4096

struct names {
	char inside[NAMES_MAX]; /* the folder's name in there */
	const char *outside;    /* here, without symlinks; borrowed */
};

/* inside: at most max bytes, terminated or not. */
void names_init(struct names *names, const char *inside, size_t max, const char *outside);

/* The file that a text meant in there, by its name here, without symlinks, '.' and '..';
 * a link's text is read as one from in there, too. The text may begin with the name here
 * as well. NULL: there is none; free() it. */
char *names_real(const struct names *names, const char *text);

#endif
