// SPDX-License-Identifier: GPL-2.0-or-later
#include "asked.h"

#include <string.h>

#include "lib/cleanup.h"

DEFINE_CLEANUP(git_tree_entry, git_tree_entry *, git_tree_entry_free)
DEFINE_CLEANUP(git_blob, git_blob *, git_blob_free)

static bool has_text(const git_blob *blob, const char *text)
{
	return memmem(
		git_blob_rawcontent(blob), git_blob_rawsize(blob), text, strlen(text));
}

static bool file_asks(git_tree *tree, const char *path, const struct strvec *names)
{
	CLEANUP(cleanup_git_tree_entry) git_tree_entry *entry = NULL;
	CLEANUP(cleanup_git_blob) git_blob *blob = NULL;
	git_repository *repo = git_tree_owner(tree);

	if (git_tree_entry_bypath(&entry, tree, path) < 0 ||
		git_blob_lookup(&blob, repo, git_tree_entry_id(entry)) < 0 ||
		!has_text(blob, "__has_include"))
		return false;
	for (size_t i = 0; i < names->n; i++)
		if (has_text(blob, names->v[i]))
			return true;
	return false;
}

bool reach_asked(git_tree *tree, const struct reach *reach, const struct strvec *names)
{
	for (size_t i = 0; i < reach->size && names->n; i++)
		if (reach->paths[i].path && (reach->paths[i].bits & REACH_BIT_COMPILED) &&
			file_asks(tree, reach->paths[i].path, names))
			return true;
	return false;
}
