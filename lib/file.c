// SPDX-License-Identifier: GPL-2.0-or-later
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>

#include "strvec.h"

#define PATH_MAX_BYTES 4096

int file_read(const char *path, struct buf *b, struct err *err)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	char chunk[65536];
	ssize_t n;

	if (fd < 0)
		return err_errno(err, -errno, "cannot open '%s'", path);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_add(b, chunk, n);
	if (n < 0)
		return err_errno(err, -errno, "cannot read '%s'", path);
	if (buf_check(b))
		return err_errno(err, buf_check(b), "cannot take in '%s'", path);
	return 0;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= n;
	}
	return 0;
}

int path_sync(const char *path, struct err *err)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return err_errno(err, -errno, "cannot sync '%s'", path);
	return 0;
}

static int sync_parent(const char *path, struct err *err)
{
	CLEANUP_FREE char *copy = strdup(path);

	if (!copy)
		return err_errno(err, -ENOMEM, "cannot sync the folder of '%s'", path);
	return path_sync(dirname(copy), err);
}

int file_write_atomic(
	const char *path, const void *data, size_t len, mode_t mode, struct err *err)
{
	CLEANUP_BUF struct buf temp;
	CLEANUP_FD int fd = -1;
	int r;

	buf_init(&temp, PATH_MAX_BYTES);
	buf_addf(&temp, "%s.XXXXXX", path);
	if (buf_check(&temp))
		return err_errno(err, -ENAMETOOLONG, "cannot write '%s'", path);
	fd = mkostemp(temp.data, O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, -errno, "cannot write '%s'", path);
	r = write_all(fd, data, len);
	if (!r && (fchmod(fd, mode) < 0 || fsync(fd) < 0 || rename(temp.data, path) < 0))
		r = -errno;
	if (r) {
		unlink(temp.data);
		return err_errno(err, r, "cannot write '%s'", path);
	}
	return sync_parent(path, err);
}

int file_replace(const char *path, const void *data, size_t len, struct err *err)
{
	CLEANUP_BUF struct buf temp = {0};
	CLEANUP_FD int fd = -1;
	int r;

	buf_init(&temp, PATH_MAX_BYTES);
	buf_addf(&temp, "%s.new", path);
	r = buf_check(&temp);
	if (!r)
		fd = open(temp.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (!r)
		r = fd < 0 ? -errno : write_all(fd, data, len);
	if (!r && rename(temp.data, path) < 0)
		r = -errno;
	return r ? err_errno(err, r, "cannot write '%s'", path) : 0;
}

int dir_make(const char *path, mode_t mode, struct err *err)
{
	CLEANUP_FREE char *copy = strdup(path);

	if (!copy)
		return err_errno(err, -ENOMEM, "cannot make the folder '%s'", path);
	for (char *p = copy + 1;; p++) {
		char was = *p;

		if (was && was != '/')
			continue;
		*p = '\0';
		if (mkdir(copy, mode) < 0 && errno != EEXIST)
			return err_errno(
				err, -errno, "cannot make the folder '%s'", copy);
		*p = was;
		if (!was)
			return 0;
	}
}

int dir_sync(const char *path, struct err *err)
{
	CLEANUP_DIR DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return err_errno(err, -errno, "cannot read the folder '%s'", path);
	while ((entry = readdir(dir))) {
		CLEANUP_FD int fd = -1;

		if (entry->d_type != DT_REG)
			continue;
		fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fsync(fd) < 0)
			return err_errno(
				err, -errno, "cannot sync '%s/%s'", path, entry->d_name);
	}
	return path_sync(path, err);
}

int dir_publish(const char *temp, const char *path, struct err *err)
{
	int r = dir_sync(temp, err);

	if (r < 0)
		return r;
	if (renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE) < 0)
		return err_errno(err, -errno, "cannot publish '%s'", path);
	return sync_parent(path, err);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

int dir_remove(const char *path, struct err *err)
{
	if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
		return err_errno(err, -errno, "cannot remove '%s'", path);
	return 0;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}
