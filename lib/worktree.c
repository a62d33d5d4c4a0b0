// SPDX-License-Identifier: GPL-2.0-or-later
#include "worktree.h"

#include <git2.h>

#include "cleanup.h"

DEFINE_CLEANUP(git_diff, git_diff *, git_diff_free)
DEFINE_CLEANUP(git_index, git_index *, git_index_free)
DEFINE_CLEANUP(git_object, git_object *, git_object_free)
DEFINE_CLEANUP(git_reference, git_reference *, git_reference_free)

struct look {
	git_index *index;
	bool found;
};

/* A file that a sparse checkout leaves out is not missing. */
static bool is_left_out(git_index *index, const char *path)
{
	const git_index_entry *entry = git_index_get_bypath(index, path, 0);

	return entry && (entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE);
}

static int see(
	const git_diff *diff, const git_diff_delta *delta, const char *matched, void *ctx)
{
	struct look *look = ctx;

	(void)diff;
	(void)matched;
	if (delta->status == GIT_DELTA_DELETED &&
		is_left_out(look->index, delta->old_file.path))
		return 1; /* go on without it */
	look->found = true;
	return GIT_EUSER;
}

/* From HEAD to the index, and from there to the files. */
static bool differs(git_repository *repo, git_object *head, git_index *index)
{
	struct look look = {.index = index};
	git_diff_options options;
	CLEANUP(cleanup_git_diff) git_diff *staged = NULL, *changed = NULL;

	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.ignore_submodules = GIT_SUBMODULE_IGNORE_ALL;
	options.notify_cb = see;
	options.payload = &look;
	git_diff_index_to_workdir(&changed, repo, index, &options);
	if (!look.found)
		git_diff_tree_to_index(&staged, repo, (git_tree *)head, index, &options);
	return look.found;
}

bool worktree_differs(struct git_repository *repo, const char *path, struct err *note)
{
	CLEANUP(cleanup_git_reference) git_reference *head = NULL;
	CLEANUP(cleanup_git_object) git_object *tree = NULL;
	CLEANUP(cleanup_git_index) git_index *index = NULL;

	if (git_repository_is_bare(repo) || git_repository_head(&head, repo) < 0 ||
		git_reference_peel(&tree, head, GIT_OBJECT_TREE) < 0 ||
		git_repository_index(&index, repo) < 0 || !differs(repo, tree, index))
		return false;
	err_set(note, 0, "'%s' has changes that are not committed: they are in no image",
		path);
	return true;
}
