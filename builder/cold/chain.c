// SPDX-License-Identifier: GPL-2.0-or-later
#include "chain.h"

#include <errno.h>
#include <string.h>

#include "codec.h"
#include "relink.h"

int chain_folder(const struct store *store, const struct image_id *id, struct buf *b)
{
	buf_init(b, STORE_PATH_MAX);
	buf_addf(b, "%s/packs/%s/%s", store->root, id->arch, id->config);
	return buf_check(b);
}

int chain_path(const struct store *store, const struct image_id *id, struct buf *b)
{
	int r = chain_folder(store, id, b);

	buf_addf(b, "/%s.pack", id->commit);
	return r ? r : buf_check(b);
}

/* What a pointer to a part holds until it is known. */
static const struct blob nothing;

/* Reads one more pack; it must be the one that the chain wants: *next, which then is the
 * one after it. */
static int add_link(
	struct chain *chain, const char *path, struct image_id *next, struct err *err)
{
	struct link *link;
	int r;

	if (chain->n == CHAIN_MAX)
		return err_set(
			err, -EBADMSG, "'%s': too many packs hang on each other", path);
	link = calloc(1, sizeof(*link));
	if (!link)
		return err_set(err, -ENOMEM, "out of memory");
	chain->link[chain->n++] = link;
	r = packfile_read(path, &link->pack, err);
	if (!r && !image_id_equal(&link->pack.id, next))
		r = err_set(err, -EBADMSG, "'%s' is the pack of another image", path);
	if (!r)
		memcpy(next->commit, link->pack.base, sizeof(next->commit));
	return r;
}

int chain_open(const struct store *store, const struct image_id *id, const char *path,
	struct chain *ret_chain, struct err *err)
{
	CLEANUP_CHAIN struct chain chain = {0};
	struct image_id next = *id;
	int r = 0;

	while (!r && *next.commit) {
		CLEANUP_BUF struct buf usual = {0};

		r = chain_path(store, &next, &usual);
		if (!r)
			r = add_link(&chain, path ? path : usual.data, &next, err);
		path = NULL;
	}
	if (r < 0)
		return r;
	*ret_chain = chain;
	chain.n = 0;
	return 0;
}

void chain_close(struct chain *chain)
{
	for (size_t i = 0; i < chain->n; i++) {
		struct link *link = chain->link[i];

		for (size_t f = 0; f < IMAGE_FILES_MAX; f++)
			for (size_t p = 0; p < RECIPE_PARTS_MAX; p++)
				blob_release(&link->part[f][p]);
		blob_release(&link->symbols);
		packfile_release(&link->pack);
		free(link);
	}
	chain->n = 0;
}

static int get_part(struct chain *chain, size_t level, const char *name, size_t part,
	const struct blob **ret, struct err *err);

static int get_symbols(
	struct chain *chain, size_t level, const struct blob **ret, struct err *err)
{
	struct link *link = chain->link[level];
	const struct packfile_file *file = packfile_find(&link->pack, "System.map");
	const struct blob *folded = &nothing;
	int r = 0;

	if (!file || file->recipe != RECIPE_SYMBOLS)
		return err_set(err, -ENOENT, "there is no System.map");
	if (!link->symbols.data)
		r = get_part(chain, level, "System.map", 0, &folded, err);
	if (!r && !link->symbols.data)
		r = system_map_unfold(folded, &link->symbols, err);
	*ret = &link->symbols;
	return r;
}

/* The base's part as the linker would have made it for this image. */
static int relinked(struct chain *chain, size_t level, const struct blob *base,
	struct blob *ret, struct err *err)
{
	CLEANUP_SHIFTS struct shifts shifts = {0};
	const struct blob *from = &nothing, *to = &nothing;
	int r = get_symbols(chain, level + 1, &from, err);

	if (!r)
		r = get_symbols(chain, level, &to, err);
	if (!r)
		r = shifts_make(from, to, &shifts, err);
	if (!r)
		r = blob_copy(ret, base->data, base->len, err);
	if (!r)
		relink(ret, &shifts);
	return r;
}

static int make_part(struct chain *chain, size_t level, const struct blob *base,
	const struct packfile_part *p, struct blob *ret, struct err *err)
{
	const struct blob packed = {.data = (uint8_t *)p->data, .len = p->stored};
	CLEANUP_BLOB struct blob moved = {0};
	int r;

	if (p->held == HELD_ALONE)
		return codec_unsqueeze(&packed, p->size, ret, err);
	if (p->held == HELD_DELTA)
		return codec_undelta(base, &packed, p->size, ret, err);
	r = relinked(chain, level, base, &moved, err);
	return r < 0 ? r : codec_undelta(&moved, &packed, p->size, ret, err);
}

static int get_part(struct chain *chain, size_t level, const char *name, size_t part,
	const struct blob **ret, struct err *err)
{
	struct link *link = level < chain->n ? chain->link[level] : NULL;
	const struct packfile_file *file = link ? packfile_find(&link->pack, name) : NULL;
	const struct blob *base = &nothing;
	struct blob *got;
	int r = 0;

	if (!file || part >= file->n_parts)
		return err_set(err, -ENOENT, "the pack has no '%s'", name);
	got = &link->part[file - link->pack.files][part];
	if (!got->data && file->part[part].held != HELD_ALONE)
		r = get_part(chain, level + 1, name, part, &base, err);
	if (r < 0)
		return r;
	if (!got->data && file->part[part].held == HELD_SAME) {
		*ret = base;
		return 0;
	}
	if (!got->data)
		r = make_part(chain, level, base, &file->part[part], got, err);
	*ret = got;
	return r;
}

int chain_part(struct chain *chain, const char *name, size_t part,
	const struct blob **ret_part, struct err *err)
{
	return get_part(chain, 0, name, part, ret_part, err);
}

int chain_symbols(struct chain *chain, const struct blob **ret_text, struct err *err)
{
	return get_symbols(chain, 0, ret_text, err);
}

int chain_file(
	struct chain *chain, const char *name, struct blob *ret_file, struct err *err)
{
	const struct packfile_file *file = packfile_find(chain_pack(chain), name);
	struct apart apart = {0};
	int r = 0;

	if (!file)
		return err_set(err, -ENOENT, "the pack has no '%s'", name);
	apart.recipe = file->recipe;
	apart.tool = file->tool;
	apart.at = file->at;
	apart.n_parts = file->n_parts;
	for (size_t i = 0; !r && i < file->n_parts; i++) {
		const struct blob *part = &nothing;

		r = chain_part(chain, name, i, &part, err);
		if (!r)
			apart.part[i] = *part;
	}
	return r < 0 ? r : recipe_together(&apart, ret_file, err);
}

const struct packfile *chain_pack(const struct chain *chain)
{
	return &chain->link[0]->pack;
}
