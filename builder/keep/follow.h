/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Branches that were removed, and those that were rewritten: links to what they do not
 * have any more go from STORE/branches, and images that were built for a branch which has
 * them no more are listed in refs.json as "left". Called by refs_publish() before it
 * writes: a kill in between does it again.
 */
#ifndef TENFOLD_BUILDER_KEEP_FOLLOW_H
#define TENFOLD_BUILDER_KEEP_FOLLOW_H

#include <jansson.h>

#include "builder/conf.h"
#include "lib/err.h"
#include "lib/store.h"

struct follow {
	const struct conf *conf;
	const struct store *store;
	size_t removed, rewritten; /* branches; set by follow_refs() */
};

/* ctx: a struct follow. old: refs.json as it is; fresh: as it will be. */
int follow_refs(void *ctx, const json_t *old, json_t *fresh, struct err *err);

#endif
