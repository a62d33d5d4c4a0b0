// SPDX-License-Identifier: GPL-2.0-or-later
#include "source-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "builder/git/repo.h"
#include "builder/kbuild/kconfig.h"
#include "lib/cleanup.h"

DEFINE_CLEANUP(git_blob, git_blob *, git_blob_free)

int source_failed(struct source_writer *w, const char *what, const char *path)
{
	return err_errno(w->err, -errno, "cannot %s '%s/%s'", what, w->dir, path);
}

void source_note(struct source_writer *w, const char *path, size_t *count)
{
	(*count)++;
	if (kconfig_path_matters(path))
		w->change->kconfig = true;
}

bool source_name_safe(const char *name, size_t len)
{
	return len && (len > 2 || strspn(name, ".") < len);
}

/* The folder of path, made if need be; symlinks on the way are not followed, so no tree
 * can write outside of dir. *ret_name is the last component. */
static int open_parent(struct source_writer *w, const char *path, bool make, int *ret_fd,
	const char **ret_name)
{
	CLEANUP_FD int fd = dup(w->root);
	const char *slash;

	for (; fd >= 0 && (slash = strchr(path, '/')); path = slash + 1) {
		CLEANUP_FREE char *name = strndup(path, slash - path);
		int next;

		if (!name || !source_name_safe(name, strlen(name)))
			return -EINVAL;
		next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0 && errno == ENOENT && make && mkdirat(fd, name, 0755) == 0)
			next = openat(fd, name,
				O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			return -errno;
		close(TAKE_FD(fd));
		fd = next;
	}
	if (fd < 0)
		return -errno;
	if (!source_name_safe(path, strlen(path)))
		return -EINVAL;
	*ret_name = path;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int write_blob(struct source_writer *w, int parent, const char *name,
	git_blob *blob, mode_t mode)
{
	const char *data = git_blob_rawcontent(blob);
	size_t left = git_blob_rawsize(blob);
	struct timespec times[2] = {w->time, w->time};
	CLEANUP_FD int fd =
		openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0 || fchmod(fd, mode) < 0)
		return -errno;
	while (left) {
		ssize_t n = write(fd, data, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		left -= n;
	}
	return futimens(fd, times) < 0 ? -errno : 0;
}

static int write_link(
	struct source_writer *w, int parent, const char *name, git_blob *blob)
{
	CLEANUP_FREE char *target =
		strndup(git_blob_rawcontent(blob), git_blob_rawsize(blob));
	struct timespec times[2] = {w->time, w->time};

	if (!target)
		return -ENOMEM;
	if (!*target)
		return -EINVAL;
	if (symlinkat(target, parent, name) < 0)
		return -errno;
	if (utimensat(parent, name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return 0;
}

int source_put(struct source_writer *w, const char *path, const git_oid *oid,
	git_filemode_t mode)
{
	CLEANUP(cleanup_git_blob) git_blob *blob = NULL;
	CLEANUP_FD int parent = -1;
	const char *name = NULL;
	int r;

	if (mode == GIT_FILEMODE_COMMIT)
		return 0; /* a submodule: its files are not the commit's */
	r = open_parent(w, path, true, &parent, &name);
	if (r == -EINVAL)
		return err_set(w->err, r, "the commit has a file named '%.200s'", path);
	if (r < 0 || !name)
		return err_errno(w->err, r, "cannot write '%s/%s'", w->dir, path);
	if (git_blob_lookup(&blob, w->repo, oid) < 0)
		return repo_error(w->err, -EIO, "cannot read a file of the commit");
	if (unlinkat(parent, name, 0) < 0 && errno != ENOENT)
		return source_failed(w, "replace", path);
	if (mode == GIT_FILEMODE_LINK) {
		strvec_add(&w->folder_links, path);
		r = write_link(w, parent, name, blob);
	} else {
		r = write_blob(w, parent, name, blob,
			mode == GIT_FILEMODE_BLOB_EXECUTABLE ? 0755 : 0644);
	}
	if (r < 0)
		return err_errno(w->err, r, "cannot write '%s/%s'", w->dir, path);
	source_note(w, path, &w->change->written);
	return strvec_check(&w->folder_links);
}

int source_drop(struct source_writer *w, const char *path)
{
	CLEANUP_FREE char *folder = strdup(path);
	CLEANUP_FD int parent = -1;
	const char *name = NULL;
	char *slash;
	int r = open_parent(w, path, false, &parent, &name);

	if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP)
		return 0;
	if (r < 0 || !name || !folder)
		return err_errno(w->err, r ? r : -ENOMEM, "cannot remove '%s'", path);
	if (unlinkat(parent, name, 0) < 0 && errno != ENOENT)
		return source_failed(w, "remove", path);
	source_note(w, path, &w->change->removed);
	while ((slash = strrchr(folder, '/'))) {
		*slash = '\0';
		if (unlinkat(w->root, folder, AT_REMOVEDIR) < 0)
			break;
	}
	return 0;
}
