// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare.h"

#include <errno.h>
#include <string.h>

#include "asked.h"
#include "builder/git/repo.h"
#include "lib/cleanup.h"
#include "respell.h"

DEFINE_CLEANUP(git_tree, git_tree *, git_tree_free)
DEFINE_CLEANUP(git_tree_entry, git_tree_entry *, git_tree_entry_free)
DEFINE_CLEANUP(git_blob, git_blob *, git_blob_free)

struct comparing {
	const struct reach *reach;
	git_tree *from, *to;
	git_diff *diff;
	/* whether a path that comes or goes was noticed */
	bool (*noticed)(const struct reach *, const char *path, enum reach_change);
};

static void comparing_release(struct comparing *c)
{
	git_diff_free(c->diff);
	git_tree_free(c->from);
	git_tree_free(c->to);
}

static bool is_file(uint16_t mode)
{
	return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

/* Whether a tree is a folder on disk: one of submodules alone is not. */
static bool has_files(git_repository *repo, const git_tree_entry *folder)
{
	CLEANUP(cleanup_git_tree) git_tree *tree = NULL;

	if (git_tree_lookup(&tree, repo, git_tree_entry_id(folder)) < 0)
		return false;
	for (size_t i = 0; i < git_tree_entrycount(tree); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
		git_filemode_t mode = git_tree_entry_filemode(entry);

		if (mode == GIT_FILEMODE_TREE ? has_files(repo, entry)
					      : mode != GIT_FILEMODE_COMMIT)
			return true;
	}
	return false;
}

static bool has_folder(git_tree *tree, const char *path)
{
	CLEANUP(cleanup_git_tree_entry) git_tree_entry *entry = NULL;

	return git_tree_entry_bypath(&entry, tree, path) == 0 &&
	       git_tree_entry_filemode(entry) == GIT_FILEMODE_TREE &&
	       has_files(git_tree_owner(tree), entry);
}

/* A file that comes or goes, and the folders that come or go with it: those that the
 * other tree does not have. */
static bool counts(const struct comparing *c, const char *path, enum reach_change change)
{
	git_tree *other = change == REACH_CAME ? c->from : c->to;
	CLEANUP_FREE char *folder = strdup(path);
	char *slash;

	if (!folder || c->noticed(c->reach, path, change))
		return true;
	while ((slash = strrchr(folder, '/'))) {
		*slash = '\0';
		if (has_folder(other, folder))
			break;
		if (c->noticed(c->reach, folder, change))
			return true;
	}
	return false;
}

static bool is_c(const char *path)
{
	size_t len = strlen(path);

	return len > 2 &&
	       (!strcmp(path + len - 2, ".c") || !strcmp(path + len - 2, ".h"));
}

/* Only the words of comments are others. */
static bool is_respelt(const struct comparing *c, const git_diff_delta *delta)
{
	CLEANUP(cleanup_git_blob) git_blob *old = NULL, *new = NULL;
	git_repository *repo = git_tree_owner(c->from);

	return delta->old_file.mode == delta->new_file.mode &&
	       is_c(delta->new_file.path) &&
	       git_blob_lookup(&old, repo, &delta->old_file.id) == 0 &&
	       git_blob_lookup(&new, repo, &delta->new_file.id) == 0 &&
	       respell_same(git_blob_rawcontent(old), git_blob_rawsize(old),
		       git_blob_rawcontent(new), git_blob_rawsize(new));
}

static bool delta_counts(const struct comparing *c, const git_diff_delta *delta)
{
	uint16_t from = delta->old_file.mode, to = delta->new_file.mode;

	if (from == GIT_FILEMODE_LINK || to == GIT_FILEMODE_LINK)
		return true;
	if (is_file(from) && is_file(to))
		return reach_touched(c->reach, delta->new_file.path, REACH_CHANGED) &&
		       (reach_touched(c->reach, delta->new_file.path, REACH_RESPELT) ||
			       !is_respelt(c, delta));
	return (is_file(from) && counts(c, delta->old_file.path, REACH_WENT)) ||
	       (is_file(to) && counts(c, delta->new_file.path, REACH_CAME));
}

static int look_up(git_repository *repo, const char *name, git_tree **ret_tree)
{
	git_oid oid;

	return git_oid_fromstr(&oid, name) < 0 ||
			       git_tree_lookup(ret_tree, repo, &oid) < 0
		       ? -ENOENT
		       : 0;
}

/* -ENOENT: a tree is not there; the old commit may be gone from the repository. */
static int open_trees(git_repository *repo, const char *from, const char *to,
	struct comparing *c, struct err *err)
{
	git_diff_options options;

	if (look_up(repo, from, &c->from) < 0 || look_up(repo, to, &c->to) < 0)
		return -ENOENT;
	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SKIP_BINARY_CHECK;
	return git_diff_tree_to_tree(&c->diff, repo, c->from, c->to, &options) < 0
		       ? repo_error(err, -EIO, "cannot compare two commits")
		       : 0;
}

/* True if one is found, whose path is added. */
static bool find_delta(const struct comparing *c,
	bool (*wanted)(const struct comparing *, const git_diff_delta *),
	struct buf *ret_path)
{
	for (size_t i = 0; i < git_diff_num_deltas(c->diff); i++) {
		const git_diff_delta *delta = git_diff_get_delta(c->diff, i);

		if (!wanted(c, delta))
			continue;
		buf_adds(ret_path, delta->new_file.path);
		return true;
	}
	return false;
}

int reach_compare(git_repository *repo, const struct reach *reach, const char *from,
	const char *to, struct buf *ret_path, struct err *err)
{
	CLEANUP(comparing_release)
	struct comparing c = {.reach = reach, .noticed = reach_touched};
	int r = open_trees(repo, from, to, &c, err);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return !find_delta(&c, delta_counts, ret_path);
}

static bool was_missed(
	const struct reach *reach, const char *path, enum reach_change change)
{
	(void)change;
	return reach_bits(reach, path) & REACH_BIT_MISSED;
}

static bool is_header(const char *path)
{
	size_t len = strlen(path);

	return len > 2 && !strcmp(path + len - 2, ".h");
}

/* A link brings all that it leads to. */
static bool delta_hides(const struct comparing *c, const git_diff_delta *delta)
{
	const char *path = delta->new_file.path;

	if (delta->new_file.mode == GIT_FILEMODE_LINK)
		return true;
	if (is_file(delta->old_file.mode) || !is_file(delta->new_file.mode))
		return false;
	return c->reach ? counts(c, path, REACH_CAME) : is_header(path);
}

/* Whether a file goes that was only asked for. */
static bool unasks(const struct comparing *c)
{
	CLEANUP_STRVEC struct strvec names = STRVEC_INIT;

	for (size_t i = 0; i < git_diff_num_deltas(c->diff); i++) {
		const git_diff_delta *delta = git_diff_get_delta(c->diff, i);
		const char *path = delta->old_file.path, *slash = strrchr(path, '/');

		if (is_file(delta->old_file.mode) && !is_file(delta->new_file.mode) &&
			reach_bits(c->reach, path))
			strvec_add(&names, slash ? slash + 1 : path);
	}
	return strvec_check(&names) || reach_asked(c->from, c->reach, &names);
}

int reach_misleads(git_repository *repo, const struct reach *reach, const char *from,
	const char *to, struct buf *ret_path, struct err *err)
{
	CLEANUP(comparing_release)
	struct comparing c = {.reach = reach, .noticed = was_missed};
	int r = open_trees(repo, from, to, &c, err);

	/* a commit of another repository, or one that is gone: too many for a clean build
	 * each time */
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return find_delta(&c, delta_hides, ret_path) || (reach && unasks(&c));
}
