// SPDX-License-Identifier: GPL-2.0-or-later
#include "store-file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/cleanup.h"

/* The kernel looks for the next archive of an initramfs at a multiple of this. */
#define CPIO_ALIGN 4
#define MODULES "modules.cpio.zst"

static int open_beneath(const char *root, const char *path)
{
	CLEANUP_FD int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	int fd;

	if (dir < 0)
		return -errno;
	fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

/* No part of the path is empty or begins with a dot. */
static bool path_is_plain(const char *path)
{
	if (*path == '/' || *path == '.' || !*path)
		return false;
	return !strstr(path, "/.") && !strstr(path, "//");
}

static int add_file(
	const struct store *store, const char *path, struct store_parts *parts)
{
	struct stat st;
	int fd = open_beneath(store->root, path);

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return -ENOENT;
	}
	parts->part[parts->n].fd = fd;
	parts->part[parts->n++].size = (uint64_t)st.st_size;
	return 0;
}

/* images/ID/FILE of an image that shares another's files: opens it there. */
static int add_shared(
	const struct store *store, const char *path, struct store_parts *parts)
{
	static const char images[] = "images/";
	const char *name = strrchr(path, '/');
	CLEANUP_FREE char *id_text = NULL;
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_BUF struct buf other = {0};
	struct image_id id;

	if (!name || strncmp(path, images, strlen(images)))
		return -ENOENT;
	path += strlen(images);
	id_text = strndup(path, name > path ? name - path : 0);
	if (!id_text || image_id_parse(id_text, &id, NULL) < 0 ||
		store_load(store, &id, true, &image, NULL) < 0 || !*image.same_as)
		return -ENOENT;
	buf_init(&other, STORE_PATH_MAX);
	store_files_path(&image, &other);
	buf_adds(&other, name);
	return buf_check(&other) ? -ENOENT : add_file(store, other.data, parts);
}

int store_open_file(const struct store *store, const char *path,
	struct store_parts *ret_parts, struct err *err)
{
	struct store_parts parts = {0};
	int r;

	if (!path_is_plain(path))
		return err_set(err, -EINVAL, "'%.200s' is not a file of the store", path);
	r = add_file(store, path, &parts);
	if (r == -ENOENT)
		r = add_shared(store, path, &parts);
	/* beneath: whatever leads out of the store is not there for a stranger */
	if (r == -ENOENT || r == -EXDEV || r == -ENOTDIR || r == -ELOOP ||
		r == -ENAMETOOLONG || r == -ENXIO)
		return err_set(err, -ENOENT, "the store has no file '%.200s'", path);
	if (r < 0)
		return err_errno(err, r, "cannot open '%.200s'", path);
	*ret_parts = parts;
	return 0;
}

static int add_optional(
	const struct store *store, const char *path, struct store_parts *parts)
{
	int r = add_file(store, path, parts);

	return r == -ENOENT ? 0 : r;
}

/* The modules, if the image has any. */
static int add_modules(
	const struct store *store, const struct image *image, struct store_parts *parts)
{
	CLEANUP_BUF struct buf path = {0};
	int r;

	buf_init(&path, STORE_PATH_MAX);
	store_files_path(image, &path);
	buf_adds(&path, "/" MODULES);
	r = add_file(store, path.data, parts);
	return r != -ENOENT ? r : image_find_file(image, MODULES) ? -ESTALE : 0;
}

int store_open_initrd(const struct store *store, const struct image_id *id,
	struct store_parts *ret_parts, struct err *err)
{
	struct store_parts parts = {0};
	CLEANUP_BUF struct buf path = {0};
	CLEANUP_IMAGE struct image image = {0};
	char text[IMAGE_ID_TEXT];
	uint64_t odd;
	int r;

	*ret_parts = parts;
	image_id_format(id, text);
	if (store_load(store, id, true, &image, NULL) < 0)
		return err_set(err, -ENOENT, "there is no image '%s'", text);
	buf_init(&path, STORE_PATH_MAX);
	buf_addf(&path, "boot/%s/second.img", id->arch);
	r = add_optional(store, path.data, &parts);
	odd = parts.n ? parts.part[0].size % CPIO_ALIGN : 0;
	if (!r && odd) {
		parts.part[parts.n].fd = -1;
		parts.part[parts.n++].size = CPIO_ALIGN - odd;
	}
	if (!r)
		r = add_modules(store, &image, &parts);
	if (r < 0) {
		store_parts_release(&parts);
		return err_errno(err, r, "cannot open the initramfs of '%s'", text);
	}
	*ret_parts = parts;
	return 0;
}

void store_parts_release(struct store_parts *parts)
{
	for (size_t i = 0; i < parts->n; i++)
		if (parts->part[i].fd >= 0)
			close(parts->part[i].fd);
	parts->n = 0;
}
