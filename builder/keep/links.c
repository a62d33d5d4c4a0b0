// SPDX-License-Identifier: GPL-2.0-or-later
#include "links.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/strvec.h"

#define DIGITS (LINKS_COMMIT_TEXT - 1)
#define DEPTH 3 /* branches/BRANCH/ARCH/CONFIG */

struct walk {
	bool (*goes)(void *ctx, const struct link_name *link);
	void *ctx;
	struct err *err;
	struct link_name link;
};

/* NNNNNNN-COMMIT12 */
static bool take_name(struct link_name *link, const char *name)
{
	const char *dash = strrchr(name, '-');

	if (!dash || strlen(dash + 1) != DIGITS ||
		strspn(dash + 1, "0123456789abcdef") != DIGITS)
		return false;
	memcpy(link->commit, dash + 1, LINKS_COMMIT_TEXT);
	return true;
}

static int walk_folder(struct walk *walk, struct buf *path, int level);

/* False: the name is nothing of ours. */
static bool enter(struct walk *walk, int level, const char *name)
{
	struct image_id *target = &walk->link.target;

	if (level == 0)
		walk->link.branch = name;
	else if (level == 1 && image_arch_valid(name))
		memcpy(target->arch, name, strlen(name) + 1);
	else if (level == 2 && image_config_valid(name))
		memcpy(target->config, name, strlen(name) + 1);
	else
		return false;
	return name[0] != '.';
}

static int walk_name(struct walk *walk, struct buf *path, int level, const char *name)
{
	size_t len = path->len;
	int r;

	buf_addf(path, "/%s", name);
	r = buf_check(path);
	if (r)
		return r;
	if (level < DEPTH && enter(walk, level, name)) {
		r = walk_folder(walk, path, level + 1);
		rmdir(path->data); /* it goes if it is empty */
	} else if (level == DEPTH && take_name(&walk->link, name) &&
		   walk->goes(walk->ctx, &walk->link) && unlink(path->data) < 0 &&
		   errno != ENOENT) {
		r = err_errno(walk->err, -errno, "cannot remove '%s'", path->data);
	}
	path->len = len;
	path->data[len] = '\0';
	return r;
}

static int walk_folder(struct walk *walk, struct buf *path, int level)
{
	CLEANUP_DIR DIR *dir = opendir(path->data);
	struct dirent *entry;
	int r = 0;

	while (dir && !r && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			r = walk_name(walk, path, level, entry->d_name);
	return r;
}

int links_remove(const struct store *store,
	bool (*goes)(void *ctx, const struct link_name *link), void *ctx, struct err *err)
{
	struct walk walk = {.goes = goes, .ctx = ctx, .err = err};
	CLEANUP_BUF struct buf path = {0};

	buf_init(&path, STORE_PATH_MAX);
	buf_addf(&path, "%s/branches", store->root);
	return buf_check(&path) ? buf_check(&path) : walk_folder(&walk, &path, 0);
}

/* The first digits of all commits that have an image of one arch and config, in order. */
struct commits {
	const struct store *store;
	struct image_id of;
	struct strvec v;
};

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void read_commits(struct commits *commits, const struct image_id *of)
{
	CLEANUP_BUF struct buf path = {0};
	CLEANUP_DIR DIR *dir = NULL;
	struct dirent *entry;

	strvec_release(&commits->v);
	commits->v = (struct strvec)STRVEC_INIT;
	commits->of = *of;
	buf_init(&path, STORE_PATH_MAX);
	buf_addf(&path, "%s/images/%s/%s", commits->store->root, of->arch, of->config);
	dir = buf_check(&path) ? NULL : opendir(path.data);
	while (dir && (entry = readdir(dir)))
		if (image_commit_valid(entry->d_name))
			strvec_addf(&commits->v, "%.*s", DIGITS, entry->d_name);
	if (commits->v.n)
		qsort(commits->v.v, commits->v.n, sizeof(*commits->v.v), compare);
}

static bool has_left(void *ctx, const struct link_name *link)
{
	struct commits *commits = ctx;
	const char *commit = link->commit;

	if (strcmp(commits->of.arch, link->target.arch) ||
		strcmp(commits->of.config, link->target.config))
		read_commits(commits, &link->target);
	/* with memory out nothing is known */
	return !strvec_check(&commits->v) &&
	       (!commits->v.n || !bsearch(&commit, commits->v.v, commits->v.n,
					 sizeof(*commits->v.v), compare));
}

int links_settle(const struct store *store, struct err *err)
{
	struct commits commits = {.store = store, .v = STRVEC_INIT};
	int r = links_remove(store, has_left, &commits, err);

	strvec_release(&commits.v);
	return r;
}
