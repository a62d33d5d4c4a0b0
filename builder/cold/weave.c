// SPDX-License-Identifier: GPL-2.0-or-later
#include "weave.h"

#include <errno.h>
#include <string.h>

#include "codec.h"
#include "relink.h"

/* What a pack under way holds. */
struct weaving {
	const struct weave_source *source;
	struct chain *base;
	struct packfile pack;
	struct blob stored[IMAGE_FILES_MAX][RECIPE_PARTS_MAX];
	struct err *err;
};

static int check_file(const struct blob *data, const struct image_file *file,
	const char *path, struct err *err)
{
	char digest[SHA256_TEXT];

	sha256_bytes(data->data, data->len, digest);
	if (data->len != file->size || strcmp(digest, file->sha256) != 0)
		return err_set(
			err, -EBADMSG, "'%s' is not the file that was published", path);
	return 0;
}

int weave_read(const char *folder, const struct image *image,
	struct weave_source *ret_source, struct err *err)
{
	CLEANUP_WEAVE struct weave_source source = {0};

	for (size_t i = 0; i < image->n_files; i++) {
		CLEANUP_BLOB struct blob data = {0};
		CLEANUP_BUF struct buf path = {0};
		int r;

		buf_init(&path, STORE_PATH_MAX);
		buf_addf(&path, "%s/%s", folder, image->files[i].name);
		r = buf_check(&path);
		if (!r)
			r = blob_read(&data, path.data, err);
		if (!r)
			r = check_file(&data, &image->files[i], path.data, err);
		source.file[i].name = image->files[i].name;
		if (!r)
			r = recipe_apart(
				source.file[i].name, &data, &source.file[i].apart, err);
		if (r < 0)
			return r;
		source.n++;
	}
	*ret_source = source;
	source.n = 0;
	return 0;
}

void weave_release(struct weave_source *source)
{
	for (size_t i = 0; i < source->n; i++)
		apart_release(&source->file[i].apart);
	source->n = 0;
}

/* The text of the source's own System.map; -ENOENT if it has none that folds. */
static int own_symbols(const struct weave_source *source, struct blob *ret)
{
	for (size_t i = 0; i < source->n; i++)
		if (source->file[i].apart.recipe == RECIPE_SYMBOLS)
			return recipe_together(&source->file[i].apart, ret, NULL);
	return -ENOENT;
}

/* The base's kernel, relinked; -ENOENT where nothing has moved or nobody knows what. */
static int moved_base(struct weaving *w, const struct blob *part, struct blob *ret)
{
	CLEANUP_SHIFTS struct shifts shifts = {0};
	CLEANUP_BLOB struct blob to = {0};
	const struct blob *from;
	int r = chain_symbols(w->base, &from, NULL);

	if (!r)
		r = own_symbols(w->source, &to);
	if (!r)
		r = shifts_make(from, &to, &shifts, NULL);
	if (!r && (shifts.n < 2 && (!shifts.n || !shifts.v[0].by)))
		r = -ENOENT;
	if (!r)
		r = blob_copy(ret, part->data, part->len, w->err);
	if (!r)
		relink(ret, &shifts);
	return r;
}

static bool same(const struct blob *a, const struct blob *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

static int hold_part(struct weaving *w, const char *name, const struct apart *apart,
	size_t i, struct packfile_part *part, struct blob *stored)
{
	const struct blob *data = &apart->part[i], *base = NULL;
	CLEANUP_BLOB struct blob moved = {0};

	part->size = data->len;
	if (!w->base || chain_part(w->base, name, i, &base, NULL) < 0) {
		part->held = HELD_ALONE;
		return codec_squeeze(data, stored, w->err);
	}
	if (same(base, data)) {
		part->held = HELD_SAME;
		return 0;
	}
	part->held = HELD_DELTA;
	if (apart->recipe == RECIPE_BZIMAGE && i == 0 &&
		moved_base(w, base, &moved) == 0) {
		part->held = HELD_MOVED;
		base = &moved;
	}
	return codec_delta(base, data, stored, w->err);
}

static int hold_file(struct weaving *w, size_t i)
{
	const struct apart *apart = &w->source->file[i].apart;
	struct packfile_file *file = &w->pack.files[i];
	int r = 0;

	*file = (struct packfile_file){.name = w->source->file[i].name,
		.recipe = apart->recipe,
		.tool = apart->tool,
		.at = apart->at,
		.n_parts = apart->n_parts};
	for (size_t p = 0; !r && p < apart->n_parts; p++) {
		struct blob *stored = &w->stored[i][p];

		r = hold_part(w, file->name, apart, p, &file->part[p], stored);
		file->part[p].stored = stored->len;
		file->part[p].data = stored->data;
	}
	return r;
}

int weave_pack(const struct weave_source *source, const struct image *image,
	const struct plan *plan, struct chain *base, struct blob *ret_bytes,
	struct err *err)
{
	const struct image_file *kernel = image_find_file(image, "vmlinuz");
	struct weaving w = {.source = source, .base = base, .err = err};
	int r = 0;

	w.pack.id = image->id;
	memcpy(w.pack.base, plan->base, sizeof(w.pack.base));
	w.pack.group = plan->group;
	w.pack.step = plan->step;
	w.pack.twin = plan->twin;
	if (kernel)
		memcpy(w.pack.kernel, kernel->sha256, sizeof(w.pack.kernel));
	w.pack.n_files = source->n;
	for (size_t i = 0; !r && i < source->n; i++)
		r = hold_file(&w, i);
	if (!r)
		r = packfile_dump(&w.pack, ret_bytes, err);
	for (size_t i = 0; i < source->n; i++)
		for (size_t p = 0; p < RECIPE_PARTS_MAX; p++)
			blob_release(&w.stored[i][p]);
	return r;
}
