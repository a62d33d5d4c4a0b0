// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes the parts that packs are made of, for other programs to compress:
 *
 *   cold-apart STORE TO ID...    TO/ID/FILE.NUMBER
 */
#include <stdio.h>

#include "builder/cold/weave.h"
#include "lib/file.h"

static int write_parts(const char *to, const struct weave_source *source, struct err *err)
{
	int r = dir_make(to, 0755, err);

	for (size_t i = 0; i < source->n; i++)
		for (size_t p = 0; !r && p < source->file[i].apart.n_parts; p++) {
			const struct blob *part = &source->file[i].apart.part[p];
			CLEANUP_BUF struct buf path = {0};

			buf_init(&path, STORE_PATH_MAX);
			buf_addf(&path, "%s/%s.%zu", to, source->file[i].name, p);
			r = buf_check(&path);
			if (!r)
				r = file_write_atomic(
					path.data, part->data, part->len, 0644, err);
		}
	return r;
}

static int take_apart(
	const struct store *store, const char *to, const char *text, struct err *err)
{
	CLEANUP_WEAVE struct weave_source source = {0};
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_BUF struct buf folder = {0}, place = {0};
	struct image_id id;
	int r = image_id_parse(text, &id, err);

	buf_init(&folder, STORE_PATH_MAX);
	buf_init(&place, STORE_PATH_MAX);
	buf_addf(&place, "%s/%s", to, text);
	if (!r)
		r = store_load(store, &id, true, &image, err);
	if (!r)
		store_image_path(store, &id, true, &folder);
	if (!r)
		r = weave_read(folder.data, &image, &source, err);
	return r < 0 ? r : write_parts(place.data, &source, err);
}

int main(int argc, char **argv)
{
	struct store store = {.root = argc > 1 ? argv[1] : NULL};
	struct err err = ERR_INIT;
	int r = 0;

	if (argc < 4)
		return 2;
	for (int i = 3; !r && i < argc; i++)
		r = take_apart(&store, argv[2], argv[i], &err);
	if (r < 0)
		fprintf(stderr, "cold-apart: %s\n", err.text);
	return r < 0;
}
