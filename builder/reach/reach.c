// SPDX-License-Identifier: GPL-2.0-or-later
#include "reach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/file.h"
#include "map.h"

#define FILE_BYTES (256u << 20)
#define SIZE_FIRST 4096

static const char head[] = "tenfold reach 1\n";
static const char letters[] = "rmlbsc"; /* of the bits, in their order */

static struct reach_path *find(struct reach_path *paths, size_t size, const char *path)
{
	size_t i = reach_hash(0, path) % size;

	while (paths[i].path && strcmp(paths[i].path, path))
		i = (i + 1) % size;
	return &paths[i];
}

static int grow(struct reach *reach)
{
	size_t size = reach->size ? reach->size * 2 : SIZE_FIRST;
	struct reach_path *paths = calloc(size, sizeof(*paths));

	if (!paths)
		return -ENOMEM;
	for (size_t i = 0; i < reach->size; i++)
		if (reach->paths[i].path)
			*find(paths, size, reach->paths[i].path) = reach->paths[i];
	free(reach->paths);
	reach->paths = paths;
	reach->size = size;
	return 0;
}

int reach_add(struct reach *reach, const char *path, unsigned int bits)
{
	struct reach_path *place;
	int r = (reach->n + 1) * 2 > reach->size ? grow(reach) : 0;

	if (r < 0)
		return r;
	place = find(reach->paths, reach->size, path);
	if ((place->bits & bits) == bits)
		return 0;
	if (!place->path) {
		place->path = strdup(path);
		if (!place->path)
			return -ENOMEM;
		reach->n++;
	}
	place->bits |= bits;
	reach->grown = true;
	/* its line would be two lines */
	if (strchr(path, '\n'))
		reach->odd = true;
	return 0;
}

unsigned int reach_bits(const struct reach *reach, const char *path)
{
	return reach->size ? find(reach->paths, reach->size, path)->bits : 0;
}

bool reach_touched(const struct reach *reach, const char *path, enum reach_change change)
{
	bool there = change == REACH_CHANGED || change == REACH_RESPELT;
	unsigned int needed = there ? 0 : REACH_BIT_LISTED;
	unsigned int deaf =
		change == REACH_RESPELT ? REACH_BIT_SEEN | REACH_BIT_COMPILED : 0;
	CLEANUP_BUF struct buf folder = {0};
	char *slash;

	if (reach->odd || (reach_bits(reach, path) & ~deaf))
		return true;
	buf_init(&folder, REACH_ROOT_MAX);
	buf_addf(&folder, "./%s", path);
	if (buf_check(&folder))
		return true;
	/* the folder that it is in, and then those above */
	while ((slash = strrchr(folder.data, '/'))) {
		unsigned int bits;

		*slash = '\0';
		bits = reach_bits(reach,
			slash == folder.data + 1 ? "." : folder.data + strlen("./"));
		if (bits & (needed | REACH_BIT_BELOW))
			return true;
		needed = 0;
	}
	return false;
}

static int parse(struct reach *reach, char *text)
{
	int r = 0;

	if (strncmp(text, head, strlen(head)))
		return -EINVAL;
	text += strlen(head);
	while (!r && *text) {
		char *space = strchr(text, ' '), *end = strchr(text, '\n');
		unsigned int bits = 0;

		if (!space || !end || space > end)
			return -EINVAL;
		for (; text < space; text++) {
			const char *letter = strchr(letters, *text);

			if (!letter)
				return -EINVAL;
			bits |= 1u << (letter - letters);
		}
		*end = '\0';
		r = reach_add(reach, space + 1, bits);
		text = end + 1;
	}
	return r;
}

int reach_load(struct reach *reach, const char *file, struct err *err)
{
	CLEANUP_BUF struct buf text = {0};
	int r;

	buf_init(&text, FILE_BYTES);
	if (!file_exists(file))
		return -ENOENT;
	r = file_read(file, &text, err);
	if (r < 0)
		return r;
	r = parse(reach, text.data);
	/* a file that is not whole is as good as none */
	if (r < 0)
		return r == -ENOMEM ? r : -ENOENT;
	reach->grown = false;
	return 0;
}

int reach_save(struct reach *reach, const char *file, struct err *err)
{
	CLEANUP_BUF struct buf text = {0};
	int r;

	buf_init(&text, FILE_BYTES);
	buf_adds(&text, head);
	for (size_t i = 0; i < reach->size; i++) {
		if (!reach->paths[i].path)
			continue;
		for (size_t bit = 0; letters[bit]; bit++)
			if (reach->paths[i].bits & 1u << bit)
				buf_addc(&text, letters[bit]);
		buf_addf(&text, " %s\n", reach->paths[i].path);
	}
	r = buf_check(&text);
	if (r < 0)
		return err_errno(err, r, "cannot write '%s'", file);
	r = file_write_atomic(file, text.data, text.len, 0644, err);
	if (!r)
		reach->grown = false;
	return r;
}

void reach_release(struct reach *reach)
{
	for (size_t i = 0; i < reach->size; i++)
		free(reach->paths[i].path);
	free(reach->paths);
	*reach = (struct reach){0};
}
