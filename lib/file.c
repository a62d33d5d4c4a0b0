// SPDX-License-Identifier: GPL-2.0-or-later
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
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

/* Also one whose maker wanted nobody to change it. */
static int open_folder(int parent, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(parent, name, flags);
	struct stat st;

	if (fd < 0 && errno == EACCES && fchmodat(parent, name, 0700, 0) == 0)
		fd = openat(parent, name, flags);
	if (fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 0700) != 0700)
		fchmod(fd, 0700);
	return fd;
}

/* Under a name of its own; the folder itself must be open to changes for that. */
static int move_up(int parent, const char *name, int top, unsigned int *number)
{
	CLEANUP_FD int fd = open_folder(parent, name);
	char fresh[32];

	if (fd < 0)
		return -errno;
	do {
		snprintf(fresh, sizeof(fresh), ".removed-%u", (*number)++);
	} while (faccessat(top, fresh, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
	return renameat(parent, name, top, fresh) < 0 ? -errno : 0;
}

/* Removes what is in a folder, but what is not empty in it moves up to the top: however
 * deep it goes down, no path is long. Takes the descriptor. */
static int empty_folder(int fd, int top, unsigned int *number)
{
	CLEANUP_DIR DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return close(fd), -ENOMEM;
	while (!r && (entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (!strcmp(name, ".") || !strcmp(name, "..") ||
			unlinkat(fd, name, 0) == 0 || errno == ENOENT)
			continue;
		if (errno != EISDIR && errno != EPERM)
			r = -errno;
		else if (unlinkat(fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
			r = move_up(fd, name, top, number);
	}
	return r;
}

/* One round over the top; *ret_left: how many folders it had. */
static int empty_top(int top, unsigned int *number, size_t *ret_left)
{
	CLEANUP_DIR DIR *dir = fdopendir(dup(top));
	struct dirent *entry;
	int r = dir ? 0 : -ENOMEM;

	*ret_left = 0;
	if (dir)
		rewinddir(dir);
	while (!r && (entry = readdir(dir))) {
		const char *name = entry->d_name;
		int fd;

		if (!strcmp(name, ".") || !strcmp(name, "..") ||
			unlinkat(top, name, 0) == 0 || errno == ENOENT)
			continue;
		if (errno != EISDIR && errno != EPERM)
			return -errno;
		++*ret_left;
		fd = open_folder(top, name);
		r = fd < 0 ? -errno : empty_folder(fd, top, number);
		if (!r && unlinkat(top, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
			r = -errno;
	}
	return r;
}

int dir_remove(const char *path, struct err *err)
{
	CLEANUP_FD int top = open_folder(AT_FDCWD, path);
	unsigned int number = 0;
	size_t left = 1;
	int r = 0;

	if (top < 0 && (errno == ENOTDIR || errno == ELOOP) && unlink(path) == 0)
		return 0;
	if (top < 0)
		r = -errno;
	while (!r && left)
		r = empty_top(top, &number, &left);
	if (!r && rmdir(path) < 0)
		r = -errno;
	return r && r != -ENOENT ? err_errno(err, r, "cannot remove '%s'", path) : 0;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}
