/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pack and the packs that it is made against, down to one that stands by itself; and
 * files out of it.
 */
#ifndef TENFOLD_BUILDER_COLD_CHAIN_H
#define TENFOLD_BUILDER_COLD_CHAIN_H

#include "lib/store.h"
#include "packfile.h"

#define CHAIN_MAX 64 /* packs; the plan makes a dozen at most */

/* One pack, and what came out of it so far. */
struct link {
	struct packfile pack;
	struct blob part[IMAGE_FILES_MAX][RECIPE_PARTS_MAX];
	struct blob symbols; /* the text of its System.map */
};

struct chain {
	struct link *link[CHAIN_MAX]; /* owned; the image's own first */
	size_t n;
};

/* STORE/packs/ARCH/CONFIG/COMMIT40.pack, and its folder. */
int chain_path(const struct store *store, const struct image_id *id, struct buf *b);
int chain_folder(const struct store *store, const struct image_id *id, struct buf *b);

/* Reads and checks all packs of an image; path: where its own one lies, or NULL. -ENOENT
 * if one is not there, -EBADMSG if one is damaged; the sentence names it. */
int chain_open(const struct store *store, const struct image_id *id, const char *path,
	struct chain *ret_chain, struct err *err);
void chain_close(struct chain *chain);

/* The image's own pack, of an open chain. */
const struct packfile *chain_pack(const struct chain *chain);

/* A part of a file of the image itself; the chain's. -ENOENT if it has none. */
int chain_part(struct chain *chain, const char *name, size_t part,
	const struct blob **ret_part, struct err *err);
/* The text of System.map; the chain's. -ENOENT if it is not there in folded form. */
int chain_symbols(struct chain *chain, const struct blob **ret_text, struct err *err);

/* A file as it was published. */
int chain_file(
	struct chain *chain, const char *name, struct blob *ret_file, struct err *err);

#define CLEANUP_CHAIN CLEANUP(chain_close)

#endif
