// SPDX-License-Identifier: GPL-2.0-or-later
#include "revert.h"

#include <errno.h>
#include <git2.h>
#include <stdbool.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/file.h"

#define NAME "refs/tenfold/revert"

DEFINE_CLEANUP(git_commit, git_commit *, git_commit_free)
DEFINE_CLEANUP(git_index, git_index *, git_index_free)
DEFINE_CLEANUP(git_reference, git_reference *, git_reference_free)
DEFINE_CLEANUP(git_repository, git_repository *, git_repository_free)
DEFINE_CLEANUP(git_tree, git_tree *, git_tree_free)

static int say_git(struct err *err, const char *what)
{
	const git_error *e = git_error_last();

	return err_set(err, -EIO, "%s: %s", what,
		e && e->message ? e->message : "git did not say why");
}

/* Borrows the objects of source, whose path may have changed since. */
static int lend_objects(git_repository *source, const char *folder, struct err *err)
{
	CLEANUP_BUF struct buf path, line;

	buf_init(&path, 4096);
	buf_init(&line, 4096);
	buf_addf(&path, "%s/objects/info", folder);
	if (dir_make(path.data, 0755, err) < 0)
		return -EIO;
	buf_adds(&path, "/alternates");
	buf_addf(&line, "%sobjects\n", git_repository_commondir(source));
	return file_write_atomic(path.data, line.data, line.len, 0644, err);
}

static int open_ours(git_repository *source, const char *folder,
	git_repository **ret_repo, struct err *err)
{
	git_repository *made = NULL;
	int r;

	if (!file_exists(folder)) {
		if (git_repository_init(&made, folder, true))
			return say_git(err, "cannot make a repository for the revert");
		git_repository_free(made);
	}
	r = lend_objects(source, folder, err);
	if (r < 0)
		return r;
	if (git_repository_open_ext(
		    ret_repo, folder, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL))
		return say_git(err, "cannot open the repository for the revert");
	return 0;
}

static int look_up(
	git_repository *repo, const char *hex, git_commit **ret_commit, struct err *err)
{
	git_oid id;

	if (git_oid_fromstr(&id, hex) || git_commit_lookup(ret_commit, repo, &id))
		return say_git(err, "cannot read a commit");
	return 0;
}

/* The tree of onto without what culprit did. */
static int revert_tree(git_repository *repo, git_commit *culprit, git_commit *onto,
	git_tree **ret_tree, struct err *err)
{
	CLEANUP(cleanup_git_index) git_index *index = NULL;
	unsigned int mainline = git_commit_parentcount(culprit) > 1;
	git_oid id;

	if (!git_commit_parentcount(culprit))
		return err_set(err, -EEXIST, "it has no parent to go back to");
	if (git_revert_commit(&index, repo, culprit, onto, mainline, NULL))
		return say_git(err, "cannot revert");
	if (git_index_has_conflicts(index))
		return err_set(err, -EEXIST,
			"the revert does not apply on the bad end: later commits changed "
			"the same lines");
	if (git_index_write_tree_to(&id, index, repo) ||
		git_tree_lookup(ret_tree, repo, &id))
		return say_git(err, "cannot write the reverted tree");
	if (git_oid_equal(&id, git_commit_tree_id(onto)))
		return err_set(err, -EEXIST, "it is reverted in the bad end already");
	return 0;
}

static int write_commit(git_repository *repo, git_commit *culprit, git_commit *onto,
	git_tree *tree, git_oid *ret_id, struct err *err)
{
	const git_commit *parents[] = {onto};
	git_signature *who = NULL;
	CLEANUP_BUF struct buf message;
	int r;

	buf_init(&message, 64 * 1024);
	buf_addf(&message, "Revert \"%.1000s\"\n\nThis reverts commit %s.\n",
		git_commit_summary(culprit) ? git_commit_summary(culprit) : "",
		git_oid_tostr_s(git_commit_id(culprit)));
	/* a time of its own would make another commit each time */
	r = git_signature_new(&who, "tenfold-bisect", "tenfold-bisect@localhost",
		git_commit_time(onto), 0);
	if (!r)
		r = git_commit_create(ret_id, repo, NULL, who, who, NULL, message.data,
			tree, 1, parents);
	git_signature_free(who);
	return r ? say_git(err, "cannot write the reverted commit") : 0;
}

int revert_make(git_repository *source, const char *folder, const char *culprit,
	const char *onto, char ret_commit[IMAGE_COMMIT_TEXT], struct err *err)
{
	CLEANUP(cleanup_git_repository) git_repository *repo = NULL;
	CLEANUP(cleanup_git_commit) git_commit *from = NULL, *base = NULL;
	CLEANUP(cleanup_git_reference) git_reference *ref = NULL;
	CLEANUP(cleanup_git_tree) git_tree *tree = NULL;
	git_oid id;
	int r = open_ours(source, folder, &repo, err);

	if (!r)
		r = look_up(repo, culprit, &from, err);
	if (!r)
		r = look_up(repo, onto, &base, err);
	if (!r)
		r = revert_tree(repo, from, base, &tree, err);
	if (!r)
		r = write_commit(repo, from, base, tree, &id, err);
	if (r < 0)
		return r;
	/* a name keeps it from git's garbage collection */
	if (git_reference_create(&ref, repo, NAME, &id, true, NULL))
		return say_git(err, "cannot name the reverted commit");
	git_oid_tostr(ret_commit, IMAGE_COMMIT_TEXT, &id);
	return 0;
}

bool revert_is(const char *folder, const char *commit)
{
	CLEANUP(cleanup_git_repository) git_repository *repo = NULL;
	git_oid id, made;

	return file_exists(folder) && git_oid_fromstr(&id, commit) == 0 &&
	       git_repository_open_bare(&repo, folder) == 0 &&
	       git_reference_name_to_id(&made, repo, NAME) == 0 &&
	       git_oid_equal(&id, &made);
}
