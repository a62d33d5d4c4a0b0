// SPDX-License-Identifier: GPL-2.0-or-later
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

#include "builder/git/repo.h"
#include "builder/kbuild/kconfig.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/strvec.h"

#define PATH_MAX_BYTES 4096

DEFINE_CLEANUP(git_blob, git_blob *, git_blob_free)
DEFINE_CLEANUP(git_tree, git_tree *, git_tree_free)
DEFINE_CLEANUP(git_diff, git_diff *, git_diff_free)

struct update {
	git_repository *repo;
	const char *dir;
	int root;              /* of dir */
	struct timespec floor; /* times of written files start here */
	bool stamp;            /* the clock is behind floor: set times by hand */
	struct source_change *change;
	struct strvec folder_links; /* new symlinks; may point at folders */
	struct err *err;
};

static int failed(struct update *up, const char *what, const char *path)
{
	return err_errno(up->err, -errno, "cannot %s '%s/%s'", what, up->dir, path);
}

static void note(struct update *up, const char *path, size_t *count)
{
	(*count)++;
	if (kconfig_path_matters(path))
		up->change->kconfig = true;
}

static bool name_safe(const char *name, size_t len)
{
	return len && (len > 2 || strspn(name, ".") < len);
}

/* The folder of path, made if need be; symlinks on the way are not followed, so no tree
 * can write outside of dir. *ret_name is the last component. */
static int open_parent(struct update *up, const char *path, bool make, int *ret_fd,
	const char **ret_name)
{
	CLEANUP_FD int fd = dup(up->root);
	const char *slash;

	for (; fd >= 0 && (slash = strchr(path, '/')); path = slash + 1) {
		CLEANUP_FREE char *name = strndup(path, slash - path);
		int next;

		if (!name || !name_safe(name, strlen(name)))
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
	if (!name_safe(path, strlen(path)))
		return -EINVAL;
	*ret_name = path;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int write_blob(
	struct update *up, int parent, const char *name, git_blob *blob, mode_t mode)
{
	const char *data = git_blob_rawcontent(blob);
	size_t left = git_blob_rawsize(blob);
	struct timespec times[2] = {up->floor, up->floor};
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
	return up->stamp && futimens(fd, times) < 0 ? -errno : 0;
}

static int write_link(struct update *up, int parent, const char *name, git_blob *blob)
{
	CLEANUP_FREE char *target =
		strndup(git_blob_rawcontent(blob), git_blob_rawsize(blob));
	struct timespec times[2] = {up->floor, up->floor};

	if (!target)
		return -ENOMEM;
	if (symlinkat(target, parent, name) < 0)
		return -errno;
	if (up->stamp && utimensat(parent, name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return 0;
}

/* Puts a file or symlink in place of whatever is there, which is no folder. */
static int put(
	struct update *up, const char *path, const git_oid *oid, git_filemode_t mode)
{
	CLEANUP(cleanup_git_blob) git_blob *blob = NULL;
	CLEANUP_FD int parent = -1;
	const char *name = NULL;
	int r;

	if (mode == GIT_FILEMODE_COMMIT)
		return 0; /* a submodule: its files are not the commit's */
	r = open_parent(up, path, true, &parent, &name);
	if (r == -EINVAL)
		return err_set(up->err, r, "the commit has a file named '%.200s'", path);
	if (r < 0 || !name)
		return err_errno(up->err, r, "cannot write '%s/%s'", up->dir, path);
	if (git_blob_lookup(&blob, up->repo, oid) < 0)
		return repo_error(up->err, -EIO, "cannot read a file of the commit");
	if (unlinkat(parent, name, 0) < 0 && errno != ENOENT)
		return failed(up, "replace", path);
	if (mode == GIT_FILEMODE_LINK) {
		strvec_add(&up->folder_links, path);
		r = write_link(up, parent, name, blob);
	} else {
		r = write_blob(up, parent, name, blob,
			mode == GIT_FILEMODE_BLOB_EXECUTABLE ? 0755 : 0644);
	}
	if (r < 0)
		return err_errno(up->err, r, "cannot write '%s/%s'", up->dir, path);
	note(up, path, &up->change->written);
	return strvec_check(&up->folder_links);
}

/* Removes a file and the folders that it leaves empty: git has none. */
static int drop(struct update *up, const char *path)
{
	CLEANUP_FREE char *folder = strdup(path);
	CLEANUP_FD int parent = -1;
	const char *name = NULL;
	char *slash;
	int r = open_parent(up, path, false, &parent, &name);

	if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP)
		return 0;
	if (r < 0 || !name || !folder)
		return err_errno(up->err, r ? r : -ENOMEM, "cannot remove '%s'", path);
	if (unlinkat(parent, name, 0) < 0 && errno != ENOENT)
		return failed(up, "remove", path);
	note(up, path, &up->change->removed);
	while ((slash = strrchr(folder, '/'))) {
		*slash = '\0';
		if (unlinkat(up->root, folder, AT_REMOVEDIR) < 0)
			break;
	}
	return 0;
}

/* Removals first: a file may become a folder and the other way round. */
static int apply_diff(struct update *up, git_diff *diff)
{
	size_t n = git_diff_num_deltas(diff);
	int r = 0;

	for (size_t i = 0; !r && i < n; i++) {
		const git_diff_delta *delta = git_diff_get_delta(diff, i);

		if (delta->status == GIT_DELTA_DELETED ||
			delta->status == GIT_DELTA_TYPECHANGE)
			r = drop(up, delta->old_file.path);
	}
	for (size_t i = 0; !r && i < n; i++) {
		const git_diff_delta *delta = git_diff_get_delta(diff, i);

		if (delta->status != GIT_DELTA_DELETED)
			r = put(up, delta->new_file.path, &delta->new_file.id,
				delta->new_file.mode);
	}
	return r;
}

static int get_tree(struct update *up, const char *name, git_tree **ret_tree)
{
	git_oid oid;

	if (git_oid_fromstr(&oid, name) < 0 ||
		git_tree_lookup(ret_tree, up->repo, &oid) < 0)
		return repo_error(up->err, -EIO, "cannot read the commit's tree");
	return 0;
}

/* True if the file on disk is what the entry says. */
static bool same(struct update *up, int parent, const char *name,
	const git_tree_entry *entry, const struct stat *st)
{
	git_filemode_t mode = git_tree_entry_filemode(entry);
	CLEANUP_BUF struct buf text = {0};
	git_oid oid;

	(void)up;
	buf_init(&text, 64 * 1024 * 1024);
	if (mode == GIT_FILEMODE_LINK) {
		char target[PATH_MAX_BYTES];
		ssize_t n = S_ISLNK(st->st_mode)
				    ? readlinkat(parent, name, target, sizeof(target))
				    : -1;

		return n >= 0 && git_odb_hash(&oid, target, n, GIT_OBJECT_BLOB) == 0 &&
		       git_oid_equal(&oid, git_tree_entry_id(entry));
	}
	if (!S_ISREG(st->st_mode) ||
		(st->st_mode & 0777) !=
			(mode == GIT_FILEMODE_BLOB_EXECUTABLE ? 0755u : 0644u))
		return false;
	buf_addf(&text, "/proc/self/fd/%d/%s", parent, name);
	return git_odb_hashfile(&oid, text.data, GIT_OBJECT_BLOB) == 0 &&
	       git_oid_equal(&oid, git_tree_entry_id(entry));
}

/* Removes whatever a folder has that the tree lacks, and what has another type. */
static int prune(struct update *up, int fd, git_tree *tree, struct buf *path)
{
	CLEANUP_DIR DIR *dir = fdopendir(dup(fd));
	struct dirent *entry;

	if (!dir)
		return failed(up, "read", path->data);
	while ((entry = readdir(dir))) {
		const git_tree_entry *want = git_tree_entry_byname(tree, entry->d_name);
		CLEANUP_BUF struct buf full = {0};
		struct stat st;
		bool folder;
		int r;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		folder = want && git_tree_entry_filemode(want) == GIT_FILEMODE_TREE;
		if (want && folder == S_ISDIR(st.st_mode))
			continue;
		buf_init(&full, PATH_MAX_BYTES);
		buf_addf(&full, "%s/%s%s", up->dir, path->data, entry->d_name);
		r = buf_check(&full);
		if (!r)
			r = dir_remove(full.data, up->err);
		if (r < 0)
			return r;
		full.len = 0;
		buf_addf(&full, "%s%s", path->data, entry->d_name);
		note(up, full.data, &up->change->removed);
	}
	return 0;
}

/* Makes one folder hold one tree, whatever it held. path ends in '/' or is empty. */
static int match_tree(struct update *up, int fd, git_tree *tree, struct buf *path);

static int match_entry(
	struct update *up, int fd, const git_tree_entry *entry, struct buf *path)
{
	const char *name = git_tree_entry_name(entry);
	CLEANUP(cleanup_git_tree) git_tree *sub = NULL;
	size_t len = path->len;
	struct stat st;
	int r = 0;

	if (!name_safe(name, strlen(name)) || strchr(name, '/'))
		return err_set(
			up->err, -EINVAL, "the commit has a file named '%.200s'", name);
	buf_adds(path, name);
	if (git_tree_entry_filemode(entry) != GIT_FILEMODE_TREE) {
		if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
			!same(up, fd, name, entry, &st))
			r = put(up, path->data, git_tree_entry_id(entry),
				git_tree_entry_filemode(entry));
	} else if (git_tree_lookup(&sub, up->repo, git_tree_entry_id(entry)) < 0) {
		r = repo_error(up->err, -EIO, "cannot read the commit's tree");
	} else {
		CLEANUP_FD int next = -1;

		if (mkdirat(fd, name, 0755) < 0 && errno != EEXIST)
			return failed(up, "make", path->data);
		next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			return failed(up, "open", path->data);
		buf_addc(path, '/');
		r = buf_check(path);
		if (!r)
			r = match_tree(up, next, sub, path);
	}
	path->len = len;
	path->data[len] = '\0';
	return r;
}

static int match_tree(struct update *up, int fd, git_tree *tree, struct buf *path)
{
	size_t n = git_tree_entrycount(tree);
	int r = prune(up, fd, tree, path);

	for (size_t i = 0; !r && i < n; i++)
		r = match_entry(up, fd, git_tree_entry_byindex(tree, i), path);
	return r;
}

static int match_all(struct update *up, git_tree *tree)
{
	CLEANUP_BUF struct buf path = {0};

	buf_init(&path, PATH_MAX_BYTES);
	up->change->kconfig = true;
	return match_tree(up, up->root, tree, &path);
}

static int apply_between(struct update *up, const char *from, git_tree *to)
{
	CLEANUP(cleanup_git_tree) git_tree *old = NULL;
	CLEANUP(cleanup_git_diff) git_diff *diff = NULL;
	git_diff_options options;
	git_oid oid;

	/* the old commit may be gone from the repository: then compare everything */
	if (git_oid_fromstr(&oid, from) < 0 || git_tree_lookup(&old, up->repo, &oid) < 0)
		return match_all(up, to);
	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SKIP_BINARY_CHECK |
			GIT_DIFF_IGNORE_SUBMODULES;
	if (git_diff_tree_to_tree(&diff, up->repo, old, to, &options) < 0)
		return repo_error(up->err, -EIO, "cannot compare two commits");
	return apply_diff(up, diff);
}

static int touch_file(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (flag == FTW_F)
		utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
	return 0;
}

/* make -L sees a symlink's own time, but not that of one on the way to a file: what a
 * new symlink to a folder of the tree leads to counts as new. */
static void touch_behind_links(struct update *up)
{
	CLEANUP_FREE char *root = realpath(up->dir, NULL);

	for (size_t i = 0; root && i < up->folder_links.n; i++) {
		CLEANUP_FREE char *target = NULL;
		CLEANUP_BUF struct buf path = {0};
		size_t len = strlen(root);
		struct stat st;

		buf_init(&path, PATH_MAX_BYTES);
		buf_addf(&path, "%s/%s", root, up->folder_links.v[i]);
		target = buf_check(&path) ? NULL : realpath(path.data, NULL);
		if (target && !strncmp(target, root, len) && target[len] == '/' &&
			stat(target, &st) == 0 && S_ISDIR(st.st_mode))
			nftw(target, touch_file, 32, FTW_PHYS);
	}
}

int source_update(git_repository *repo, const char *dir, const char *from, const char *to,
	struct timespec floor, struct source_change *ret_change, struct err *err)
{
	struct update up = {.repo = repo,
		.dir = dir,
		.floor = floor,
		.change = ret_change,
		.err = err};
	CLEANUP(cleanup_git_tree) git_tree *tree = NULL;
	CLEANUP_FD int root = -1;
	struct timespec now;
	int r = dir_make(dir, 0755, err);

	if (r < 0)
		return r;
	root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_errno(err, -errno, "cannot open '%s'", dir);
	up.root = root;
	clock_gettime(CLOCK_REALTIME, &now);
	up.stamp = now.tv_sec < floor.tv_sec ||
		   (now.tv_sec == floor.tv_sec && now.tv_nsec <= floor.tv_nsec);
	r = get_tree(&up, to, &tree);
	if (!r)
		r = from ? apply_between(&up, from, tree) : match_all(&up, tree);
	if (!r && from)
		touch_behind_links(&up);
	strvec_release(&up.folder_links);
	return r;
}
