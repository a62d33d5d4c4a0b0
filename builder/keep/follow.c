// SPDX-License-Identifier: GPL-2.0-or-later
#include "follow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "builder/git/refs.h"
#include "builder/git/repo.h"
#include "gather.h"
#include "links.h"

#define DIGITS (LINKS_COMMIT_TEXT - 1)

/* --- what a rewritten branch still has ------------------------------------------------
 */

struct branch {
	struct follow *follow;
	struct gather gather;
	const char *name;      /* in the store */
	struct buf component;  /* the same as a folder of branches/ */
	struct strvec commits; /* that it has, and that have an image; sorted */
	json_t *left;          /* commits of images built for it that it has not */
};

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int take_commit(void *ctx, const char *commit)
{
	struct branch *branch = ctx;
	struct retain_image *first;

	if (retain_find(&branch->gather.set, commit, &first))
		strvec_add(&branch->commits, commit);
	return strvec_check(&branch->commits);
}

static bool has_commit(const struct branch *branch, const char *commit)
{
	return branch->commits.n && bsearch(&commit, branch->commits.v, branch->commits.n,
					    sizeof(*branch->commits.v), compare);
}

/* By the first digits alone. */
static bool has_prefix(const struct branch *branch, const char *prefix)
{
	size_t from = 0, to = branch->commits.n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (strncmp(branch->commits.v[mid], prefix, DIGITS) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from < branch->commits.n &&
	       !strncmp(branch->commits.v[from], prefix, DIGITS);
}

static int read_branch(
	struct branch *branch, git_repository *repo, const char *tip, struct err *err)
{
	int r = gather_images(&branch->gather, err);

	if (!r && branch->gather.set.n)
		r = repo_each_commit(repo, tip, gather_since(&branch->gather),
			take_commit, branch, err);
	if (branch->commits.n)
		qsort(branch->commits.v, branch->commits.n, sizeof(*branch->commits.v),
			compare);
	return r;
}

/* --- links, and images that were left -------------------------------------------------
 */

static bool is_of(void *ctx, const struct link_name *link)
{
	const struct branch *branch = ctx;

	return !strcmp(link->branch, branch->component.data);
}

static bool is_left(void *ctx, const struct link_name *link)
{
	const struct branch *branch = ctx;

	return is_of(ctx, link) && !has_prefix(branch, link->commit);
}

static int list_left(void *ctx, const struct image_id *id)
{
	struct branch *branch = ctx;
	CLEANUP_IMAGE struct image image = {0};

	if (!has_commit(branch, id->commit) &&
		store_load(branch->follow->store, id, true, &image, NULL) == 0 &&
		!strcmp(image.branch, branch->name))
		json_array_append_new(branch->left, json_string(id->commit));
	return 0;
}

/* The tree whose branch has that name in the store. */
static const struct conf_tree *tree_of(const struct conf *conf, const char *name)
{
	for (size_t i = 1; i < conf->n_trees; i++) {
		size_t len = strlen(conf->trees[i].name);

		if (!strncmp(name, conf->trees[i].name, len) && name[len] == '/')
			return &conf->trees[i];
	}
	return &conf->trees[0];
}

static int open_repo(const struct conf *conf, const char *name, git_repository **ret_repo,
	struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	int r = refs_repo_path(conf, tree_of(conf, name), &path);

	return r ? r : repo_open(path.data, ret_repo, err);
}

/* left: the branch's list as it was, or NULL. Sets it anew if history was rewritten. */
static int follow_moved(struct branch *branch, const char *was, const char *tip,
	json_t *all_left, struct err *err)
{
	CLEANUP_REPO git_repository *repo = NULL;
	int r = open_repo(branch->follow->conf, branch->name, &repo, err);

	if (r < 0)
		return r;
	/* a merge may bring back what had been left */
	if (repo_descends(repo, tip, was) && !json_object_get(all_left, branch->name))
		return 0;
	branch->follow->rewritten += !repo_descends(repo, tip, was);
	r = read_branch(branch, repo, tip, err);
	if (!r)
		r = links_remove(branch->follow->store, is_left, branch, err);
	branch->left = json_array();
	if (!r)
		r = store_each(branch->follow->store, true, list_left, branch, err);
	if (!r && json_array_size(branch->left))
		json_object_set(all_left, branch->name, branch->left);
	else if (!r)
		json_object_del(all_left, branch->name);
	return r;
}

static int follow_branch(struct follow *follow, const char *name, const char *was,
	const char *tip, json_t *all_left, struct err *err)
{
	struct branch branch = {.follow = follow,
		.gather = {.conf = follow->conf, .store = follow->store},
		.name = name,
		.commits = STRVEC_INIT};
	int r;

	buf_init(&branch.component, STORE_PATH_MAX);
	image_branch_component(name, &branch.component);
	if (tip) {
		r = follow_moved(&branch, was, tip, all_left, err);
	} else {
		follow->removed++;
		r = links_remove(follow->store, is_of, &branch, err);
	}
	buf_release(&branch.component);
	strvec_release(&branch.commits);
	gather_release(&branch.gather);
	json_decref(branch.left);
	return r;
}

int follow_refs(void *ctx, const json_t *old, json_t *fresh, struct err *err)
{
	struct follow *follow = ctx;
	json_t *branches = json_object_get(old, "branches"), *value;
	json_t *now = json_object_get(fresh, "branches");
	const char *name;
	int r = 0;

	json_object_foreach(branches, name, value)
	{
		const char *was = json_string_value(value);
		const char *tip = json_string_value(json_object_get(now, name));

		if (r || !was || (tip && !strcmp(was, tip)))
			continue;
		r = follow_branch(
			follow, name, was, tip, json_object_get(fresh, "left"), err);
	}
	return r;
}
