/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The folder of images (docs/image-store.md). Files are the truth, a published image
 * never changes: readers need no lock.
 */
#ifndef TENFOLD_STORE_H
#define TENFOLD_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "image.h"

#define STORE_PATH_MAX 4096

struct store {
	const char *root; /* the folder; borrowed */
};

/* Appends ROOT/images/ARCH/CONFIG/COMMIT40, or ROOT/failed/... for built = false. */
void store_image_path(
	const struct store *store, const struct image_id *id, bool built, struct buf *b);

/* True if the commit has an image (built) / is known not to build (!built). */
bool store_has(const struct store *store, const struct image_id *id, bool built);

/* Reads image.json. -ENOENT if there is none. */
int store_load(const struct store *store, const struct image_id *id, bool built,
	struct image *ret_image, struct err *err);

/* When a built image's files came (its folder changes with them), as clock_wall(); now
 * if nobody can tell. */
double store_image_time(const struct store *store, const struct image_id *id);

/* True if all files that image.json names are there, false if some are in a pack alone.
 */
bool store_is_hot(const struct store *store, const struct image *image);

/* The image that was really built and whose files this one shares: itself, or what its
 * same_as says. Two commits with one answer need one boot between them. -ENOENT. */
int store_same_as(const struct store *store, const struct image_id *id, bool built,
	struct image_id *ret_id, struct err *err);

/* Appends the folder that has the files of an image which was loaded: its own, or that of
 * the image it is the same as. Relative to the store's root. */
void store_files_path(const struct image *image, struct buf *b);

/* Calls each() for every image of images/ (built) or failed/, in no order; stops at
 * and returns the first value other than 0. Names that are no image are passed over
 * (temporary folders of a publication in progress begin with a dot). */
int store_each(const struct store *store, bool built,
	int (*each)(void *ctx, const struct image_id *id), void *ctx, struct err *err);

/* Bytes of the store's file system; free: what its owner may still take. */
struct store_disk {
	uint64_t size, used, free;
};
int store_disk(const struct store *store, struct store_disk *ret_disk, struct err *err);

#endif
