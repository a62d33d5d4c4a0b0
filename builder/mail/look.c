// SPDX-License-Identifier: GPL-2.0-or-later
#include "look.h"

#include <errno.h>
#include <string.h>

#include "builder/git/refs.h"

#define ERRORS_MAX (64 * 1024)
#define ANSWERS_MAX 8 /* how far back it is asked who broke what */

static int take_tip(void *ctx, bool tag, const char *name, const char *commit)
{
	struct look *look = ctx;
	CLEANUP_BUF struct buf full = {0};

	if (tag)
		return 0;
	buf_init(&full, 4096);
	refs_name(look->b->conf, look->tree, name, &full);
	if (!strcmp(full.data, look->now->branch))
		snprintf(look->tip, sizeof(look->tip), "%s", commit);
	return 0;
}

static const struct conf_tree *find_tree(const struct look *look, const char *name)
{
	for (size_t i = 0; i < look->b->conf->n_trees; i++)
		if (!strcmp(look->b->conf->trees[i].name, name))
			return &look->b->conf->trees[i];
	return NULL;
}

int look_open_tree(struct look *look, struct breakage *now, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	int r;

	look->now = now;
	look->tip[0] = '\0';
	look->tree = find_tree(look, now->tree);
	if (!look->tree)
		return -ENOENT;
	git_repository_free(look->repo);
	look->repo = NULL;
	r = refs_repo_path(look->b->conf, look->tree, &path);
	if (!r)
		r = repo_open(path.data, &look->repo, err);
	return r ? r : repo_each_ref(look->repo, take_tip, look, err);
}

static bool same_target(const struct image_id *a, const struct image_id *b)
{
	return !strcmp(a->arch, b->arch) && !strcmp(a->config, b->config);
}

static struct image_id with_commit(const struct image_id *id, const char *commit)
{
	struct image_id other = *id;

	snprintf(other.commit, sizeof(other.commit), "%s", commit);
	return other;
}

bool look_find_mended(const struct look *look, struct image_id *ret_id)
{
	const struct image_id *id = &look->now->id;
	struct image_id tip = with_commit(id, look->tip);
	bool made = look->made && same_target(look->made, id) &&
		    store_has(look->b->store, look->made, true) &&
		    repo_descends(look->repo, look->tip, look->made->commit) &&
		    repo_descends(look->repo, look->made->commit, id->commit);

	*ret_id = made ? *look->made : tip;
	return made || (store_has(look->b->store, &tip, true) &&
			       repo_descends(look->repo, tip.commit, id->commit));
}

/* What broke the other one may be what breaks this one: a parent that has it in its past
 * is not known to build. */
static bool may_inherit(
	const struct look *look, const struct commit *commit, const char *other)
{
	for (size_t i = 0; i < commit->parents.n; i++) {
		const char *parent = commit->parents.v[i];
		const struct image_id id = with_commit(&look->now->id, parent);

		if (!store_has(look->b->store, &id, true) &&
			repo_descends(look->repo, parent, other))
			return true;
	}
	return false;
}

/* In doubt they do. */
static bool share_an_error(const char *errors, const char *other)
{
	CLEANUP_BUF struct buf common = {0};

	buf_init(&common, ERRORS_MAX);
	breakage_common(errors, other, &common);
	return !*errors || !*other || common.len;
}

static bool shows_one(
	const struct look *look, const struct image_id *id, const char *errors)
{
	CLEANUP_IMAGE struct image image = {0};

	return store_load(look->b->store, id, false, &image, NULL) < 0 ||
	       share_an_error(errors, image.error);
}

/* Another one on the same line of history. */
static bool is_told(
	const struct look *look, const struct commit *commit, const char *errors)
{
	const struct breakage *now = look->now;

	for (size_t i = 0; i < look->list.n; i++) {
		const struct breakage *other = &look->list.v[i];

		if (other == now ||
			(other->state != BREAKAGE_TOLD &&
				other->state != BREAKAGE_KEPT) ||
			!same_target(&other->id, &now->id) ||
			strcmp(other->branch, now->branch) ||
			!shows_one(look, &other->id, errors))
			continue;
		if (repo_descends(look->repo, other->id.commit, now->id.commit) ||
			may_inherit(look, commit, other->id.commit))
			return true;
	}
	return false;
}

static bool is_answered(const struct look *look, const char *parent, const char *errors,
	unsigned int depth);

static bool is_inherited(const struct look *look, const struct image *image,
	const char *errors, unsigned int depth)
{
	for (size_t i = 0; i < image->n_parents; i++)
		if (is_answered(look, image->parents[i], errors, depth))
			return true;
	return false;
}

/* Whether people hear of one of the errors through this parent. All that it shows may be
 * among them: then they do, whoever it is that has it from whom. Else it may have broken
 * something while it showed an older failure, and nobody hears of that. In doubt they do.
 */
static bool is_answered(const struct look *look, const char *parent, const char *errors,
	unsigned int depth)
{
	const struct image_id id = with_commit(&look->now->id, parent);
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_BUF struct buf common = {0};

	if (store_has(look->b->store, &id, true) ||
		store_load(look->b->store, &id, false, &image, NULL) < 0 ||
		!share_an_error(errors, image.error))
		return false;
	buf_init(&common, ERRORS_MAX);
	if (depth == ANSWERS_MAX || !breakage_common(image.error, errors, &common))
		return true;
	return !is_inherited(look, &image, image.error, depth + 1) ||
	       is_inherited(look, &image, common.data, depth + 1);
}

/* A parent that failed with nobody to be told is taken down now: it may be the one. */
static int add_parent(struct look *look, const char *commit, struct breakage_facts *facts,
	struct err *err)
{
	const struct image_id id = with_commit(&look->now->id, commit);
	const struct breakages *b = look->b;
	int r;

	if (store_has(b->store, &id, true))
		return 0;
	if (!store_has(b->store, &id, false)) {
		facts->parents_awaited += b->awaited && b->awaited(b->ctx, &id);
		return 0;
	}
	if (breakage_list_has(&look->list, &id))
		return 0;
	r = breakages_note(b->conf->state, &id, look->now->tree, look->now->branch, err);
	look->again = look->again || !r;
	return r;
}

int look_find_facts(struct look *look, struct breakage_facts *ret_facts, struct err *err)
{
	CLEANUP_COMMIT struct commit commit = {0};
	CLEANUP_IMAGE struct image image = {0};
	struct image_id mended;
	struct breakage_facts facts = {
		.on_branch = look->tip[0] &&
			     repo_descends(look->repo, look->tip, look->now->id.commit)};
	int r = store_load(look->b->store, &look->now->id, false, &image, err);

	if (facts.on_branch && !r)
		r = repo_commit(look->repo, look->now->id.commit, &commit, err);
	if (facts.on_branch && !r) {
		facts.told = is_told(look, &commit, image.error);
		facts.inherited = is_inherited(look, &image, image.error, 0);
		facts.mended = look_find_mended(look, &mended);
	}
	for (size_t i = 0; !r && i < commit.parents.n; i++)
		r = add_parent(look, commit.parents.v[i], &facts, err);
	*ret_facts = facts;
	return r;
}
