/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pack: one image as one file, by itself or against the pack of another image.
 *
 *   "tenfold pack 1\n", the index's length as 8 hex digits, "\n", the index (JSON), the
 *   bytes of all parts in the index's order, SHA-256 of everything before as 64 hex
 *   digits, "\n"
 *
 * Sizes and digests of the image's files stand in its image.json, not here. Pure, but for
 * packfile_read() and packfile_peek().
 */
#ifndef TENFOLD_BUILDER_COLD_PACKFILE_H
#define TENFOLD_BUILDER_COLD_PACKFILE_H

#include <stdbool.h>

#include "lib/image.h"
#include "recipe.h"

/* How a part is held. */
enum held {
	HELD_ALONE, /* xz */
	HELD_SAME,  /* it is the base's */
	HELD_DELTA, /* zstd against the base's */
	HELD_MOVED, /* the same against the base's, relinked by both System.maps */
	HELDS
};

struct packfile_part {
	enum held held;
	size_t size;         /* bytes of the part */
	size_t stored;       /* bytes in the pack */
	const uint8_t *data; /* of them; borrowed */
};

struct packfile_file {
	const char *name; /* borrowed, as `tool` */
	enum recipe recipe;
	const char *tool;
	size_t at;
	struct packfile_part part[RECIPE_PARTS_MAX];
	size_t n_parts;
};

struct packfile {
	struct image_id id;
	char base[IMAGE_COMMIT_TEXT]; /* of the same arch and config; "": by itself */
	unsigned int group, step;     /* see plan.h */
	bool twin;                    /* its kernel is that of its base */
	char kernel[SHA256_TEXT];     /* of its vmlinuz */
	struct packfile_file files[IMAGE_FILES_MAX];
	size_t n_files;
	size_t size;       /* of the whole pack; after a parse or a peek */
	struct blob bytes; /* owned by a parsed one: what the texts and data point to */
	json_t *json;      /* likewise */
};

int packfile_dump(const struct packfile *pack, struct blob *ret_bytes, struct err *err);
/* Takes the bytes over, also when it fails. -EBADMSG with a sentence if they are damaged.
 */
int packfile_parse(struct blob *bytes, struct packfile *ret_pack, struct err *err);
void packfile_release(struct packfile *pack);

const struct packfile_file *packfile_find(const struct packfile *pack, const char *name);

int packfile_read(const char *path, struct packfile *ret_pack, struct err *err);
/* The index alone, unchecked: without bytes, data is NULL. */
int packfile_peek(const char *path, struct packfile *ret_pack, struct err *err);

#define CLEANUP_PACKFILE CLEANUP(packfile_release)

#endif
