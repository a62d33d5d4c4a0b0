/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compressors whose output a published file may hold, called as kbuild and
 * builder/pack.c call them: the same bytes again, as long as the same version of the
 * program or library is installed.
 */
#ifndef TENFOLD_BUILDER_COLD_COMPRESSOR_H
#define TENFOLD_BUILDER_COLD_COMPRESSOR_H

#include <stdbool.h>

#include "blob.h"

struct compressor {
	const char *name; /* its command line; what a pack names it by */
	uint8_t magic[4]; /* what its output begins with */
	size_t n_magic;
	size_t suffix; /* bytes that kbuild adds behind its output */
	bool program;  /* else in libarchive */
};

/* Those that may have made these bytes, one after the other: NULL to begin with, NULL at
 * the end. */
const struct compressor *compressor_next(
	const struct compressor *before, const struct blob *packed);

/* NULL if there is none of that name. */
const struct compressor *compressor_find(const char *name);

/* -ETIME if it took more than so many seconds of processor time (0: no limit). */
int compressor_run(const struct compressor *c, const struct blob *data, double seconds,
	struct blob *ret_packed, struct err *err);

/* Takes any of them off (libarchive(3) knows them by their first bytes). */
int compressor_undo(const struct blob *packed, struct blob *ret_data, struct err *err);

#endif
