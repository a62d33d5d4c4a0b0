// SPDX-License-Identifier: GPL-2.0-or-later
#include "history.h"

#include <errno.h>
#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/file.h"

DEFINE_CLEANUP(git_object, git_object *, git_object_free)
DEFINE_CLEANUP(git_commit, git_commit *, git_commit_free)
DEFINE_CLEANUP(git_odb, git_odb *, git_odb_free)
DEFINE_CLEANUP(git_odb_object, git_odb_object *, git_odb_object_free)
DEFINE_CLEANUP(git_revwalk, git_revwalk *, git_revwalk_free)

static const char *git_words(void)
{
	const git_error *e = git_error_last();

	return e && e->message ? e->message : "git did not say why";
}

int history_open(struct history *h, const char *repo, struct err *err)
{
	*h = (struct history){0};
	git_libgit2_init();
	/* it is only read, so whose it is does not matter: a controller may run as
	 * another user than the one who keeps the mirror */
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	/* as git itself does: hashing each commit again costs a quarter of the walk */
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	if (!file_exists(repo))
		return err_set(err, -ENOENT, "there is no repository '%s'", repo);
	if (git_repository_open_ext(&h->repo, repo, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL))
		return err_set(err, -EINVAL, "'%s' is not a git repository", repo);
	return 0;
}

void history_close(struct history *h)
{
	git_repository_free(h->repo);
	free(h->graph.first);
	free(h->graph.parents);
	free(h->commits);
	free(h->by_name);
	*h = (struct history){0};
	git_libgit2_shutdown();
}

int history_resolve(struct history *h, const char *rev,
	char ret_commit[IMAGE_COMMIT_TEXT], struct err *err)
{
	CLEANUP(cleanup_git_object) git_object *object = NULL, *commit = NULL;
	int r = git_revparse_single(&object, h->repo, rev);

	if (r == GIT_EAMBIGUOUS)
		return err_set(err, -EINVAL, "'%s' may be several commits", rev);
	if (r)
		return err_set(err, -ENOENT, "there is no revision '%s' in '%s'", rev,
			git_repository_path(h->repo));
	if (git_object_peel(&commit, object, GIT_OBJECT_COMMIT))
		return err_set(err, -EINVAL, "'%s' is not a commit", rev);
	git_oid_tostr(ret_commit, IMAGE_COMMIT_TEXT, git_object_id(commit));
	return 0;
}

static int check_end(
	struct history *h, const char *good, const char *bad, struct err *err)
{
	git_oid good_id, bad_id, base;

	git_oid_fromstr(&good_id, good);
	git_oid_fromstr(&bad_id, bad);
	if (git_oid_equal(&good_id, &bad_id))
		return err_set(
			err, -EINVAL, "good and bad are the same commit %.12s", bad);
	if (git_graph_descendant_of(h->repo, &bad_id, &good_id) == 1)
		return 0;
	if (git_graph_descendant_of(h->repo, &good_id, &bad_id) == 1)
		return err_set(err, -EINVAL,
			"good %.12s comes after bad %.12s: they look swapped", good, bad);
	if (git_merge_base(&base, h->repo, &good_id, &bad_id) == 0) {
		char text[IMAGE_COMMIT_TEXT];

		git_oid_tostr(text, sizeof(text), &base);
		return err_set(err, -EINVAL,
			"good %.12s is not an ancestor of bad %.12s: they forked at "
			"%.12s, "
			"which may be the good end to take",
			good, bad, text);
	}
	return err_set(err, -EINVAL, "good %.12s and bad %.12s are unrelated histories",
		good, bad);
}

int history_check_ends(
	struct history *h, const struct strvec *goods, const char *bad, struct err *err)
{
	for (size_t i = 0; i < goods->n; i++) {
		int r = check_end(h, goods->v[i], bad, err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* All commits of the range, a parent before its children. */
static int list_commits(
	struct history *h, const struct strvec *goods, const char *bad, struct err *err)
{
	CLEANUP(cleanup_git_revwalk) git_revwalk *walk = NULL;
	size_t room = 0;
	git_oid id;

	if (git_revwalk_new(&walk, h->repo))
		return err_set(err, -EIO, "cannot walk the history: %s", git_words());
	git_revwalk_sorting(walk, GIT_SORT_TOPOLOGICAL | GIT_SORT_REVERSE);
	git_oid_fromstr(&id, bad);
	git_revwalk_push(walk, &id);
	for (size_t i = 0; i < goods->n; i++) {
		git_oid_fromstr(&id, goods->v[i]);
		git_revwalk_hide(walk, &id);
	}
	while (git_revwalk_next(&id, walk) == 0) {
		if (h->graph.n == room) {
			void *more;

			room = room ? room * 2 : 256;
			more = reallocarray(h->commits, room, sizeof(*h->commits));
			if (!more)
				return err_set(err, -ENOMEM, "out of memory");
			h->commits = more;
		}
		git_oid_tostr(h->commits[h->graph.n++], IMAGE_COMMIT_TEXT, &id);
	}
	if (!h->graph.n)
		return err_set(err, -EINVAL, "there is no commit between good and bad");
	return 0;
}

static int compare_numbers(const void *a, const void *b, void *commits)
{
	char(*hex)[IMAGE_COMMIT_TEXT] = commits;

	return strcmp(hex[*(const uint32_t *)a], hex[*(const uint32_t *)b]);
}

int history_index(struct history *h)
{
	free(h->by_name);
	h->by_name = calloc(h->graph.n, sizeof(*h->by_name));
	if (!h->by_name)
		return -ENOMEM;
	for (size_t i = 0; i < h->graph.n; i++)
		h->by_name[i] = i;
	qsort_r(h->by_name, h->graph.n, sizeof(*h->by_name), compare_numbers, h->commits);
	return 0;
}

int history_find(const struct history *h, const char *commit, size_t *ret_number)
{
	size_t low = 0, high = h->graph.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(commit, h->commits[h->by_name[middle]]);

		if (!order) {
			*ret_number = h->by_name[middle];
			return 0;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -ENOENT;
}

/* Adds a parent, if it is in the range, to the graph's edges. */
static int add_parent(struct history *h, const char *hex, uint32_t *edges, size_t *room)
{
	char commit[IMAGE_COMMIT_TEXT] = "";
	size_t parent;

	memcpy(commit, hex, sizeof(commit) - 1);
	if (history_find(h, commit, &parent) < 0)
		return 0;
	if (*edges == *room) {
		void *more;

		*room = *room ? *room * 2 : 256;
		more = reallocarray(h->graph.parents, *room, sizeof(uint32_t));
		if (!more)
			return -ENOMEM;
		h->graph.parents = more;
	}
	h->graph.parents[(*edges)++] = parent;
	return 0;
}

/* Reads only the head of a commit: "tree HEX", then "parent HEX" lines. */
static int add_parents(
	struct history *h, git_odb *odb, size_t number, size_t *room, struct err *err)
{
	static const char word[] = "parent ";
	const size_t line = sizeof(word) - 1 + IMAGE_COMMIT_TEXT;
	CLEANUP(cleanup_git_odb_object) git_odb_object *object = NULL;
	uint32_t edges = h->graph.first[number];
	const char *at, *end;
	git_oid id;
	int r = 0;

	git_oid_fromstr(&id, h->commits[number]);
	if (git_odb_read(&object, odb, &id))
		return err_set(err, -EIO, "cannot read commit %s: %s", h->commits[number],
			git_words());
	at = git_odb_object_data(object);
	end = at + git_odb_object_size(object);
	at = memchr(at, '\n', end - at);
	for (at = at ? at + 1 : end;
		!r && (size_t)(end - at) >= line && !memcmp(at, word, sizeof(word) - 1);
		at += line)
		r = add_parent(h, at + sizeof(word) - 1, &edges, room);
	h->graph.first[number + 1] = edges;
	return r < 0 ? err_errno(err, r, "cannot keep the history") : 0;
}

int history_load(
	struct history *h, const struct strvec *goods, const char *bad, struct err *err)
{
	CLEANUP(cleanup_git_odb) git_odb *odb = NULL;
	size_t room = 0;
	int r = list_commits(h, goods, bad, err);

	if (r < 0)
		return r;
	h->graph.first = calloc(h->graph.n + 1, sizeof(uint32_t));
	if (!h->graph.first || history_index(h) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	if (git_repository_odb(&odb, h->repo))
		return err_set(err, -EIO, "cannot read the history: %s", git_words());
	for (size_t i = 0; !r && i < h->graph.n; i++)
		r = add_parents(h, odb, i, &room, err);
	return r;
}

int history_parents(
	struct history *h, const char *commit, struct strvec *parents, struct err *err)
{
	CLEANUP(cleanup_git_commit) git_commit *c = NULL;
	git_oid id;

	git_oid_fromstr(&id, commit);
	if (git_commit_lookup(&c, h->repo, &id))
		return err_set(
			err, -EIO, "cannot read commit %s: %s", commit, git_words());
	for (unsigned int i = 0; i < git_commit_parentcount(c); i++) {
		char hex[IMAGE_COMMIT_TEXT];

		git_oid_tostr(hex, sizeof(hex), git_commit_parent_id(c, i));
		strvec_add(parents, hex);
	}
	return strvec_check(parents);
}

static void clean_copy(char ret[HISTORY_SUBJECT_TEXT], const char *text)
{
	CLEANUP_BUF struct buf b;

	buf_init(&b, 64 * 1024);
	buf_add_clean(&b, text ? text : "");
	snprintf(ret, HISTORY_SUBJECT_TEXT, "%s", b.data);
}

int history_describe(struct history *h, const char *commit,
	struct history_commit *ret_commit, struct err *err)
{
	CLEANUP(cleanup_git_commit) git_commit *c = NULL;
	CLEANUP_BUF struct buf author;
	const git_signature *sig;
	git_oid id;

	buf_init(&author, 4096);
	git_oid_fromstr(&id, commit);
	if (git_commit_lookup(&c, h->repo, &id))
		return err_set(
			err, -EIO, "cannot read commit %s: %s", commit, git_words());
	sig = git_commit_author(c);
	buf_addf(&author, "%s <%s>", sig->name, sig->email);
	snprintf(ret_commit->commit, sizeof(ret_commit->commit), "%s", commit);
	clean_copy(ret_commit->subject, git_commit_summary(c));
	clean_copy(ret_commit->author, author.data);
	clock_iso(sig->when.time, ret_commit->date);
	return 0;
}
