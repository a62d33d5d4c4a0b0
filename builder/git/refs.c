// SPDX-License-Identifier: GPL-2.0-or-later
#include "refs.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/file.h>

#include "lib/file.h"
#include "lib/image.h"
#include "repo.h"

#define REFS_MAX (64 * 1024 * 1024)

struct collect {
	const struct conf *conf;
	const struct conf_tree *tree;
	json_t *branches, *tags;
};

int refs_repo_path(const struct conf *conf, const struct conf_tree *tree, struct buf *b)
{
	buf_init(b, 4096);
	if (tree->in_place)
		buf_adds(b, tree->remote);
	else
		buf_addf(b, "%s/trees/%s.git", conf->state, tree->name);
	return buf_check(b);
}

void refs_name(const struct conf *conf, const struct conf_tree *tree, const char *name,
	struct buf *b)
{
	if (*name && tree != &conf->trees[0])
		buf_addf(b, "%s/", tree->name);
	buf_adds(b, name);
}

static int take_ref(void *ctx, bool tag, const char *name, const char *commit)
{
	struct collect *collect = ctx;
	const struct strvec *patterns =
		tag ? &collect->tree->tags : &collect->tree->branches;
	CLEANUP_BUF struct buf full = {0};

	if (!conf_matches(patterns, name))
		return 0;
	buf_init(&full, 4096);
	refs_name(collect->conf, collect->tree, name, &full);
	/* a name that is no UTF-8 cannot stand in JSON: it stays nameless */
	if (!buf_check(&full))
		json_object_set_new(tag ? collect->tags : collect->branches, full.data,
			json_string(commit));
	return 0;
}

static int collect_tree(struct collect *collect, struct err *err)
{
	CLEANUP_REPO git_repository *repo = NULL;
	CLEANUP_BUF struct buf path = {0};
	int r = refs_repo_path(collect->conf, collect->tree, &path);

	if (r < 0 || (!collect->tree->in_place && !file_exists(path.data)))
		return r;
	r = repo_open(path.data, &repo, err);
	return r < 0 ? r : repo_each_ref(repo, take_ref, collect, err);
}

/* What was left by branches that are still there. */
static json_t *carry_left(const json_t *old, const json_t *branches)
{
	json_t *left = json_object(), *value;
	const char *name;

	json_object_foreach(json_object_get(old, "left"), name, value)
	{
		if (json_object_get(branches, name))
			json_object_set(left, name, value);
	}
	return left;
}

static int write_refs(
	const char *path, const json_t *all, const char *was, struct err *err)
{
	CLEANUP_FREE char *text = json_dumps(all, JSON_INDENT(2) | JSON_SORT_KEYS);

	if (!text)
		return err_set(err, -ENOMEM, "out of memory");
	return strcmp(was, text) ? file_write_atomic(path, text, strlen(text), 0644, err)
				 : 0;
}

/* Watching or not: who reads refs.json to say what has changed writes it before another
 * reads it. */
static int lock_store(const struct conf *conf, int *ret_fd, struct err *err)
{
	CLEANUP_FD int fd = open(conf->store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return err_errno(err, -errno, "cannot lock '%s'", conf->store);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int refs_publish(const struct conf *conf,
	int (*see)(void *ctx, const json_t *old, json_t *fresh, struct err *err),
	void *ctx, struct err *err)
{
	CLEANUP_JSON json_t *all = json_object(), *old = NULL;
	struct collect collect = {
		.conf = conf, .branches = json_object(), .tags = json_object()};
	CLEANUP_BUF struct buf path = {0}, was = {0};
	CLEANUP_FD int lock = -1;
	int r = lock_store(conf, &lock, err);

	json_object_set_new(all, "branches", collect.branches);
	json_object_set_new(all, "tags", collect.tags);
	for (size_t i = 0; !r && i < conf->n_trees; i++) {
		collect.tree = &conf->trees[i];
		r = collect_tree(&collect, err);
	}
	if (r < 0)
		return r;
	buf_init(&path, 4096);
	buf_addf(&path, "%s/refs.json", conf->store);
	buf_init(&was, REFS_MAX);
	if (buf_check(&path))
		return buf_check(&path);
	if (file_exists(path.data))
		file_read(path.data, &was, NULL);
	old = json_loads(was.data, 0, NULL);
	json_object_set_new(all, "left", carry_left(old, collect.branches));
	if (see && old)
		r = see(ctx, old, all, err);
	return r < 0 ? r : write_refs(path.data, all, was.data, err);
}
