/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cold images back to their place. A cold image keeps its folder and its image.json; its
 * other files are in STORE/packs/ARCH/CONFIG/COMMIT40.pack and come back, byte by byte,
 * when they are asked for. The pack stays, so that freezing the image again costs
 * nothing. Each file comes by a rename: a kill leaves whole files, or none.
 */
#ifndef TENFOLD_BUILDER_COLD_THAW_H
#define TENFOLD_BUILDER_COLD_THAW_H

#include "chain.h"
#include "lib/store.h"

/* *ret_cold: it was cold. -ENOENT: no such image, or no pack for what is missing.
 * -EBADMSG: a pack is damaged, or a file would not be what was published. */
int thaw_image(const struct store *store, const struct image_id *id, bool *ret_cold,
	struct err *err);

/* Takes every file of the image out of an open chain and checks its SHA-256. */
int thaw_prove(struct chain *chain, const struct image *image, struct err *err);

/* Locks an image's folder against all others that thaw or freeze it (flock(2), as the
 * store may be shared by NFS) and removes what a killed one of them left. */
int thaw_lock(const struct store *store, const struct image *image, int *ret_fd,
	struct err *err);

#endif
