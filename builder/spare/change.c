// SPDX-License-Identifier: GPL-2.0-or-later
#include "change.h"

#include <string.h>

#include "builder/kbuild/kconfig.h"
#include "lib/cleanup.h"

#define HEADERS_MAX 64
#define TEXT_MAX (8u << 20)

DEFINE_CLEANUP(git_tree, git_tree *, git_tree_free)
DEFINE_CLEANUP(git_blob, git_blob *, git_blob_free)
DEFINE_CLEANUP(git_diff, git_diff *, git_diff_free)

static bool is_header(const char *path)
{
	size_t len = strlen(path);

	return len > 2 && !strcmp(path + len - 2, ".h");
}

static bool is_file(uint16_t mode)
{
	return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

static bool read_text(git_repository *repo, const git_oid *oid, struct buf *b)
{
	CLEANUP(cleanup_git_blob) git_blob *blob = NULL;

	buf_init(b, TEXT_MAX);
	if (git_blob_lookup(&blob, repo, oid) < 0)
		return false;
	buf_add(b, git_blob_rawcontent(blob), git_blob_rawsize(blob));
	return !buf_check(b);
}

static size_t option_length(const char *text)
{
	return strspn(
		text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_options(const struct buf *b, struct strvec *options)
{
	const char *at = b->data;

	while ((at = strstr(at, "CONFIG_"))) {
		strvec_addf(options, "%.*s", (int)option_length(at), at);
		at += option_length(at);
	}
	if (options->n)
		qsort(options->v, options->n, sizeof(*options->v), compare_texts);
}

/* kbuild writes down which options a header names, in comments too: what is not made
 * again must go by no new one. */
static bool same_options(const struct change_header *h)
{
	CLEANUP_STRVEC struct strvec old = STRVEC_INIT, new = STRVEC_INIT;

	if (memchr(h->old.data, '\0', h->old.len) ||
		memchr(h->new.data, '\0', h->new.len))
		return false;
	add_options(&h->old, &old);
	add_options(&h->new, &new);
	if (strvec_check(&old) || strvec_check(&new))
		return false;
	for (size_t i = 0; i < new.n; i++)
		if (!old.n ||
			!bsearch(&new.v[i], old.v, old.n, sizeof(*old.v), compare_texts))
			return false;
	return true;
}

static bool add_header(
	git_repository *repo, const git_diff_delta *delta, struct change *c)
{
	struct change_header *h;

	if (c->n == HEADERS_MAX)
		return false;
	h = realloc(c->headers, (c->n + 1) * sizeof(*h));
	if (!h)
		return false;
	c->headers = h;
	h += c->n;
	*h = (struct change_header){.path = strdup(delta->new_file.path)};
	c->n++;
	return h->path && read_text(repo, &delta->old_file.id, &h->old) &&
	       read_text(repo, &delta->new_file.id, &h->new);
}

static bool add_delta(git_repository *repo, const git_diff_delta *delta, struct change *c)
{
	const char *path = delta->new_file.path;
	uint16_t from = delta->old_file.mode, to = delta->new_file.mode;
	const char *slash = strrchr(path, '/');

	if (kconfig_path_matters(path) || from == GIT_FILEMODE_LINK ||
		to == GIT_FILEMODE_LINK)
		return false;
	if (is_header(path)) {
		if (!is_file(from) || !is_file(to) || !add_header(repo, delta, c))
			return false;
		if (same_options(&c->headers[c->n - 1]))
			return true;
	}
	if (is_file(to) && !is_file(from))
		strvec_add(&c->came, slash ? slash + 1 : path);
	strvec_add(&c->others, path);
	return true;
}

static bool look_up(git_repository *repo, const char *name, git_tree **ret_tree)
{
	git_oid oid;

	return git_oid_fromstr(&oid, name) == 0 &&
	       git_tree_lookup(ret_tree, repo, &oid) == 0;
}

bool change_read(
	git_repository *repo, const char *from, const char *to, struct change *ret)
{
	CLEANUP(cleanup_git_tree) git_tree *old = NULL, *new = NULL;
	CLEANUP(cleanup_git_diff) git_diff *diff = NULL;
	git_diff_options options;

	*ret = (struct change){0};
	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SKIP_BINARY_CHECK |
			GIT_DIFF_IGNORE_SUBMODULES;
	if (!look_up(repo, from, &old) || !look_up(repo, to, &new) ||
		git_diff_tree_to_tree(&diff, repo, old, new, &options) < 0)
		return false;
	for (size_t i = 0; i < git_diff_num_deltas(diff); i++)
		if (!add_delta(repo, git_diff_get_delta(diff, i), ret))
			return false;
	return ret->n && !strvec_check(&ret->others) && !strvec_check(&ret->came);
}

void change_release(struct change *change)
{
	for (size_t i = 0; i < change->n; i++) {
		free(change->headers[i].path);
		buf_release(&change->headers[i].old);
		buf_release(&change->headers[i].new);
	}
	free(change->headers);
	strvec_release(&change->others);
	strvec_release(&change->came);
	*change = (struct change){0};
}
