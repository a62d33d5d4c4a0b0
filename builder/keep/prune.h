/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Removes images by rule: decides, takes them out of the store, asks once more who uses
 * them, and only then deletes. Nothing goes where the server cannot be asked.
 */
#ifndef TENFOLD_BUILDER_KEEP_PRUNE_H
#define TENFOLD_BUILDER_KEEP_PRUNE_H

#include "gather.h"

struct prune {
	struct gather gather; /* its set: those that go are in front, in their order */
	size_t goes;          /* how many they are */
	uint64_t freed;       /* bytes, packs included, once it was done */
	int cancel_fd;        /* readable: end */
};

void prune_release(struct prune *prune);

/* Who goes and why the others stay. Changes nothing. -EINVAL: a rule, and no server. */
int prune_decide(struct prune *prune, struct err *err);

/* Does it. Those that turn out to be used, or shared, are not among prune->goes any more.
 * -ECANCELED: all that was not deleted yet is where it was. */
int prune_do(struct prune *prune, struct err *err);

#define CLEANUP_PRUNE CLEANUP(prune_release)

#endif
