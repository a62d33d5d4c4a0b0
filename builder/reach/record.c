// SPDX-License-Identifier: GPL-2.0-or-later
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"
#include "map.h"
#include "names.h"

/* What a text's folder stands for, remembered: most paths share few folders. */
struct folder {
	char *text; /* owned; as written down; NULL: a free place */
	char *real; /* owned; without symlinks; NULL: there is none */
};

#define FOLDERS 16384 /* at most half of it is filled */

struct taking {
	struct names names;
	struct reach *reach;
	char *src; /* without symlinks */
	size_t src_len;
	struct folder *folders;
	size_t n_folders;
	int failed;
};

static struct reach_map *map_file(const char *file, int flags, int *ret_error)
{
	CLEANUP_FD int fd = open(file, flags | O_CLOEXEC, 0644);
	struct reach_map *map;

	if (fd < 0 || ((flags & O_CREAT) && ftruncate(fd, sizeof(*map)) < 0)) {
		*ret_error = -errno;
		return NULL;
	}
	map = mmap(NULL, sizeof(*map), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		*ret_error = -errno;
		return NULL;
	}
	return map;
}

int record_start(const char *file, const char *root, const char *inside, struct err *err)
{
	CLEANUP_FREE char *real = realpath(root, NULL);
	const char *name = inside ? inside : real;
	struct reach_map *map;
	int r = 0;

	if (!real || strlen(name) >= REACH_ROOT_MAX)
		return err_errno(err, real ? -ENAMETOOLONG : -errno,
			"cannot write down the reach of '%s'", root);
	if (unlink(file) < 0 && errno != ENOENT)
		return err_errno(err, -errno, "cannot remove '%s'", file);
	map = map_file(file, O_RDWR | O_CREAT | O_EXCL, &r);
	if (!map)
		return err_errno(err, r, "cannot write '%s'", file);
	memcpy(map->root, name, strlen(name) + 1);
	memcpy(map->magic, REACH_MAP_MAGIC, sizeof(map->magic));
	munmap(map, sizeof(*map));
	return 0;
}

/* The real name of a folder, borrowed; NULL if it is not there. */
static const char *real_folder(struct taking *t, const char *text)
{
	size_t i = reach_hash(0, text) % FOLDERS;

	while (t->folders[i].text && strcmp(t->folders[i].text, text))
		i = (i + 1) % FOLDERS;
	if (t->folders[i].text)
		return t->folders[i].real;
	if (++t->n_folders > FOLDERS / 2) {
		t->reach->odd = true;
		return NULL;
	}
	t->folders[i].text = strdup(text);
	t->folders[i].real = names_real(&t->names, text);
	if (!t->folders[i].text)
		t->failed = -ENOMEM;
	return t->folders[i].real;
}

/* Adds a real path if it is in the source folder. */
static void add_real(struct taking *t, const char *path, unsigned int bits)
{
	const char *name = path + t->src_len;

	if (strncmp(path, t->src, t->src_len) || (*name && *name != '/'))
		return;
	while (*name == '/')
		name++;
	t->failed = t->failed ? t->failed : reach_add(t->reach, *name ? name : ".", bits);
}

static unsigned int bits_of(char kind, const struct stat *st)
{
	if (kind == REACH_DEEP)
		return REACH_BIT_READ | REACH_BIT_BELOW;
	if (kind == REACH_SEEN || kind == REACH_COMPILED)
		return kind == REACH_SEEN ? REACH_BIT_SEEN : REACH_BIT_COMPILED;
	return REACH_BIT_READ | (S_ISDIR(st->st_mode) ? REACH_BIT_LISTED : 0);
}

/* Something that is there now: itself, and what it points at. */
static void take_present(struct taking *t, const char *path, char kind)
{
	CLEANUP_FREE char *real = NULL;
	struct stat st;

	/* it was not there when it was looked for, but made later; or the other way */
	if (kind == REACH_ABSENT)
		add_real(t, path, REACH_BIT_MISSED);
	if (lstat(path, &st) < 0) {
		add_real(t, path, REACH_BIT_READ | REACH_BIT_MISSED);
		return;
	}
	if (!S_ISLNK(st.st_mode)) {
		if (kind != REACH_ABSENT)
			add_real(t, path, bits_of(kind, &st));
		return;
	}
	add_real(t, path, REACH_BIT_READ);
	real = names_real(&t->names, path);
	if (real && stat(real, &st) == 0)
		add_real(t, real, bits_of(kind, &st));
	else if (!strncmp(path, t->src, t->src_len))
		t->reach->odd = true; /* what it points at may appear anywhere */
}

/* Nothing of the name is there, nor perhaps its folder. */
static void take_missing(struct taking *t, const char *text)
{
	CLEANUP_BUF struct buf path = {0};
	const char *rest = text + strlen(text), *real = NULL;
	char *folder = strdup(text);

	for (char *slash; folder && !real && (slash = strrchr(folder, '/'));) {
		*slash = '\0';
		rest = text + (slash - folder) + 1;
		if (slash == folder)
			break;
		real = real_folder(t, folder);
	}
	free(folder);
	if (!real)
		return;
	buf_init(&path, PATH_MAX * 2);
	/* through a folder that is not there and back: its coming would count */
	if (strstr(rest, ".."))
		buf_addf(&path, "%s/%.*s", real, (int)strcspn(rest, "/"), rest);
	else
		buf_addf(&path, "%s/%s", real, rest);
	if (buf_check(&path)) {
		t->reach->odd = true;
		return;
	}
	add_real(t, path.data, REACH_BIT_MISSED);
}

/* Folders that a path leaves by '..' must be there for it. */
static void take_passed(struct taking *t, const char *text)
{
	for (const char *dots = strstr(text, "/.."); dots;
		dots = strstr(dots + 1, "/..")) {
		CLEANUP_FREE char *folder = strndup(text, dots - text);
		const char *real = folder ? real_folder(t, folder) : NULL;

		if (real)
			add_real(t, real, REACH_BIT_READ);
	}
}

/* The text without '//' and '/./', and without slashes at its end. */
static void tidy(char *text)
{
	char *to = text;

	for (const char *from = text; *from;) {
		if (from[0] == '/' && (from[1] == '/' || !from[1]))
			from++;
		else if (from[0] == '/' && from[1] == '.' && (from[2] == '/' || !from[2]))
			from += 2;
		else
			*to++ = *from++;
	}
	*to = '\0';
}

static void take_text(struct taking *t, char kind, const char *written)
{
	CLEANUP_FREE char *text = strdup(written), *folder = NULL, *whole = NULL;
	CLEANUP_BUF struct buf path = {0};
	const char *real, *base;
	struct stat st;

	if (!text) {
		t->failed = -ENOMEM;
		return;
	}
	tidy(text);
	base = strrchr(text, '/');
	if (!base || base == text)
		return;
	take_passed(t, text);
	if (!strcmp(base, "/..")) {
		whole = names_real(&t->names, text);
		if (whole)
			take_present(t, whole, kind);
		else
			take_missing(t, text);
		return;
	}
	folder = strndup(text, base - text);
	real = folder ? real_folder(t, folder) : NULL;
	buf_init(&path, PATH_MAX * 2);
	if (real)
		buf_addf(&path, "%s%s", real, base);
	if (!real || (kind == REACH_ABSENT && lstat(path.data, &st) < 0))
		take_missing(t, text);
	else
		take_present(t, path.data, kind);
	if (buf_check(&path))
		t->reach->odd = true;
}

static int take_all(struct taking *t, struct reach_map *map)
{
	if (memcmp(map->magic, REACH_MAP_MAGIC, sizeof(map->magic)) || map->lost)
		t->reach->odd = true;
	for (size_t i = 0; !t->failed && i < REACH_MAP_SLOTS; i++) {
		uint32_t at = map->slot[i];

		if (!at)
			continue;
		/* a stranger's program may have written there */
		if (at >= REACH_MAP_TEXT ||
			strnlen(map->text + at, REACH_MAP_TEXT - at) >= REACH_ROOT_MAX)
			t->reach->odd = true;
		else
			take_text(t, map->text[at], map->text + at + 1);
	}
	return t->failed;
}

int record_take(struct reach *reach, const char *file, const char *root, const char *src,
	struct err *err)
{
	CLEANUP_FREE char *real = realpath(src, NULL), *outside = realpath(root, NULL);
	struct taking taking = {.reach = reach, .src = real};
	struct stat st;
	struct reach_map *map;
	int r = 0;

	if (stat(file, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!real || !outside)
		return err_errno(err, -errno, "cannot find '%s'", src);
	if (st.st_size != sizeof(*map)) {
		reach->odd = true;
		return 0;
	}
	map = map_file(file, O_RDWR, &r);
	taking.folders = calloc(FOLDERS, sizeof(*taking.folders));
	taking.src_len = strlen(real);
	if (map)
		names_init(&taking.names, map->root, sizeof(map->root), outside);
	if (map && taking.folders)
		r = take_all(&taking, map);
	else
		r = r ? r : -ENOMEM;
	if (map)
		munmap(map, sizeof(*map));
	for (size_t i = 0; taking.folders && i < FOLDERS; i++) {
		free(taking.folders[i].text);
		free(taking.folders[i].real);
	}
	free(taking.folders);
	return r < 0 ? err_errno(err, r, "cannot take in '%s'", file) : 0;
}
