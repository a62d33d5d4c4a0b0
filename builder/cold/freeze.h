/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images out of the way (thaw.h brings them back). A file leaves an image's folder only
 * when its pack is on the disk for good and has just been restored from there, also if
 * the pack was there before. Whatever is killed in between, each file is in its folder,
 * or in its pack, or in both.
 */
#ifndef TENFOLD_BUILDER_COLD_FREEZE_H
#define TENFOLD_BUILDER_COLD_FREEZE_H

#include "lib/store.h"
#include "plan.h"

/* What became of one image. */
struct frozen {
	bool packed;   /* its pack was made now; else it was there */
	bool was_cold; /* there was nothing to do */
	uint64_t hot;  /* bytes that went */
	uint64_t pack; /* bytes of its pack */
};

/* Who freezes: one at a time in a store. */
struct freezer {
	const struct store *store;
	int lock_fd;
	struct image_id of;      /* whose arch and config the packs are of */
	struct plan_pack *packs; /* all of them; owned */
	size_t n_packs;
};

/* -EAGAIN with a sentence if somebody else freezes. */
int freezer_open(struct freezer *freezer, const struct store *store, struct err *err);
void freezer_close(struct freezer *freezer);

/* Packs an image (of an alias, the one that has its files), proves the pack, removes the
 * files. -ENOENT: no such image. -EBADMSG: what is there does not come back from the
 * pack, and stays. */
int freezer_add(struct freezer *freezer, const struct image_id *id,
	struct frozen *ret_frozen, struct err *err);

/* Removes the packs of one arch and config (of->commit is not looked at) whose image has
 * left the store, unless others are made against them. For whoever removes images. */
int freezer_sweep(struct freezer *freezer, const struct image_id *of, size_t *ret_removed,
	struct err *err);

/* How many packs there are, and their bytes. */
void freeze_count(const struct store *store, size_t *ret_n, uint64_t *ret_bytes);

#define CLEANUP_FREEZER CLEANUP(freezer_close)

#endif
