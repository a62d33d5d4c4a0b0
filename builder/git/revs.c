// SPDX-License-Identifier: GPL-2.0-or-later
#include "revs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "refs.h"
#include "repo.h"

/* "A..B"; false if there are no dots. */
static bool split_range(const char *word, char **ret_from, char **ret_to)
{
	const char *dots = strstr(word, "..");

	if (!dots)
		return false;
	*ret_from = strndup(word, dots - word);
	*ret_to = strdup(dots + 2);
	return *ret_from && *ret_to;
}

static int resolve_range(git_repository *repo, const char *from, const char *to,
	struct strvec *ret_commits, struct err *err)
{
	char from_name[IMAGE_COMMIT_TEXT], to_name[IMAGE_COMMIT_TEXT];
	const char *from_list[] = {to_name}, *hide_list[] = {from_name};
	struct repo_walk walk = {.from = from_list,
		.n_from = 1,
		.hide = hide_list,
		.n_hide = 1,
		.oldest_first = true};
	int r = repo_resolve(repo, *from ? from : "HEAD", from_name, err);

	if (!r)
		r = repo_resolve(repo, *to ? to : "HEAD", to_name, err);
	if (!r)
		r = repo_walk(repo, &walk, ret_commits, err);
	if (!r && !ret_commits->n)
		r = err_set(err, -ENOENT, "there are no commits in '%.100s..%.100s'",
			from, to);
	return r;
}

static int resolve(git_repository *repo, const char *word, struct strvec *ret_commits,
	struct err *err)
{
	CLEANUP_FREE char *from = NULL, *to = NULL;
	char name[IMAGE_COMMIT_TEXT];
	int r;

	if (split_range(word, &from, &to)) {
		if (*to == '.')
			return err_set(err, -EINVAL,
				"'%.200s': a range is A..B, with two dots", word);
		return resolve_range(repo, from, to, ret_commits, err);
	}
	r = repo_resolve(repo, word, name, err);
	if (!r)
		strvec_add(ret_commits, name);
	return r ? r : strvec_check(ret_commits);
}

static int look_in_tree(struct builder *b, const struct conf_tree *tree, const char *word,
	struct strvec *ret_commits, struct err *err)
{
	CLEANUP_REPO git_repository *repo = NULL;
	CLEANUP_BUF struct buf path = {0};
	int r = refs_repo_path(&b->conf, tree, &path);

	if (!r)
		r = repo_open(path.data, &repo, err);
	return r ? r : resolve(repo, word, ret_commits, err);
}

/* In the mirror as it is, and only if that lacks it, after a fetch. */
static int look_twice(struct builder *b, const struct conf_tree *tree, const char *word,
	struct strvec *ret_commits, struct err *err)
{
	int r = look_in_tree(b, tree, word, ret_commits, err);

	if (r != -ENOENT || tree->in_place)
		return r;
	r = builder_fetch_tree(b, tree, err);
	return r ? r : look_in_tree(b, tree, word, ret_commits, err);
}

static int find_commits(
	struct builder *b, const char *word, struct revs *revs, struct err *err)
{
	const struct conf *conf = &b->conf;
	int r = err_set(err, -ENOENT,
		"no tree: say --repo PATH or add a [tree NAME] to builder.conf");

	for (size_t i = 0; i < conf->n_trees; i++) {
		if (conf->tree && strcmp(conf->tree, conf->trees[i].name))
			continue;
		revs->tree = &conf->trees[i];
		revs->in_conf = !conf->repo;
		r = look_twice(b, revs->tree, word, &revs->commits, err);
		if (r != -ENOENT)
			return r;
	}
	if (conf->tree && !revs->tree)
		return err_set(err, -ENOENT, "there is no tree '%s'", conf->tree);
	return r;
}

/* True if the tree has that commit: what grew on it is built fastest beside it. */
static bool has_commit(struct builder *b, const struct conf_tree *tree, const char *name)
{
	CLEANUP_STRVEC struct strvec commits = STRVEC_INIT;

	return look_in_tree(b, tree, name, &commits, NULL) == 0;
}

static const struct conf_tree *tree_of_parents(
	struct builder *b, git_repository *repo, const char *name)
{
	const struct conf *conf = &b->conf;
	CLEANUP_COMMIT struct commit commit = {0};
	const struct conf_tree *found = NULL;

	if (repo_commit(repo, name, &commit, NULL) < 0)
		return NULL;
	for (size_t i = 0; !found && i < conf->n_trees; i++) {
		const struct conf_tree *tree = &conf->trees[i];

		if (conf->tree ? !strcmp(conf->tree, tree->name)
			       : commit.parents.n &&
					 has_commit(b, tree, commit.parents.v[0]))
			found = tree;
	}
	return found;
}

/* --from: a repository that no tree is about, with commits that grew on one of a tree. */
static int find_borrowed(
	struct builder *b, const char *word, struct revs *revs, struct err *err)
{
	CLEANUP_FREE char *path = realpath(b->conf.from, NULL);
	CLEANUP_REPO git_repository *repo = NULL;
	const struct conf_tree *tree;
	int r;

	if (!path)
		return err_set(err, -ENOENT, "there is no repository '%s'", b->conf.from);
	r = repo_open(path, &repo, err);
	if (!r)
		r = resolve(repo, word, &revs->commits, err);
	if (r < 0)
		return r;
	tree = tree_of_parents(b, repo, revs->commits.v[0]);
	if (!tree)
		return err_set(err, -ENOENT,
			"no tree has the parent of '%.100s': say --tree NAME", word);
	revs->borrowed = malloc(sizeof(*revs->borrowed));
	if (!revs->borrowed)
		return err_set(err, -ENOMEM, "out of memory");
	*revs->borrowed = (struct conf_tree){
		.name = tree->name, .remote = TAKE_PTR(path), .in_place = true};
	revs->tree = revs->borrowed;
	return 0;
}

int revs_find(struct builder *b, const char *command, const struct strvec *words,
	struct revs *ret_revs, struct err *err)
{
	struct revs revs = {0};
	int r;

	if (words->n != 1)
		return err_set(err, -EINVAL, "%s wants one REV or RANGE, and got %zu",
			command, words->n);
	revs.range = strstr(words->v[0], "..") != NULL;
	r = b->conf.from ? find_borrowed(b, words->v[0], &revs, err)
			 : find_commits(b, words->v[0], &revs, err);
	if (r < 0) {
		revs_release(&revs);
		return r;
	}
	*ret_revs = revs;
	return 0;
}

void revs_release(struct revs *revs)
{
	strvec_release(&revs->commits);
	if (revs->borrowed)
		free(revs->borrowed->remote);
	free(revs->borrowed);
	*revs = (struct revs){0};
}
