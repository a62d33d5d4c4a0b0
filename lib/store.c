// SPDX-License-Identifier: GPL-2.0-or-later
#include "store.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "cleanup.h"
#include "clock.h"
#include "file.h"

void store_image_path(
	const struct store *store, const struct image_id *id, bool built, struct buf *b)
{
	buf_addf(b, "%s/%s/%s/%s/%s", store->root, built ? "images" : "failed", id->arch,
		id->config, id->commit);
}

static void json_path(
	const struct store *store, const struct image_id *id, bool built, struct buf *b)
{
	buf_init(b, STORE_PATH_MAX);
	store_image_path(store, id, built, b);
	buf_adds(b, "/image.json");
}

bool store_has(const struct store *store, const struct image_id *id, bool built)
{
	CLEANUP_BUF struct buf path;

	json_path(store, id, built, &path);
	return !buf_check(&path) && file_exists(path.data);
}

int store_load(const struct store *store, const struct image_id *id, bool built,
	struct image *ret_image, struct err *err)
{
	CLEANUP_BUF struct buf path, text;
	int r;

	json_path(store, id, built, &path);
	buf_init(&text, IMAGE_JSON_MAX);
	r = buf_check(&path);
	if (r < 0)
		return err_errno(err, r, "cannot name image '%s'", id->commit);
	r = file_read(path.data, &text, err);
	if (r < 0)
		return r;
	r = image_parse(text.data, text.len, ret_image, err);
	return r < 0 ? err_prefix(err, r, "%s", path.data) : 0;
}

double store_image_time(const struct store *store, const struct image_id *id)
{
	CLEANUP_BUF struct buf path = {0};
	struct stat st;

	buf_init(&path, STORE_PATH_MAX);
	store_image_path(store, id, true, &path);
	return buf_check(&path) || stat(path.data, &st) < 0 ? clock_wall()
							    : (double)st.st_mtim.tv_sec;
}

bool store_is_hot(const struct store *store, const struct image *image)
{
	CLEANUP_BUF struct buf path;
	size_t folder;

	buf_init(&path, STORE_PATH_MAX);
	buf_addf(&path, "%s/", store->root);
	store_files_path(image, &path);
	folder = path.len;
	for (size_t i = 0; i < image->n_files; i++) {
		struct stat st;

		path.len = folder;
		buf_addf(&path, "/%s", image->files[i].name);
		if (buf_check(&path) || stat(path.data, &st) < 0 ||
			(uint64_t)st.st_size != image->files[i].size)
			return false;
	}
	return true;
}

int store_same_as(const struct store *store, const struct image_id *id, bool built,
	struct image_id *ret_id, struct err *err)
{
	CLEANUP_IMAGE struct image image = {0};
	int r = store_load(store, id, built, &image, err);

	if (r < 0)
		return r;
	if (image.same_as && *image.same_as)
		return image_id_parse(image.same_as, ret_id, err);
	*ret_id = *id;
	return 0;
}

void store_files_path(const struct image *image, struct buf *b)
{
	char id[IMAGE_ID_TEXT];

	image_id_format(&image->id, id);
	buf_addf(b, "%s/%s", image->built ? "images" : "failed",
		image->same_as && *image->same_as ? image->same_as : id);
}

struct walk {
	int (*each)(void *ctx, const struct image_id *id);
	void *ctx;
	struct err *err;
	struct image_id id;
};

static int walk_dir(struct walk *walk, struct buf *path, int level);

/* One name of a level: an arch, a config or a commit; what is none is passed over. */
static int walk_name(struct walk *walk, struct buf *path, int level, const char *name)
{
	size_t len = path->len;
	int r;

	if (level == 0 && image_arch_valid(name))
		memcpy(walk->id.arch, name, strlen(name) + 1);
	else if (level == 1 && image_config_valid(name))
		memcpy(walk->id.config, name, strlen(name) + 1);
	else if (level == 2 && image_commit_valid(name))
		memcpy(walk->id.commit, name, strlen(name) + 1);
	else
		return 0;
	if (level == 2)
		return walk->each(walk->ctx, &walk->id);
	buf_addf(path, "/%s", name);
	r = buf_check(path);
	if (!r)
		r = walk_dir(walk, path, level + 1);
	path->len = len;
	path->data[len] = '\0';
	return r;
}

static int walk_dir(struct walk *walk, struct buf *path, int level)
{
	CLEANUP_DIR DIR *dir = opendir(path->data);
	struct dirent *entry;
	int r = 0;

	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return err_errno(
			walk->err, -errno, "cannot read the folder '%s'", path->data);
	while (!r && (entry = readdir(dir)))
		r = walk_name(walk, path, level, entry->d_name);
	return r;
}

int store_each(const struct store *store, bool built,
	int (*each)(void *ctx, const struct image_id *id), void *ctx, struct err *err)
{
	struct walk walk = {.each = each, .ctx = ctx, .err = err};
	CLEANUP_BUF struct buf path;

	buf_init(&path, STORE_PATH_MAX);
	buf_addf(&path, "%s/%s", store->root, built ? "images" : "failed");
	return walk_dir(&walk, &path, 0);
}

int store_disk(const struct store *store, struct store_disk *ret_disk, struct err *err)
{
	struct statvfs fs;

	if (statvfs(store->root, &fs) < 0)
		return err_errno(err, -errno, "cannot look at '%s'", store->root);
	*ret_disk = (struct store_disk){
		.size = (uint64_t)fs.f_blocks * fs.f_frsize,
		.used = (uint64_t)(fs.f_blocks - fs.f_bfree) * fs.f_frsize,
		.free = (uint64_t)fs.f_bavail * fs.f_frsize,
	};
	return 0;
}
