/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which kernel each commit's image holds. A published image never changes, so each
 * image.json is read once.
 */
#ifndef TENFOLD_BISECT_KERNELS_H
#define TENFOLD_BISECT_KERNELS_H

#include "lib/sha256.h"
#include "lib/store.h"

#define KERNEL_TEXT SHA256_TEXT

struct kernels {
	void *tree; /* of what was read */
};

/*
 * Names the kernel: two images with one name boot the same bytes. It is the digest of
 * vmlinuz and modules as image.json has them, so an alias is named like the image that
 * its same_as tells, and so is one that was made apart and came out alike. An image.json
 * without files is named by store_same_as().
 *
 * -ENOENT: the commit has no image; -ENOMEM.
 */
int kernels_find(struct kernels *kernels, const struct store *store,
	const struct image_id *id, char ret_kernel[KERNEL_TEXT], struct err *err);

void kernels_release(struct kernels *kernels);

#endif
