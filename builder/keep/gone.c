// SPDX-License-Identifier: GPL-2.0-or-later
#include "gone.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "lib/file.h"

#define FOLDER "gone"

/* level: 0 for STORE/gone, 2 for STORE/gone/ARCH/CONFIG. */
static int folder_path(
	const struct store *store, const struct image_id *id, int level, struct buf *b)
{
	buf_init(b, STORE_PATH_MAX);
	buf_addf(b, "%s/" FOLDER, store->root);
	if (level)
		buf_addf(b, "/%s/%s", id->arch, id->config);
	return buf_check(b);
}

/* prefix: "" for the mark, "." for the folder on its way out. */
static int entry_path(const struct store *store, const struct image_id *id,
	const char *prefix, struct buf *b)
{
	int r = folder_path(store, id, 2, b);

	buf_addf(b, "/%s%s", prefix, id->commit);
	return r ? r : buf_check(b);
}

static int image_path(const struct store *store, const struct image_id *id, struct buf *b)
{
	buf_init(b, STORE_PATH_MAX);
	store_image_path(store, id, true, b);
	return buf_check(b);
}

static int open_lock(const struct store *store, int *ret_fd, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	int r = folder_path(store, NULL, 0, &path);

	if (!r)
		r = dir_make(path.data, 0755, err);
	buf_adds(&path, "/lock");
	if (r < 0 || buf_check(&path))
		return r ? r : buf_check(&path);
	*ret_fd = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	return *ret_fd < 0 ? err_errno(err, -errno, "cannot open '%s'", path.data) : 0;
}

int gone_lock(const struct store *store, bool exclusive, int *ret_fd, struct err *err)
{
	CLEANUP_FD int fd = -1;
	int r = open_lock(store, &fd, err);

	if (r < 0)
		return r;
	if (flock(fd, exclusive ? LOCK_EX : LOCK_SH) < 0)
		return err_errno(err, -errno, "cannot lock '%s/" FOLDER "'", store->root);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int gone_lock_share(int fd, struct err *err)
{
	return flock(fd, LOCK_SH) < 0 ? err_errno(err, -errno, "cannot share a lock") : 0;
}

bool gone_was(const struct store *store, const struct image_id *id)
{
	CLEANUP_BUF struct buf path = {0};

	return !entry_path(store, id, "", &path) && file_exists(path.data);
}

static int leave_mark(
	const struct store *store, const struct image_id *id, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	CLEANUP_FD int fd = -1;
	int r = folder_path(store, id, 2, &path);

	if (!r)
		r = dir_make(path.data, 0755, err);
	buf_addf(&path, "/%s", id->commit);
	if (r < 0 || buf_check(&path))
		return r ? r : buf_check(&path);
	fd = open(path.data, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	return fd < 0 ? err_errno(err, -errno, "cannot write '%s'", path.data) : 0;
}

static void remove_mark(const struct store *store, const struct image_id *id)
{
	CLEANUP_BUF struct buf path = {0};

	if (!entry_path(store, id, "", &path))
		unlink(path.data);
}

int gone_take(const struct store *store, const struct image_id *id, struct err *err)
{
	CLEANUP_BUF struct buf from = {0}, to = {0};
	CLEANUP_FD int fd = -1;
	int r = image_path(store, id, &from);

	if (!r)
		r = entry_path(store, id, ".", &to);
	if (r < 0)
		return err_errno(err, r, "cannot name image '%s'", id->commit);
	fd = open(from.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, -errno, "cannot open '%s'", from.data);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(err, -EBUSY, "somebody is at work in '%s'", from.data);
	r = leave_mark(store, id, err);
	if (!r && rename(from.data, to.data) < 0)
		r = err_errno(err, -errno, "cannot take '%s' away", from.data);
	return r;
}

int gone_put_back(const struct store *store, const struct image_id *id, struct err *err)
{
	CLEANUP_BUF struct buf from = {0}, to = {0};
	int r = entry_path(store, id, ".", &from);

	if (!r)
		r = image_path(store, id, &to);
	if (r < 0)
		return err_errno(err, r, "cannot name image '%s'", id->commit);
	if (rename(from.data, to.data) < 0)
		return err_errno(err, -errno, "cannot put '%s' back", to.data);
	remove_mark(store, id);
	return 0;
}

static int delete_folder(const char *path, struct err *err)
{
	CLEANUP_BUF struct buf json = {0};

	buf_init(&json, STORE_PATH_MAX);
	buf_addf(&json, "%s/image.json", path);
	if (buf_check(&json))
		return buf_check(&json);
	if (unlink(json.data) < 0 && errno != ENOENT)
		return err_errno(err, -errno, "cannot remove '%s'", json.data);
	return dir_remove(path, err);
}

int gone_delete(const struct store *store, const struct image_id *id, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	int r = entry_path(store, id, ".", &path);

	return r ? r : delete_folder(path.data, err);
}

/* One name of STORE/gone/ARCH/CONFIG. One that was built anew meanwhile is as good. */
static int sweep_name(
	const struct store *store, struct image_id *id, const char *name, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	int r;

	if (name[0] != '.' || !image_commit_valid(name + 1))
		return 0;
	memcpy(id->commit, name + 1, sizeof(id->commit));
	r = entry_path(store, id, ".", &path);
	buf_adds(&path, "/image.json");
	if (!r && !buf_check(&path) && file_exists(path.data) &&
		gone_put_back(store, id, NULL) == 0)
		return 0;
	return r ? r : gone_delete(store, id, err);
}

static int sweep_folder(const struct store *store, struct image_id *id, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	CLEANUP_DIR DIR *dir = NULL;
	struct dirent *entry;
	int r = folder_path(store, id, 2, &path);

	dir = r ? NULL : opendir(path.data);
	while (dir && !r && (entry = readdir(dir)))
		r = sweep_name(store, id, entry->d_name, err);
	return r;
}

/* All configs of an arch. */
static int sweep_arch(const struct store *store, struct image_id *id, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	CLEANUP_DIR DIR *dir = NULL;
	struct dirent *entry;
	int r = 0;

	buf_init(&path, STORE_PATH_MAX);
	buf_addf(&path, "%s/" FOLDER "/%s", store->root, id->arch);
	dir = buf_check(&path) ? NULL : opendir(path.data);
	while (dir && !r && (entry = readdir(dir))) {
		if (!image_config_valid(entry->d_name))
			continue;
		memcpy(id->config, entry->d_name, strlen(entry->d_name) + 1);
		r = sweep_folder(store, id, err);
	}
	return r;
}

int gone_sweep(const struct store *store, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	CLEANUP_DIR DIR *dir = NULL;
	CLEANUP_FD int fd = -1;
	struct dirent *entry;
	int r = open_lock(store, &fd, err);

	if (!r)
		r = folder_path(store, NULL, 0, &path);
	if (r)
		return r;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return 0;
	dir = opendir(path.data);
	if (!dir)
		return err_errno(err, -errno, "cannot read '%s'", path.data);
	while (!r && (entry = readdir(dir))) {
		struct image_id id = {0};

		if (!image_arch_valid(entry->d_name))
			continue;
		memcpy(id.arch, entry->d_name, strlen(entry->d_name) + 1);
		r = sweep_arch(store, &id, err);
	}
	return r;
}
