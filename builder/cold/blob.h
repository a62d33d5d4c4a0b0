/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes in memory with their owner: what packs are made of and restored to. */
#ifndef TENFOLD_BUILDER_COLD_BLOB_H
#define TENFOLD_BUILDER_COLD_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "lib/cleanup.h"
#include "lib/err.h"

/* What one file, or what is inside of it, may have: more is not packed. */
#define BLOB_MAX ((size_t)1 << 30)

struct blob {
	uint8_t *data; /* owned; NULL if empty */
	size_t len;
};

/* -ENOMEM with a sentence. The bytes are not set. */
int blob_make(struct blob *b, size_t len, struct err *err);
int blob_copy(struct blob *b, const void *data, size_t len, struct err *err);
/* Adds to the end. */
int blob_add(struct blob *b, const void *data, size_t len, struct err *err);
int blob_read(struct blob *b, const char *path, struct err *err);
void blob_release(struct blob *b);

#define CLEANUP_BLOB CLEANUP(blob_release)

#endif
