// SPDX-License-Identifier: GPL-2.0-or-later
#include "simplify.h"

#include <errno.h>
#include <git2.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX      /* no commit of the range */
#define ALL (UINT32_MAX - 1) /* every parent is followed */

DEFINE_CLEANUP(git_commit, git_commit *, git_commit_free)
DEFINE_CLEANUP(git_tree, git_tree *, git_tree_free)
DEFINE_CLEANUP(git_tree_entry, git_tree_entry *, git_tree_entry_free)

struct simplify {
	struct history *h;
	bool first_parent;
	const struct strvec *goods, *paths;
	size_t bad;
	uint8_t *keep;    /* it touches the paths */
	uint8_t *reached; /* from the bad end, by what is followed */
	uint32_t *one;    /* the one parent that is followed, or ALL, or NONE */
	uint32_t *target; /* new number of the kept commit that stands for it, or NONE */
};

bool path_valid(const char *path)
{
	return *path && *path != '/' && *path != ':' && !strpbrk(path, "*?[\\") &&
	       strcmp(path, ".") && strncmp(path, "../", 3) && strncmp(path, "./", 2);
}

/* The object at a path; zero if there is none. */
static void object_at(const git_tree *tree, const char *path, git_oid *ret_id)
{
	CLEANUP(cleanup_git_tree_entry) git_tree_entry *entry = NULL;
	CLEANUP_FREE char *bare = strdup(path);
	size_t len = bare ? strlen(bare) : 0;

	memset(ret_id, 0, sizeof(*ret_id));
	while (len && bare[len - 1] == '/')
		bare[--len] = '\0';
	if (tree && len && git_tree_entry_bypath(&entry, tree, bare) == 0)
		git_oid_cpy(ret_id, git_tree_entry_id(entry));
}

static bool same_paths(const struct strvec *paths, const git_tree *a, const git_tree *b)
{
	for (size_t i = 0; i < paths->n; i++) {
		git_oid x, y;

		object_at(a, paths->v[i], &x);
		object_at(b, paths->v[i], &y);
		if (!git_oid_equal(&x, &y))
			return false;
	}
	return true;
}

static unsigned int parents_of(const struct simplify *s, git_commit *commit)
{
	unsigned int n = git_commit_parentcount(commit);

	return s->first_parent && n > 1 ? 1 : n;
}

static uint32_t number_of(const struct simplify *s, const git_oid *id)
{
	char hex[IMAGE_COMMIT_TEXT];
	size_t number;

	git_oid_tostr(hex, sizeof(hex), id);
	return history_find(s->h, hex, &number) < 0 ? NONE : number;
}

static bool is_good(const struct simplify *s, const git_oid *id)
{
	char hex[IMAGE_COMMIT_TEXT];

	git_oid_tostr(hex, sizeof(hex), id);
	for (size_t i = 0; i < s->goods->n; i++)
		if (!strcmp(s->goods->v[i], hex))
			return true;
	return false;
}

/* 1 if the paths are there as in that parent, 0 if not. */
static int same_as(const struct simplify *s, const git_tree *tree, git_commit *commit,
	unsigned int p)
{
	CLEANUP(cleanup_git_commit) git_commit *parent = NULL;
	CLEANUP(cleanup_git_tree) git_tree *other = NULL;

	if (git_commit_parent(&parent, commit, p) || git_commit_tree(&other, parent))
		return -EIO;
	return same_paths(s->paths, tree, other);
}

/* git's try_to_simplify_commit(): a parent that is the same stands for the commit; what
 * came from good's own history is no reason to lose the other sides of a merge. */
static int compare_parents(
	struct simplify *s, size_t i, const git_tree *tree, git_commit *commit)
{
	unsigned int n = parents_of(s, commit), relevant = 0;
	bool changed = false, others_changed = false;

	for (unsigned int p = 0; p < n; p++) {
		const git_oid *id = git_commit_parent_id(commit, p);
		uint32_t number = number_of(s, id);
		int same = same_as(s, tree, commit, p);

		if (same < 0)
			return same;
		if (number == NONE && !is_good(s, id)) {
			others_changed |= !same;
			continue;
		}
		relevant++;
		changed |= !same;
		if (same) {
			s->keep[i] = false;
			s->one[i] = number;
			return 0;
		}
	}
	s->keep[i] = relevant ? changed : others_changed;
	if (!s->keep[i])
		s->one[i] = NONE;
	return 0;
}

/* Whether it touches the paths, and which parents are followed. */
static int look_at_commit(struct simplify *s, size_t i, git_commit *commit)
{
	CLEANUP(cleanup_git_tree) git_tree *tree = NULL;
	unsigned int n = parents_of(s, commit);

	s->keep[i] = true;
	s->one[i] = ALL;
	if (s->first_parent)
		s->one[i] = n ? number_of(s, git_commit_parent_id(commit, 0)) : NONE;
	if (!s->paths->n)
		return 0;
	if (git_commit_tree(&tree, commit))
		return -EIO;
	if (n)
		return compare_parents(s, i, tree, commit);
	s->keep[i] = !same_paths(s->paths, tree, NULL);
	return 0;
}

/* The parents that are followed, as numbers of the old graph. */
static const uint32_t *followed(const struct simplify *s, size_t i, size_t *ret_n)
{
	const struct graph *g = &s->h->graph;

	*ret_n = s->one[i] == ALL ? g->first[i + 1] - g->first[i] : s->one[i] != NONE;
	return s->one[i] == ALL ? g->parents + g->first[i] : &s->one[i];
}

static int decide(struct simplify *s)
{
	size_t n = s->h->graph.n, parents;
	const uint32_t *parent;

	for (size_t i = 0; i < n; i++) {
		CLEANUP(cleanup_git_commit) git_commit *commit = NULL;
		git_oid id;

		git_oid_fromstr(&id, s->h->commits[i]);
		if (git_commit_lookup(&commit, s->h->repo, &id) ||
			look_at_commit(s, i, commit) < 0)
			return -EIO;
	}
	s->reached[s->bad] = true;
	for (size_t i = n; i-- > 0;) {
		if (!s->reached[i])
			continue;
		parent = followed(s, i, &parents);
		while (parents--)
			s->reached[*parent++] = true;
	}
	return 0;
}

/* The edges of one kept commit, each target once. */
static void add_edges(const struct simplify *s, size_t i, struct graph *graph)
{
	uint32_t begin = graph->first[graph->n], end = begin, e;
	const uint32_t *parent;
	size_t parents;

	for (parent = followed(s, i, &parents); parents--; parent++) {
		uint32_t target = s->target[*parent];

		for (e = begin; e < end && graph->parents[e] != target; e++)
			;
		if (target != NONE && e == end)
			graph->parents[end++] = target;
	}
	graph->first[++graph->n] = end;
}

/* Commits move down in place; the graph is made anew. */
static int rebuild(struct simplify *s)
{
	struct history *h = s->h;
	struct graph graph = {.first = calloc(h->graph.n + 1, sizeof(uint32_t)),
		.parents = calloc(h->graph.first[h->graph.n] + 1, sizeof(uint32_t))};

	if (!graph.first || !graph.parents) {
		free(graph.first);
		free(graph.parents);
		return -ENOMEM;
	}
	for (size_t i = 0; i < h->graph.n; i++) {
		uint32_t one = s->one[i];

		s->target[i] = one < ALL ? s->target[one] : NONE;
		if (!s->reached[i] || (!s->keep[i] && i != s->bad))
			continue;
		s->target[i] = graph.n;
		add_edges(s, i, &graph);
		memmove(h->commits[graph.n - 1], h->commits[i], IMAGE_COMMIT_TEXT);
	}
	free(h->graph.first);
	free(h->graph.parents);
	h->graph = graph;
	return history_index(h);
}

static int simplify(struct simplify *s, const char *bad, struct err *err)
{
	size_t n = s->h->graph.n;
	CLEANUP_FREE uint8_t *keep = calloc(n, 1), *reached = calloc(n, 1);
	CLEANUP_FREE uint32_t *one = calloc(n, sizeof(*one));
	CLEANUP_FREE uint32_t *target = calloc(n, sizeof(*target));
	int r;

	s->keep = keep;
	s->reached = reached;
	s->one = one;
	s->target = target;
	if (!keep || !reached || !one || !target)
		return err_set(err, -ENOMEM, "out of memory");
	r = history_find(s->h, bad, &s->bad);
	if (!r)
		r = decide(s);
	s->h->bad_is_outside = !keep[s->bad];
	if (!r)
		r = rebuild(s);
	return r < 0 ? err_errno(err, r, "cannot simplify the history") : 0;
}

int history_simplify(struct history *h, const struct strvec *goods, const char *bad,
	bool first_parent, const struct strvec *paths, struct err *err)
{
	struct simplify s = {
		.h = h, .first_parent = first_parent, .goods = goods, .paths = paths};
	int r;

	if (!first_parent && !paths->n)
		return 0;
	r = simplify(&s, bad, err);
	if (r == 0 && h->bad_is_outside && h->graph.n == 1)
		return err_set(err, -EINVAL,
			"no commit between good and bad touches these paths");
	return r;
}
