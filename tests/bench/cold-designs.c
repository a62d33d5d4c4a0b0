// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a delta of one image against its neighbour costs in several designs:
 *
 *   cold-designs STORE ID...    in the order of their history
 *
 * A line a pair, then the sums, in bytes:
 *   whole      the published files as they are, a file against its namesake
 *   apart      kernel and modules decompressed, System.map folded
 *   sections   the same, each section of the kernel against its namesake
 *   relinked   the same, the neighbour's kernel moved by both System.maps first
 */
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "builder/cold/codec.h"
#include "builder/cold/relink.h"
#include "builder/cold/weave.h"

enum design {
	WHOLE,
	APART,
	SECTIONS,
	RELINKED,
	DESIGNS
};

static const char *const names[DESIGNS] = {"whole", "apart", "sections", "relinked"};

struct loaded {
	struct image image;
	struct blob whole[IMAGE_FILES_MAX];
	struct weave_source source;
};

static void load_whole(struct loaded *l, const char *folder)
{
	for (size_t i = 0; i < l->image.n_files; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder, l->image.files[i].name);
		blob_read(&l->whole[i], path, NULL);
	}
}

static int load(const struct store *store, const char *text, struct loaded *ret)
{
	CLEANUP_BUF struct buf folder = {0};
	struct err err = ERR_INIT;
	struct image_id id;
	int r = image_id_parse(text, &id, &err);

	*ret = (struct loaded){0};
	buf_init(&folder, STORE_PATH_MAX);
	if (!r)
		r = store_load(store, &id, true, &ret->image, &err);
	if (!r)
		store_image_path(store, &id, true, &folder);
	if (!r)
		r = weave_read(folder.data, &ret->image, &ret->source, &err);
	if (r < 0)
		fprintf(stderr, "cold-designs: %s\n", err.text);
	else
		load_whole(ret, folder.data);
	return r;
}

static void unload(struct loaded *l)
{
	for (size_t i = 0; i < l->image.n_files; i++)
		blob_release(&l->whole[i]);
	weave_release(&l->source);
	image_release(&l->image);
}

static size_t delta(const struct blob *from, const struct blob *to)
{
	CLEANUP_BLOB struct blob packed = {0};

	if (from->len == to->len && (!to->len || !memcmp(from->data, to->data, to->len)))
		return 0;
	return codec_delta(from, to, &packed, NULL) < 0 ? 0 : packed.len;
}

/* A section of a 64-bit kernel by its number; empty if it has none. */
static struct blob section(const struct blob *kernel, size_t i, size_t *ret_n)
{
	Elf64_Ehdr eh;
	Elf64_Shdr sh;

	*ret_n = 0;
	if (kernel->len < sizeof(eh))
		return (struct blob){0};
	memcpy(&eh, kernel->data, sizeof(eh));
	if (eh.e_shoff > kernel->len || i >= eh.e_shnum ||
		eh.e_shoff + (i + 1) * sizeof(sh) > kernel->len)
		return (struct blob){0};
	*ret_n = eh.e_shnum;
	memcpy(&sh, kernel->data + eh.e_shoff + i * sizeof(sh), sizeof(sh));
	if (sh.sh_type == SHT_NOBITS || sh.sh_offset > kernel->len ||
		sh.sh_size > kernel->len - sh.sh_offset)
		return (struct blob){0};
	return (struct blob){kernel->data + sh.sh_offset, sh.sh_size};
}

static size_t delta_sections(const struct blob *from, const struct blob *to)
{
	size_t sum = 0, n = 1, old;

	for (size_t i = 0; i < n; i++) {
		struct blob b = section(to, i, &n), a = section(from, i, &old);

		sum += delta(&a, &b);
	}
	return sum;
}

static int symbols(const struct loaded *l, struct blob *ret)
{
	for (size_t i = 0; i < l->source.n; i++)
		if (l->source.file[i].apart.recipe == RECIPE_SYMBOLS)
			return recipe_together(&l->source.file[i].apart, ret, NULL);
	return -1;
}

static size_t delta_relinked(const struct loaded *a, const struct loaded *b,
	const struct blob *from, const struct blob *to)
{
	CLEANUP_BLOB struct blob x = {0}, y = {0}, moved = {0};
	CLEANUP_SHIFTS struct shifts shifts = {0};

	if (symbols(a, &x) < 0 || symbols(b, &y) < 0 ||
		shifts_make(&x, &y, &shifts, NULL) < 0 ||
		blob_copy(&moved, from->data, from->len, NULL) < 0)
		return delta(from, to);
	relink(&moved, &shifts);
	return delta(&moved, to);
}

static const struct apart *namesake(const struct loaded *l, const char *name)
{
	for (size_t i = 0; i < l->source.n; i++)
		if (!strcmp(l->source.file[i].name, name))
			return &l->source.file[i].apart;
	return NULL;
}

/* Adds what one file of b costs against a's in each design. */
static void measure_file(
	const struct loaded *a, const struct loaded *b, size_t i, size_t bytes[DESIGNS])
{
	const struct apart *to = &b->source.file[i].apart,
			   *from = namesake(a, b->source.file[i].name);

	for (size_t j = 0; j < a->image.n_files; j++)
		if (!strcmp(a->image.files[j].name, b->image.files[i].name))
			bytes[WHOLE] += delta(&a->whole[j], &b->whole[i]);
	for (size_t p = 0; from && p < to->n_parts && p < from->n_parts; p++) {
		bool kernel = to->recipe == RECIPE_BZIMAGE && p == 0;
		size_t plain = delta(&from->part[p], &to->part[p]);

		bytes[APART] += plain;
		bytes[SECTIONS] += kernel && plain
					   ? delta_sections(&from->part[p], &to->part[p])
					   : plain;
		bytes[RELINKED] += kernel && plain ? delta_relinked(a, b, &from->part[p],
							     &to->part[p])
						   : plain;
	}
}

static void show(const char *word, const size_t bytes[DESIGNS])
{
	printf("%.12s", word);
	for (int d = 0; d < DESIGNS; d++)
		printf("\t%s %zu", names[d], bytes[d]);
	putchar('\n');
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct store store = {.root = argc > 2 ? argv[1] : NULL};
	size_t sums[DESIGNS] = {0};
	struct loaded a, b;

	if (argc < 4 || load(&store, argv[2], &a) < 0)
		return 2;
	for (int i = 3; i < argc; i++) {
		size_t bytes[DESIGNS] = {0};

		if (load(&store, argv[i], &b) < 0)
			return 1;
		for (size_t f = 0; f < b.source.n; f++)
			measure_file(&a, &b, f, bytes);
		for (int d = 0; d < DESIGNS; d++)
			sums[d] += bytes[d];
		show(b.image.id.commit, bytes);
		unload(&a);
		a = b;
	}
	unload(&a);
	show("all", sums);
	return 0;
}
