/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What comes first in a host's list. Pure. */
#ifndef TENFOLD_LIST_H
#define TENFOLD_LIST_H

#include <stdbool.h>
#include <stddef.h>

#define LIST_OWN_MAX 3

/* Full ids, "local", or "" where there is none. */
struct list_choices {
	const char *next;
	bool next_waits;   /* false: a bisection drives, nobody is waited for */
	const char *usual; /* the host's default, or the server's for all hosts */
	const char *good;  /* the last one that was seen up */
};

struct list_own {
	const char *mark; /* "now", "next", "default", "good" */
	const char *id;   /* borrowed from the choices */
};

/* The host's own entries in their order: each image once, with its strongest mark. */
size_t list_own(
	const struct list_choices *choices, struct list_own ret_own[LIST_OWN_MAX]);

/* Whether an id is among them, so that the list of all does not repeat it. */
bool list_is_own(const struct list_own *own, size_t n, const char *id);

/* What boots when nobody presses a key: the id of the first of them whose image is there,
 * "local" if none is. */
const char *list_first(const struct list_choices *choices,
	bool (*is_there)(void *ctx, const char *id), void *ctx);

#endif
