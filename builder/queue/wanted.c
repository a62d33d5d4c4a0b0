// SPDX-License-Identifier: GPL-2.0-or-later
#include "wanted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "builder/git/refs.h"
#include "builder/git/repo.h"
#include "builder/keep/gone.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "wish.h"

#define BASE_MAX (4 * 1024 * 1024)

struct branches {
	const struct conf_tree *tree;
	struct strvec names, tips; /* of the same length */
};

/* The tree that is being looked at. */
struct look {
	struct builder *b;
	const struct conf_tree *tree;
	struct queue *queue;
	struct branches branches;
	enum want_class class; /* of what is being added */
	const char *commit;    /* being added */
	size_t place;
};

static int take_branch(void *ctx, bool tag, const char *name, const char *commit)
{
	struct branches *branches = ctx;

	if (tag || !conf_matches(&branches->tree->branches, name))
		return 0;
	strvec_add(&branches->names, name);
	strvec_add(&branches->tips, commit);
	return strvec_check(&branches->names) | strvec_check(&branches->tips);
}

static int base_path(const struct conf *conf, const struct conf_tree *tree, struct buf *b)
{
	buf_init(b, 4096);
	buf_addf(b, "%s/trees/%s.base", conf->state, tree->name);
	return buf_check(b);
}

/* "BRANCH COMMIT" lines; at first sight the branches as they are now. */
static int read_base(
	struct look *look, bool keep, struct branches *ret_base, struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, text = {0};
	int r = base_path(&look->b->conf, look->tree, &path);

	buf_init(&text, BASE_MAX);
	if (r < 0)
		return r;
	if (file_exists(path.data)) {
		r = file_read(path.data, &text, err);
	} else {
		for (size_t i = 0; i < look->branches.names.n; i++)
			buf_addf(&text, "%s %s\n", look->branches.names.v[i],
				look->branches.tips.v[i]);
		r = buf_check(&text);
		if (!r && keep && text.len)
			r = file_write_atomic(path.data, text.data, text.len, 0644, err);
	}
	for (char *line = text.data, *next; !r && *line; line = next) {
		char *blank = strchr(line, ' ');

		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (!blank || !image_commit_valid(blank + 1))
			continue;
		*blank = '\0';
		strvec_add(&ret_base->names, line);
		strvec_add(&ret_base->tips, blank + 1);
	}
	return r;
}

static const char *tip_name(const struct look *look, const char *commit)
{
	for (size_t i = 0; i < look->branches.tips.n; i++)
		if (!strcmp(look->branches.tips.v[i], commit))
			return look->branches.names.v[i];
	return NULL;
}

static int add_target(void *ctx, const struct conf_config *config, const char *arch)
{
	struct look *look = ctx;
	const char *branch = tip_name(look, look->commit);
	struct want want = {.tree = look->tree,
		.config = config,
		.class = branch ? WANT_NEW : look->class,
		.watched = true,
		.tip = branch != NULL,
		.place = look->place};
	CLEANUP_BUF struct buf name = {0};

	snprintf(want.id.arch, sizeof(want.id.arch), "%s", arch);
	snprintf(want.id.config, sizeof(want.id.config), "%s", config->name);
	snprintf(want.id.commit, sizeof(want.id.commit), "%s", look->commit);
	if (store_has(&look->b->store, &want.id, true) ||
		store_has(&look->b->store, &want.id, false))
		return 0;
	/* what was removed by rule comes back as a branch's tip or by a wish alone */
	if (!branch && gone_was(&look->b->store, &want.id))
		return 0;
	buf_init(&name, 4096);
	if (branch) {
		refs_name(&look->b->conf, look->tree, branch, &name);
		want.branch = buf_take(&name);
	}
	return queue_add(look->queue, &want);
}

static int add_commits(struct look *look, const struct strvec *commits)
{
	int r = 0;

	for (size_t i = 0; !r && i < commits->n; i++, look->place++) {
		look->commit = commits->v[i];
		r = builder_each_target(look->b, add_target, look);
	}
	return r;
}

/* What a walk from the tip of a branch comes by. */
static int add_walk(struct look *look, git_repository *repo, struct repo_walk walk,
	const char *tip, struct err *err)
{
	CLEANUP_STRVEC struct strvec commits = STRVEC_INIT;
	const char *from[] = {tip};
	int r;

	walk.from = from;
	walk.n_from = 1;
	r = repo_walk(repo, &walk, &commits, err);
	return r < 0 ? r : add_commits(look, &commits);
}

static bool has(const struct strvec *commits, const char *commit)
{
	for (size_t i = 0; i < commits->n; i++)
		if (!strcmp(commits->v[i], commit))
			return true;
	return false;
}

/* All that the branches have got since they were first seen, branch by branch: one's
 * commits are not built between another's. */
static int add_new(struct look *look, git_repository *repo, const struct branches *base,
	struct err *err)
{
	struct repo_walk walk = {.hide = (const char *const *)base->tips.v,
		.n_hide = base->tips.n,
		.limit = look->b->conf.limit};
	int r = 0;

	look->class = WANT_NEW;
	for (size_t i = 0; !r && i < look->branches.tips.n; i++) {
		const char *tip = look->branches.tips.v[i];

		if (!has(&base->tips, tip))
			r = add_walk(look, repo, walk, tip, err);
	}
	return r;
}

/* What the branches had when they were first seen: their tips, and as much of their
 * history as was asked for. */
static int add_history(struct look *look, git_repository *repo,
	const struct branches *base, struct err *err)
{
	const struct conf_tree *tree = look->tree;
	struct repo_walk walk = {.limit = tree->depth};
	int r = 0;

	if (tree->since && *tree->since) {
		clock_parse_iso(tree->since, &walk.since);
		walk.limit = tree->depth > 1 ? tree->depth : look->b->conf.limit;
	}
	look->class = WANT_BACKFILL;
	for (size_t i = 0; !r && i < base->names.n; i++) {
		const char *tip = base->tips.v[i];
		char name[IMAGE_COMMIT_TEXT];

		/* a commit that a forced push took away is nobody's wish any more */
		if (repo_resolve(repo, tip, name, NULL) == 0)
			r = add_walk(look, repo, walk, tip, err);
	}
	return r;
}

static int look_at_tree(struct look *look, bool keep, struct err *err)
{
	CLEANUP_REPO git_repository *repo = NULL;
	CLEANUP_BUF struct buf path = {0};
	struct branches base = {0};
	int r = refs_repo_path(&look->b->conf, look->tree, &path);

	if (!r && !look->tree->in_place && !file_exists(path.data))
		return 0; /* not fetched yet */
	if (!r)
		r = repo_open(path.data, &repo, err);
	if (!r)
		r = repo_each_ref(repo, take_branch, &look->branches, err);
	if (!r)
		r = read_base(look, keep, &base, err);
	if (!r)
		r = add_new(look, repo, &base, err);
	if (!r)
		r = add_history(look, repo, &base, err);
	strvec_release(&base.names);
	strvec_release(&base.tips);
	return r;
}

static const struct conf_tree *tree_named(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_trees; i++)
		if (!strcmp(conf->trees[i].name, name))
			return &conf->trees[i];
	return NULL;
}

struct config_search {
	const struct image_id *id;
	const struct conf_config *found;
};

static int match_config(void *ctx, const struct conf_config *config, const char *arch)
{
	struct config_search *search = ctx;

	if (!strcmp(config->name, search->id->config) && !strcmp(arch, search->id->arch))
		search->found = config;
	return search->found != NULL;
}

static int add_wish(
	struct builder *b, bool keep, struct queue *queue, const struct wish *wish)
{
	struct config_search search = {.id = &wish->id};
	struct want want = {.tree = tree_named(&b->conf, wish->tree),
		.id = wish->id,
		.class = wish->range ? WANT_BACKFILL : WANT_WISH,
		.asked = true,
		.retry = wish->retry,
		.when = wish->when};

	builder_each_target(b, match_config, &search);
	want.config = search.found;
	if ((!want.tree || !want.config) && !keep)
		return 0;
	if (!want.tree || !want.config)
		return wish_done(b->conf.state, wish->tree, &wish->id,
			"the builder that watches has no such tree or config", NULL);
	return queue_add(queue, &want);
}

static int add_wishes(struct builder *b, bool keep, struct queue *queue, struct err *err)
{
	CLEANUP_FREE struct wish *wishes = NULL;
	size_t n = 0;
	int r = wish_list(b->conf.state, keep, &wishes, &n, err);

	for (size_t i = 0; !r && i < n; i++)
		r = add_wish(b, keep, queue, &wishes[i]);
	return r;
}

int wanted_collect(struct builder *b, bool keep, struct queue *queue, struct err *err)
{
	int r = add_wishes(b, keep, queue, err);

	for (size_t i = 0; !r && i < b->conf.n_trees; i++) {
		struct look look = {.b = b, .tree = &b->conf.trees[i], .queue = queue};
		struct err why = ERR_INIT;

		look.branches.tree = look.tree;
		r = look_at_tree(&look, keep, &why);
		strvec_release(&look.branches.names);
		strvec_release(&look.branches.tips);
		if (r < 0 && r != -ENOMEM) {
			if (err && !err->text[0])
				err_set(err, r, "tree '%s': %s", look.tree->name,
					why.text);
			r = 0;
		}
	}
	queue_sort(queue);
	return r;
}
