/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commits that do not build, from their failure to the mail that they build again: a
 * file STATE/breakages/ARCH@CONFIG@COMMIT40 each, with lines "state new|told|kept|old",
 * "tree NAME", "branch BRANCH" (the store's name). "new" waits for a verdict; of "told"
 * a mail was written, of "kept" for the rate's sake none; "old" is of no interest any
 * more. Each step may be done twice: a mail has one name in the outbox.
 */
#ifndef TENFOLD_BUILDER_BREAKAGES_H
#define TENFOLD_BUILDER_BREAKAGES_H

#include <stdbool.h>

#include "builder/conf.h"
#include "lib/err.h"
#include "lib/image.h"
#include "lib/store.h"

struct breakages {
	const struct conf *conf;
	const struct store *store;
	/* true if this image will be made without anybody asking for it */
	bool (*awaited)(void *ctx, const struct image_id *id);
	void *ctx;
};

/* Takes a failure down, before it is published. A commit is taken down once. */
int breakages_note(const char *state, const struct image_id *id, const char *tree,
	const char *branch, struct err *err);

/* Looks at all of them: writes the mails that are due into the outbox. made: what was
 * built just now, or NULL. One that cannot be looked at (its tree is away) is an error,
 * after all others were looked at. */
int breakages_look(
	const struct breakages *b, const struct image_id *made, struct err *err);

#endif
