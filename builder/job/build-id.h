/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The GNU build id of an ELF file: what the running kernel shows in /sys/kernel/notes. */
#ifndef TENFOLD_BUILDER_BUILD_ID_H
#define TENFOLD_BUILDER_BUILD_ID_H

#include <stddef.h>

#include "lib/err.h"

#define BUILD_ID_TEXT 129 /* 64 bytes in hex: SHA-1 has 20, --build-id=0x... any */

/* From the PT_NOTE segments (elf(5)) of a little-endian 32- or 64-bit ELF file in memory;
 * every offset in it is checked. -ENOENT: it has no build id; -EINVAL: not such a file.
 */
int build_id_parse(const void *data, size_t len, char ret_hex[BUILD_ID_TEXT]);

int build_id_read(const char *path, char ret_hex[BUILD_ID_TEXT], struct err *err);

#endif
