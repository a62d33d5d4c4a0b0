/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel tree's git repository, by libgit2: a local one read in place, or our own bare
 * mirror of a remote. Commits and trees are named by 40 hex digits.
 */
#ifndef TENFOLD_BUILDER_REPO_H
#define TENFOLD_BUILDER_REPO_H

#include <git2.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/image.h"
#include "lib/strvec.h"

struct commit {
	char name[IMAGE_COMMIT_TEXT];
	char tree[IMAGE_COMMIT_TEXT];
	struct strvec parents;
	char *subject, *author_name, *author_email; /* owned; 1000 bytes at most */
	int64_t author_time, time;                  /* seconds since 1970; committer's */
};

void commit_release(struct commit *commit);
#define CLEANUP_COMMIT CLEANUP(commit_release)

DEFINE_CLEANUP(git_repository, git_repository *, git_repository_free)
#define CLEANUP_REPO CLEANUP(cleanup_git_repository)

/* Once, before any other call. */
int repo_library_init(struct err *err);

/* An existing repository, bare or not. -ENOENT with a sentence. */
int repo_open(const char *path, git_repository **ret_repo, struct err *err);

/* Makes the bare mirror at path if it is not there, and brings it up to date: all
 * branches and tags, removed ones removed. */
int repo_fetch(const char *path, const char *url, struct err *err);

/* Any of git's spellings (gitrevisions(7)) of a commit. -ENOENT with a sentence. */
int repo_resolve(git_repository *repo, const char *rev, char ret_name[IMAGE_COMMIT_TEXT],
	struct err *err);

int repo_commit(git_repository *repo, const char *name, struct commit *ret_commit,
	struct err *err);

/* The commits reachable from `from`, not from any of `hide` (those that are not there
 * are passed over); none older than `since` (seconds; 0: any), at most limit (0: all).
 * Children before parents, lines of history one after the other (git's --topo-order);
 * with oldest_first (not with a limit alone) the other way. A limit alone, without
 * `hide`, goes by date, and ends behind many that are older than `since`. */
struct repo_walk {
	const char *const *from;
	size_t n_from;
	const char *const *hide;
	size_t n_hide;
	int64_t since;
	size_t limit;
	bool oldest_first;
};
int repo_walk(git_repository *repo, const struct repo_walk *walk,
	struct strvec *ret_names, struct err *err);

/* Calls each() for the commits reachable from tip that are not older than `since`
 * (seconds), newest first, until it returns other than 0, which is returned, or many in a
 * row are older. */
int repo_each_commit(git_repository *repo, const char *tip, int64_t since,
	int (*each)(void *ctx, const char *name), void *ctx, struct err *err);

/* Calls each() for every branch (its tip) and tag (the commit it stands for). */
int repo_each_ref(git_repository *repo,
	int (*each)(void *ctx, bool tag, const char *name, const char *commit), void *ctx,
	struct err *err);

/* The branch that a commit is on: the checked-out one if it has it, else the first
 * by name that does; "" if none does. */
int repo_branch_of(
	git_repository *repo, const char *name, char **ret_branch, struct err *err);

/* True if `name` has `past` in its history, or is it. */
bool repo_descends(git_repository *repo, const char *name, const char *past);

/* Steps from the root along first parents: a number that grows with history. */
int repo_depth(
	git_repository *repo, const char *name, unsigned int *ret_depth, struct err *err);

/* err from libgit2's own last message. */
int repo_error(struct err *err, int code, const char *what);

#endif
