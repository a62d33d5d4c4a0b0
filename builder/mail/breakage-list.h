/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of STATE/breakages (breakages.h), read and written. */
#ifndef TENFOLD_BUILDER_BREAKAGE_LIST_H
#define TENFOLD_BUILDER_BREAKAGE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/image.h"

enum breakage_state {
	BREAKAGE_NEW,  /* waits for a verdict */
	BREAKAGE_TOLD, /* a mail was written */
	BREAKAGE_KEPT, /* none was, for the rate's sake */
	BREAKAGE_OLD,  /* of no interest any more */
};

struct breakage {
	struct image_id id;
	enum breakage_state state;
	char *tree, *branch; /* owned; the branch by the store's name */
};

struct breakage_list {
	struct breakage *v; /* owned */
	size_t n;
};

/* Fills an empty list; none is fine. */
int breakage_list_read(struct breakage_list *list, const char *state, struct err *err);
void breakage_list_release(struct breakage_list *list);
bool breakage_list_has(const struct breakage_list *list, const struct image_id *id);

/* Writes one's file, durably. */
int breakage_write(const char *state, const struct image_id *id,
	enum breakage_state value, const char *tree, const char *branch, struct err *err);

#endif
