// SPDX-License-Identifier: GPL-2.0-or-later
#include "gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "builder/git/refs.h"
#include "builder/git/repo.h"
#include "lib/clock.h"

/* Clocks of committers go wrong: a walk down a branch ends so much before the commit of
 * the oldest image. */
#define SLACK (30 * 86400)

void gather_release(struct gather *gather)
{
	retain_release(&gather->set);
}

/* --- the images -----------------------------------------------------------------------
 */

static uint64_t own_bytes(const struct store *store, const struct image *image)
{
	uint64_t bytes = 0;

	if (!*image->same_as && store_is_hot(store, image))
		for (size_t i = 0; i < image->n_files; i++)
			bytes += image->files[i].size;
	return bytes;
}

/* One that cannot be read is not judged, and stays. */
static int take_image(void *ctx, const struct image_id *id)
{
	struct gather *gather = ctx;
	struct retain_image one = {.id = *id, .of = *id};
	CLEANUP_IMAGE struct image image = {0};
	int64_t seconds;

	if (store_load(gather->store, id, true, &image, NULL) < 0 ||
		clock_parse_iso(image.published, &seconds) < 0 ||
		(*image.same_as && image_id_parse(image.same_as, &one.of, NULL) < 0))
		return 0;
	one.published = (double)seconds;
	one.touched = store_image_time(gather->store, id);
	one.bytes = own_bytes(gather->store, &image);
	if (clock_parse_iso(image.date, &seconds) == 0 && seconds < gather->oldest)
		gather->oldest = seconds;
	return retain_add(&gather->set, &one);
}

int gather_images(struct gather *gather, struct err *err)
{
	int r;

	gather->oldest = INT64_MAX;
	r = store_each(gather->store, true, take_image, gather, err);
	if (r == -ENOMEM)
		return err_set(err, r, "out of memory");
	retain_sort(&gather->set);
	return r;
}

int64_t gather_since(const struct gather *gather)
{
	return gather->oldest - SLACK;
}

/* --- who speaks for them --------------------------------------------------------------
 */

/* For whom somebody speaks: only: of one arch and config; NULL: of all. */
struct voice {
	struct gather *gather;
	enum retain_why why;
	const char *by;
	const struct image_id *only;
};

static void speak(const struct voice *voice, const char *commit)
{
	struct retain_image *first;
	size_t n = retain_find(&voice->gather->set, commit, &first);

	for (size_t i = 0; i < n; i++)
		if (!voice->only ||
			(!strcmp(first[i].id.arch, voice->only->arch) &&
				!strcmp(first[i].id.config, voice->only->config)))
			retain_speak(&first[i], voice->why, voice->by);
}

static int open_tree(const struct gather *gather, const struct conf_tree *tree,
	git_repository **ret_repo, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	int r = refs_repo_path(gather->conf, tree, &path);

	if (!r)
		r = repo_open(path.data, ret_repo, err);
	return r < 0 ? err_prefix(err, r, "tree '%s'", tree->name) : 0;
}

/* FROM..TO, with both ends, as one tree has it. -ENOENT: it has not. */
static int speak_for_range(const struct voice *voice, git_repository *repo,
	const char *from, const char *to, struct err *err)
{
	char from_name[IMAGE_COMMIT_TEXT], to_name[IMAGE_COMMIT_TEXT];
	const char *from_list[] = {to_name}, *hide_list[] = {from_name};
	struct repo_walk walk = {
		.from = from_list, .n_from = 1, .hide = hide_list, .n_hide = 1};
	CLEANUP_STRVEC struct strvec commits = STRVEC_INIT;
	int r = repo_resolve(repo, from, from_name, err);

	if (!r)
		r = repo_resolve(repo, to, to_name, err);
	if (!r)
		r = repo_walk(repo, &walk, &commits, err);
	if (r < 0)
		return r;
	speak(voice, from_name);
	speak(voice, to_name);
	for (size_t i = 0; i < commits.n; i++)
		speak(voice, commits.v[i]);
	return 0;
}

static int speak_for_revision(const struct voice *voice, git_repository *repo,
	const char *word, struct err *err)
{
	const char *dots = strstr(word, "..");
	CLEANUP_FREE char *from = dots ? strndup(word, dots - word) : NULL;
	char name[IMAGE_COMMIT_TEXT];
	int r;

	if (dots)
		return from ? speak_for_range(voice, repo, from, dots + 2, err) : -ENOMEM;
	r = repo_resolve(repo, word, name, err);
	if (!r)
		speak(voice, name);
	return r;
}

/* A revision or a range, in all trees that have it. -ENOENT if none has. */
static int speak_in_trees(const struct voice *voice, const char *word, struct err *err)
{
	const struct conf *conf = voice->gather->conf;
	bool found = false;

	for (size_t i = 0; i < conf->n_trees; i++) {
		CLEANUP_REPO git_repository *repo = NULL;
		int r = open_tree(voice->gather, &conf->trees[i], &repo, err);

		if (!r)
			r = speak_for_revision(voice, repo, word, NULL);
		if (r < 0 && (!repo || (r != -ENOENT && r != -EINVAL)))
			return r;
		found |= !r;
	}
	return found ? 0 : err_set(err, -ENOENT, "no tree has '%.200s'", word);
}

/* --- the server -----------------------------------------------------------------------
 */

static void speak_for_target(const struct voice *voice)
{
	struct retain_set *set = &voice->gather->set;

	for (size_t i = 0; i < set->n; i++)
		speak(voice, set->v[i].id.commit);
}

/* ARCH/CONFIG/GOOD40..BAD40; what cannot be understood is nothing of ours. */
static int speak_for_held(struct gather *gather, const char *line, struct err *err)
{
	const char *slash = strrchr(line, '/'), *dots = strstr(line, "..");
	CLEANUP_FREE char *first = dots ? strndup(line, dots - line) : NULL;
	struct image_id id;
	struct voice voice = {gather, RETAIN_USED, "a bisection", &id};
	int r;

	if (!dots || !slash || slash > dots || image_id_parse(first, &id, NULL) < 0 ||
		!image_commit_valid(dots + 2))
		return 0;
	r = speak_in_trees(&voice, slash + 1, err);
	if (r != -ENOENT)
		return r;
	speak_for_target(&voice);
	return 0;
}

int gather_used(struct gather *gather, const struct strvec *lines, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < lines->n; i++) {
		struct image_id id;
		struct retain_image *image;

		if (image_id_parse(lines->v[i], &id, NULL) < 0) {
			r = speak_for_held(gather, lines->v[i], err);
			continue;
		}
		image = retain_find_id(&gather->set, &id);
		if (image)
			retain_speak(image, RETAIN_USED, "a host, a boot or a bisection");
	}
	return r;
}

/* --- the owner ------------------------------------------------------------------------
 */

int gather_pinned(struct gather *gather, struct err *err)
{
	const struct strvec *keep = &gather->conf->keep;
	int r = 0;

	for (size_t i = 0; !r && i < keep->n; i++) {
		struct voice voice = {gather, RETAIN_PINNED, keep->v[i], NULL};

		/* a commit that was built from elsewhere is in no tree */
		if (image_commit_valid(keep->v[i]))
			speak(&voice, keep->v[i]);
		else
			r = speak_in_trees(&voice, keep->v[i], err);
	}
	return r < 0 ? err_prefix(err, r, "'keep' in builder.conf") : 0;
}

/* --- tags and branches ----------------------------------------------------------------
 */

/* How many images of one arch and config there are, and how many a branch has shown. */
struct target {
	const struct image_id *id;
	size_t there, seen;
};

struct newest {
	struct voice voice;
	struct target *targets; /* owned */
	size_t n;
};

static struct target *find_target(struct newest *newest, const struct image_id *id)
{
	for (size_t i = 0; i < newest->n; i++)
		if (!strcmp(newest->targets[i].id->arch, id->arch) &&
			!strcmp(newest->targets[i].id->config, id->config))
			return &newest->targets[i];
	return NULL;
}

static int list_targets(struct newest *newest, struct err *err)
{
	const struct retain_set *set = &newest->voice.gather->set;

	newest->targets = calloc(set->n + 1, sizeof(*newest->targets));
	if (!newest->targets)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < set->n; i++) {
		struct target *target = find_target(newest, &set->v[i].id);

		if (!target) {
			target = &newest->targets[newest->n++];
			target->id = &set->v[i].id;
		}
		target->there++;
	}
	return 0;
}

/* True when every target has shown what may stay for the branch. */
static bool is_full(const struct newest *newest)
{
	unsigned int keep = newest->voice.gather->conf->prune_keep;

	for (size_t i = 0; i < newest->n; i++) {
		const struct target *target = &newest->targets[i];

		if (target->seen < keep && target->seen < target->there)
			return false;
	}
	return true;
}

/* One commit of a branch, the newest first. */
static int take_commit(void *ctx, const char *commit)
{
	struct newest *newest = ctx;
	struct retain_image *first;
	size_t n = retain_find(&newest->voice.gather->set, commit, &first);

	for (size_t i = 0; i < n; i++) {
		struct target *target = find_target(newest, &first[i].id);

		if (target->seen < newest->voice.gather->conf->prune_keep)
			retain_speak(&first[i], RETAIN_NEWEST, newest->voice.by);
		target->seen++;
	}
	return n && is_full(newest);
}

static int walk_branch(
	struct newest *newest, git_repository *repo, const char *tip, struct err *err)
{
	for (size_t i = 0; i < newest->n; i++)
		newest->targets[i].seen = 0;
	return repo_each_commit(repo, tip, newest->voice.gather->oldest - SLACK,
		take_commit, newest, err);
}

struct refs {
	struct gather *gather;
	const struct conf_tree *tree;
	git_repository *repo;
	struct newest newest;
	struct err *err;
};

static int take_ref(void *ctx, bool tag, const char *name, const char *commit)
{
	struct refs *refs = ctx;
	CLEANUP_BUF struct buf full = {0};
	int r;

	if (!conf_matches(tag ? &refs->tree->tags : &refs->tree->branches, name))
		return 0;
	buf_init(&full, 4096);
	refs_name(refs->gather->conf, refs->tree, name, &full);
	refs->newest.voice.by = full.data;
	if (tag) {
		refs->newest.voice.why = RETAIN_TAGGED;
		speak(&refs->newest.voice, commit);
		return 0;
	}
	refs->newest.voice.why = RETAIN_NEWEST;
	r = walk_branch(&refs->newest, refs->repo, commit, refs->err);
	return r < 0 ? r : 0;
}

static int gather_tree(struct refs *refs, struct err *err)
{
	CLEANUP_REPO git_repository *repo = NULL;
	int r = open_tree(refs->gather, refs->tree, &repo, err);

	refs->repo = repo;
	return r < 0 ? r : repo_each_ref(repo, take_ref, refs, err);
}

int gather_trees(struct gather *gather, struct err *err)
{
	struct refs refs = {
		.gather = gather, .newest.voice = {.gather = gather}, .err = err};
	int r = gather->set.n ? list_targets(&refs.newest, err) : 0;

	for (size_t i = 0; !r && gather->set.n && i < gather->conf->n_trees; i++) {
		refs.tree = &gather->conf->trees[i];
		r = gather_tree(&refs, err);
	}
	free(refs.newest.targets);
	return r;
}
