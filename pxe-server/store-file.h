/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens files of the store for sending. A name from a stranger cannot leave the store:
 * the kernel resolves it beneath the store's folder (openat2(2), RESOLVE_BENEATH), and
 * parts that begin with a dot (unpublished folders too) are refused before.
 */
#ifndef TENFOLD_STORE_FILE_H
#define TENFOLD_STORE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/image.h"
#include "lib/store.h"

struct store_parts {
	struct {
		int fd; /* -1: that many zeroes */
		uint64_t size;
	} part[3];
	size_t n;
};

/* path relative to the store. -ENOENT for all that is not a file there, -EINVAL for a
 * name that tries to leave it. */
int store_open_file(const struct store *store, const char *path,
	struct store_parts *ret_parts, struct err *err);

/* The image's initramfs for a boot straight from GRUB: the second stage, zeroes up to a
 * multiple of four, the modules; what is not there is left out. -ENOENT: no such image.
 * -ESTALE: it has modules, but they are in a pack alone. */
int store_open_initrd(const struct store *store, const struct image_id *id,
	struct store_parts *ret_parts, struct err *err);

/* Closes what is still open. */
void store_parts_release(struct store_parts *parts);

#endif
