// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare.h"

#include <errno.h>
#include <string.h>

#include "builder/git/repo.h"
#include "lib/cleanup.h"
#include "respell.h"

DEFINE_CLEANUP(git_tree, git_tree *, git_tree_free)
DEFINE_CLEANUP(git_tree_entry, git_tree_entry *, git_tree_entry_free)
DEFINE_CLEANUP(git_blob, git_blob *, git_blob_free)
DEFINE_CLEANUP(git_diff, git_diff *, git_diff_free)

struct comparing {
	const struct reach *reach;
	git_tree *from, *to;
};

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

	if (!folder || reach_touched(c->reach, path, change))
		return true;
	while ((slash = strrchr(folder, '/'))) {
		*slash = '\0';
		if (has_folder(other, folder))
			break;
		if (reach_touched(c->reach, folder, change))
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

int reach_compare(git_repository *repo, const struct reach *reach, const char *from,
	const char *to, struct buf *ret_path, struct err *err)
{
	CLEANUP(cleanup_git_tree) git_tree *old = NULL, *new = NULL;
	CLEANUP(cleanup_git_diff) git_diff *diff = NULL;
	git_diff_options options;
	struct comparing c = {.reach = reach};

	/* the old commit may be gone from the repository */
	if (look_up(repo, from, &old) < 0 || look_up(repo, to, &new) < 0)
		return 0;
	c.from = old;
	c.to = new;
	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SKIP_BINARY_CHECK;
	if (git_diff_tree_to_tree(&diff, repo, old, new, &options) < 0)
		return repo_error(err, -EIO, "cannot compare two commits");
	for (size_t i = 0; i < git_diff_num_deltas(diff); i++) {
		const git_diff_delta *delta = git_diff_get_delta(diff, i);

		if (!delta_counts(&c, delta))
			continue;
		buf_adds(ret_path, delta->new_file.path);
		return 0;
	}
	return 1;
}
