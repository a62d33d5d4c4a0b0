// SPDX-License-Identifier: GPL-2.0-or-later
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

#include "builder/git/repo.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "source-writer.h"

#define PATH_MAX_BYTES 4096

DEFINE_CLEANUP(git_tree, git_tree *, git_tree_free)
DEFINE_CLEANUP(git_diff, git_diff *, git_diff_free)

/* Removals first: a file may become a folder and the other way round. */
static int apply_diff(struct source_writer *w, git_diff *diff)
{
	size_t n = git_diff_num_deltas(diff);
	int r = 0;

	for (size_t i = 0; !r && i < n; i++) {
		const git_diff_delta *delta = git_diff_get_delta(diff, i);

		if (delta->status == GIT_DELTA_DELETED ||
			delta->status == GIT_DELTA_TYPECHANGE)
			r = source_drop(w, delta->old_file.path);
	}
	for (size_t i = 0; !r && i < n; i++) {
		const git_diff_delta *delta = git_diff_get_delta(diff, i);

		if (delta->status != GIT_DELTA_DELETED)
			r = source_put(w, delta->new_file.path, &delta->new_file.id,
				delta->new_file.mode);
	}
	return r;
}

static int get_tree(struct source_writer *w, const char *name, git_tree **ret_tree)
{
	git_oid oid;

	if (git_oid_fromstr(&oid, name) < 0 ||
		git_tree_lookup(ret_tree, w->repo, &oid) < 0)
		return repo_error(w->err, -EIO, "cannot read the commit's tree");
	return 0;
}

/* True if the file on disk is what the entry says. */
static bool same(
	int parent, const char *name, const git_tree_entry *entry, const struct stat *st)
{
	git_filemode_t mode = git_tree_entry_filemode(entry);
	CLEANUP_BUF struct buf text = {0};
	git_oid oid;

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
static int prune(struct source_writer *w, int fd, git_tree *tree, struct buf *path)
{
	CLEANUP_DIR DIR *dir = fdopendir(dup(fd));
	struct dirent *entry;

	if (!dir)
		return source_failed(w, "read", path->data);
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
		buf_addf(&full, "%s/%s%s", w->dir, path->data, entry->d_name);
		r = buf_check(&full);
		if (!r)
			r = dir_remove(full.data, w->err);
		if (r < 0)
			return r;
		full.len = 0;
		buf_addf(&full, "%s%s", path->data, entry->d_name);
		source_note(w, full.data, &w->change->removed);
	}
	return 0;
}

static int match_file(
	struct source_writer *w, int fd, const git_tree_entry *entry, const char *path)
{
	git_filemode_t mode = git_tree_entry_filemode(entry);
	const char *name = git_tree_entry_name(entry);
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		!same(fd, name, entry, &st))
		return source_put(w, path, git_tree_entry_id(entry), mode);
	if (mode == GIT_FILEMODE_LINK)
		strvec_add(&w->folder_links, path);
	return strvec_check(&w->folder_links);
}

/* Makes one folder hold one tree, whatever it held. path ends in '/' or is empty. */
static int match_tree(struct source_writer *w, int fd, git_tree *tree, struct buf *path);

static int match_entry(
	struct source_writer *w, int fd, const git_tree_entry *entry, struct buf *path)
{
	const char *name = git_tree_entry_name(entry);
	CLEANUP(cleanup_git_tree) git_tree *sub = NULL;
	size_t len = path->len;
	int r = 0;

	if (!source_name_safe(name, strlen(name)) || strchr(name, '/'))
		return err_set(
			w->err, -EINVAL, "the commit has a file named '%.200s'", name);
	buf_adds(path, name);
	if (git_tree_entry_filemode(entry) != GIT_FILEMODE_TREE) {
		r = match_file(w, fd, entry, path->data);
	} else if (git_tree_lookup(&sub, w->repo, git_tree_entry_id(entry)) < 0) {
		r = repo_error(w->err, -EIO, "cannot read the commit's tree");
	} else {
		CLEANUP_FD int next = -1;

		if (mkdirat(fd, name, 0755) < 0 && errno != EEXIST)
			return source_failed(w, "make", path->data);
		next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			return source_failed(w, "open", path->data);
		buf_addc(path, '/');
		r = buf_check(path);
		if (!r)
			r = match_tree(w, next, sub, path);
	}
	path->len = len;
	path->data[len] = '\0';
	return r;
}

static int match_tree(struct source_writer *w, int fd, git_tree *tree, struct buf *path)
{
	size_t n = git_tree_entrycount(tree);
	int r = prune(w, fd, tree, path);

	for (size_t i = 0; !r && i < n; i++)
		r = match_entry(w, fd, git_tree_entry_byindex(tree, i), path);
	return r;
}

static int match_all(struct source_writer *w, git_tree *tree)
{
	CLEANUP_BUF struct buf path = {0};

	buf_init(&path, PATH_MAX_BYTES);
	w->change->kconfig = true;
	return match_tree(w, w->root, tree, &path);
}

static int apply_between(struct source_writer *w, const char *from, git_tree *to)
{
	CLEANUP(cleanup_git_tree) git_tree *old = NULL;
	CLEANUP(cleanup_git_diff) git_diff *diff = NULL;
	git_diff_options options;
	git_oid oid;

	/* the old commit may be gone from the repository: then compare everything */
	if (git_oid_fromstr(&oid, from) < 0 || git_tree_lookup(&old, w->repo, &oid) < 0)
		return match_all(w, to);
	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SKIP_BINARY_CHECK |
			GIT_DIFF_IGNORE_SUBMODULES;
	if (git_diff_tree_to_tree(&diff, w->repo, old, to, &options) < 0)
		return repo_error(w->err, -EIO, "cannot compare two commits");
	return apply_diff(w, diff);
}

static struct timespec touch_times[2]; /* nftw(3) has no context */

static int touch_file(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (flag == FTW_F)
		utimensat(AT_FDCWD, path, touch_times, AT_SYMLINK_NOFOLLOW);
	return 0;
}

/* make -L sees a symlink's own time, but not that of one on the way to a file: what a
 * new symlink to a folder of the tree leads to counts as new, and so does what any leads
 * to that a killed checkout may have put there. */
static void touch_behind_links(struct source_writer *w)
{
	CLEANUP_FREE char *root = realpath(w->dir, NULL);

	touch_times[0] = touch_times[1] = w->time;
	for (size_t i = 0; root && i < w->folder_links.n; i++) {
		CLEANUP_FREE char *target = NULL;
		CLEANUP_BUF struct buf path = {0};
		size_t len = strlen(root);
		struct stat st;

		buf_init(&path, PATH_MAX_BYTES);
		buf_addf(&path, "%s/%s", root, w->folder_links.v[i]);
		target = buf_check(&path) ? NULL : realpath(path.data, NULL);
		if (target && !strncmp(target, root, len) && target[len] == '/' &&
			stat(target, &st) == 0 && S_ISDIR(st.st_mode))
			nftw(target, touch_file, 32, FTW_PHYS);
	}
}

/* Once for the whole checkout: a clock that is set back in the middle of it changes
 * nothing. */
static struct timespec later_of_now_and(struct timespec floor)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec < floor.tv_sec ||
			       (now.tv_sec == floor.tv_sec && now.tv_nsec < floor.tv_nsec)
		       ? floor
		       : now;
}

int source_update(git_repository *repo, const char *dir, const char *from, const char *to,
	struct timespec floor, struct source_change *ret_change, struct err *err)
{
	struct source_writer w = {
		.repo = repo, .dir = dir, .change = ret_change, .err = err};
	CLEANUP(cleanup_git_tree) git_tree *tree = NULL;
	CLEANUP_FD int root = -1;
	int r = dir_make(dir, 0755, err);

	if (r < 0)
		return r;
	root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_errno(err, -errno, "cannot open '%s'", dir);
	w.root = root;
	w.time = later_of_now_and(floor);
	r = get_tree(&w, to, &tree);
	if (!r)
		r = from ? apply_between(&w, from, tree) : match_all(&w, tree);
	if (!r)
		touch_behind_links(&w);
	strvec_release(&w.folder_links);
	return r;
}
