/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Modules as a second initramfs: a newc cpio, zstd. The same files give the same bytes:
 * sorted by name, owned by root, without times or inode numbers of this machine.
 */
#ifndef TENFOLD_BUILDER_PACK_H
#define TENFOLD_BUILDER_PACK_H

#include "lib/err.h"

/* Packs all that is in dir (none: a valid empty archive) but the links "build" and
 * "source", which lead to folders of the builder. */
int pack_folder(const char *dir, const char *path, struct err *err);

#endif
