/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images out of the store, so that a kill at any moment leaves a whole image or none.
 *   STORE/gone/ARCH/CONFIG/COMMIT40    empty: this image was removed by rule; a branch
 *                                      that has the commit does not ask for it again
 *   STORE/gone/ARCH/CONFIG/.COMMIT40/  an image's folder on its way out
 *   STORE/gone/lock                    exclusively by who takes images out, shared by who
 *                                      counts on one that is there: publishes an alias
 * An image goes out of images/ by one rename. Its image.json is the first of its files to
 * be removed: a folder that has one is whole, and can be put back.
 */
#ifndef TENFOLD_BUILDER_KEEP_GONE_H
#define TENFOLD_BUILDER_KEEP_GONE_H

#include "lib/store.h"

/* Waits for whoever has it; released by closing. */
int gone_lock(const struct store *store, bool exclusive, int *ret_fd, struct err *err);
/* From exclusive to shared, without letting anybody remove in between what is there. */
int gone_lock_share(int fd, struct err *err);

/* True if the image was removed by rule. */
bool gone_was(const struct store *store, const struct image_id *id);

/* Both under the exclusive lock. -EBUSY: it is being thawed or frozen. */
int gone_take(const struct store *store, const struct image_id *id, struct err *err);
int gone_put_back(const struct store *store, const struct image_id *id, struct err *err);

/* Removes what was taken out, for good. Under the lock, which may be shared. */
int gone_delete(const struct store *store, const struct image_id *id, struct err *err);

/* What a killed one left: an image that is whole is put back, the rest of another goes.
 * Does nothing while somebody has the lock. */
int gone_sweep(const struct store *store, struct err *err);

#endif
