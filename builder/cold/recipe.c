// SPDX-License-Identifier: GPL-2.0-or-later
#include "recipe.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "compressor.h"
#include "system-map.h"

static const char *const names[RECIPES] = {
	[RECIPE_PLAIN] = "plain",
	[RECIPE_SYMBOLS] = "symbols",
	[RECIPE_COMPRESSED] = "compressed",
	[RECIPE_BZIMAGE] = "bzimage",
};

const char *recipe_name(enum recipe recipe)
{
	return names[recipe];
}

enum recipe recipe_find(const char *name)
{
	enum recipe recipe = 0;

	while (recipe < RECIPES && strcmp(names[recipe], name) != 0)
		recipe++;
	return recipe;
}

void apart_release(struct apart *apart)
{
	for (size_t i = 0; i < apart->n_parts; i++)
		blob_release(&apart->part[i]);
	apart->n_parts = 0;
}

const char *recipe_tool(const char *name)
{
	const struct compressor *c = compressor_find(name);

	return c ? c->name : NULL;
}

static bool same(const struct blob *a, const struct blob *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

/* A slice of a blob as one of its own, borrowed. */
static struct blob slice(const struct blob *b, size_t at, size_t len)
{
	return (struct blob){.data = b->data + at, .len = len};
}

/* Finds who compressed it: the one whose output is the same. */
static int find_tool(const struct blob *packed, bool suffix, struct blob *ret_data,
	const struct compressor **ret_tool, struct err *err)
{
	CLEANUP_BLOB struct blob data = {0};
	const struct compressor *c = compressor_next(NULL, packed);
	int r = -ENOENT;

	for (; c; c = compressor_next(c, packed)) {
		struct blob body =
			slice(packed, 0, packed->len - (suffix ? c->suffix : 0));
		CLEANUP_BLOB struct blob again = {0};

		if (!data.data && compressor_undo(&body, &data, err) < 0)
			break;
		r = compressor_run(c, &data, RECIPE_SECONDS, &again, err);
		if (!r && same(&again, &body))
			break;
		r = -ENOENT;
	}
	if (r < 0 || !c)
		return -ENOENT;
	*ret_data = data;
	*ret_tool = c;
	data = (struct blob){0};
	return 0;
}

/* Where the payload lies: "The Linux/x86 Boot Protocol", since version 2.08. */
static bool find_payload(const struct blob *file, size_t *ret_at, size_t *ret_len)
{
	size_t sectors, at;
	uint32_t offset, len;
	uint16_t version;

	if (file->len < 0x250 || memcmp(file->data + 0x202, "HdrS", 4) != 0)
		return false;
	memcpy(&version, file->data + 0x206, 2);
	memcpy(&offset, file->data + 0x248, 4);
	memcpy(&len, file->data + 0x24c, 4);
	sectors = file->data[0x1f1] ? file->data[0x1f1] : 4;
	at = (sectors + 1) * 512 + offset;
	if (version < 0x208 || at > file->len || len > file->len - at)
		return false;
	*ret_at = at;
	*ret_len = len;
	return len > 0;
}

static int apart_bzimage(const struct blob *file, struct apart *a, struct err *err)
{
	const struct compressor *tool;
	struct blob payload;
	size_t at, len, end;
	int r;

	if (!find_payload(file, &at, &len))
		return -ENOENT;
	payload = slice(file, at, len);
	r = find_tool(&payload, true, &a->part[0], &tool, err);
	if (r < 0)
		return r;
	*a = (struct apart){.recipe = RECIPE_BZIMAGE,
		.tool = tool->name,
		.at = at,
		.part = {a->part[0]},
		.n_parts = 2};
	end = at + len - tool->suffix;
	r = blob_copy(&a->part[1], file->data, at, err);
	return r < 0 ? r : blob_add(&a->part[1], file->data + end, file->len - end, err);
}

static int apart_compressed(const struct blob *file, struct apart *a, struct err *err)
{
	const struct compressor *tool;
	struct blob data;
	int r = find_tool(file, false, &data, &tool, err);

	if (!r)
		*a = (struct apart){.recipe = RECIPE_COMPRESSED,
			.tool = tool->name,
			.part = {data},
			.n_parts = 1};
	return r;
}

static int apart_symbols(const struct blob *file, struct apart *a, struct err *err)
{
	struct blob folded;
	int r = system_map_fold(file, &folded, err);

	if (!r)
		*a = (struct apart){.recipe = RECIPE_SYMBOLS,
			.tool = "",
			.part = {folded},
			.n_parts = 1};
	return r;
}

static int apart_plain(const struct blob *file, struct apart *a, struct err *err)
{
	*a = (struct apart){.tool = "", .n_parts = 1};
	return blob_copy(&a->part[0], file->data, file->len, err);
}

int recipe_apart(const char *name, const struct blob *file, struct apart *ret_apart,
	struct err *err)
{
	CLEANUP_APART struct apart a = {0};
	int r;

	if (!strcmp(name, "vmlinuz"))
		r = apart_bzimage(file, &a, NULL);
	else if (!strcmp(name, "System.map"))
		r = apart_symbols(file, &a, NULL);
	else
		r = apart_compressed(file, &a, NULL);
	if (r < 0) {
		apart_release(&a);
		r = apart_plain(file, &a, err);
	}
	if (r < 0)
		return r;
	*ret_apart = a;
	a = (struct apart){0};
	return 0;
}

static int compress_again(const struct apart *a, struct blob *ret, struct err *err)
{
	const struct compressor *c = compressor_find(a->tool);

	if (!c)
		return err_set(err, -ENOTSUP, "this builder does not know '%s'", a->tool);
	return compressor_run(c, &a->part[0], 0, ret, err);
}

static int together_bzimage(const struct apart *a, struct blob *ret, struct err *err)
{
	const struct blob *around = &a->part[1];
	CLEANUP_BLOB struct blob file = {0}, payload = {0};
	int r = a->n_parts == 2 && a->at <= around->len
			? compress_again(a, &payload, err)
			: err_set(err, -EBADMSG, "a bzImage lacks a part");

	if (!r)
		r = blob_copy(&file, around->data, a->at, err);
	if (!r)
		r = blob_add(&file, payload.data, payload.len, err);
	if (!r)
		r = blob_add(&file, around->data + a->at, around->len - a->at, err);
	if (r < 0)
		return r;
	*ret = file;
	file = (struct blob){0};
	return 0;
}

int recipe_together(const struct apart *apart, struct blob *ret_file, struct err *err)
{
	const struct blob *first = &apart->part[0];

	switch (apart->recipe) {
	case RECIPE_SYMBOLS:
		return system_map_unfold(first, ret_file, err);
	case RECIPE_COMPRESSED:
		return compress_again(apart, ret_file, err);
	case RECIPE_BZIMAGE:
		return together_bzimage(apart, ret_file, err);
	default:
		return blob_copy(ret_file, first->data, first->len, err);
	}
}
