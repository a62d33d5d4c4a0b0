// SPDX-License-Identifier: GPL-2.0-or-later
#include "repo.h"

#include <errno.h>
#include <string.h>

#include "lib/file.h"

#define TEXT_BYTES 1000  /* of a subject or a name */
#define OLD_IN_A_ROW 256 /* commits: what lies behind them is as old */

DEFINE_CLEANUP(git_commit, git_commit *, git_commit_free)
DEFINE_CLEANUP(git_object, git_object *, git_object_free)
DEFINE_CLEANUP(git_reference, git_reference *, git_reference_free)
DEFINE_CLEANUP(git_remote, git_remote *, git_remote_free)
DEFINE_CLEANUP(git_revwalk, git_revwalk *, git_revwalk_free)
DEFINE_CLEANUP(ref_iterator, git_reference_iterator *, git_reference_iterator_free)

int repo_error(struct err *err, int code, const char *what)
{
	const git_error *last = git_error_last();

	return err_set(err, code, "%s: %s", what,
		last && last->message ? last->message : "libgit2 gives no reason");
}

int repo_library_init(struct err *err)
{
	if (git_libgit2_init() < 0)
		return repo_error(err, -EIO, "cannot start libgit2");
	/* The check guards against hooks and config of strangers being obeyed. We only
	 * read objects and refs, and a lab's trees have many owners. */
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	return 0;
}

int repo_open(const char *path, git_repository **ret_repo, struct err *err)
{
	if (git_repository_open_ext(ret_repo, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) <
		0)
		return err_set(err, -ENOENT, "'%s' is not a git repository", path);
	return 0;
}

static int open_mirror(const char *path, git_repository **ret_repo, struct err *err)
{
	if (file_exists(path))
		return repo_open(path, ret_repo, err);
	if (git_repository_init(ret_repo, path, true) < 0)
		return repo_error(err, -EIO, "cannot make a mirror");
	return 0;
}

static int is_branch(void *ctx, bool tag, const char *name, const char *commit)
{
	(void)ctx;
	(void)name;
	(void)commit;
	return !tag;
}

/* One that has lost all its branches at once is broken, or somebody is moving it: what
 * we have of it is worth more. */
static int check_remote(git_repository *repo, git_remote *remote, struct err *err)
{
	const git_remote_head **heads;
	size_t n;

	if (git_remote_connect(remote, GIT_DIRECTION_FETCH, NULL, NULL, NULL) < 0 ||
		git_remote_ls(&heads, &n, remote) < 0)
		return repo_error(err, -EIO, "cannot fetch");
	for (size_t i = 0; i < n; i++)
		if (!strncmp(heads[i]->name, "refs/heads/", strlen("refs/heads/")))
			return 0;
	return repo_each_ref(repo, is_branch, NULL, NULL)
		       ? err_set(err, -EIO, "the remote has no branch any more")
		       : 0;
}

int repo_fetch(const char *path, const char *url, struct err *err)
{
	char heads[] = "+refs/heads/*:refs/heads/*", tags[] = "+refs/tags/*:refs/tags/*";
	char *specs[] = {heads, tags};
	git_strarray refspecs = {specs, ARRAY_SIZE(specs)};
	git_fetch_options options;
	CLEANUP_REPO git_repository *repo = NULL;
	CLEANUP(cleanup_git_remote) git_remote *remote = NULL;
	int r = open_mirror(path, &repo, err);

	if (r < 0)
		return r;
	git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION);
	options.prune = GIT_FETCH_PRUNE;
	options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE; /* the refspec has them */
	options.update_fetchhead = 0;
	if (git_remote_create_anonymous(&remote, repo, url) < 0)
		return repo_error(err, -EIO, "cannot fetch");
	r = check_remote(repo, remote, err);
	if (!r && git_remote_fetch(remote, &refspecs, &options, NULL) < 0)
		r = repo_error(err, -EIO, "cannot fetch");
	return r;
}

int repo_resolve(git_repository *repo, const char *rev, char ret_name[IMAGE_COMMIT_TEXT],
	struct err *err)
{
	CLEANUP(cleanup_git_object) git_object *found = NULL, *commit = NULL;
	git_oid oid;
	int r;

	/* a whole name needs no search (in which libgit2 1.5 loses memory) */
	if (image_commit_valid(rev) && git_oid_fromstr(&oid, rev) == 0)
		r = git_object_lookup(&found, repo, &oid, GIT_OBJECT_ANY);
	else
		r = git_revparse_single(&found, repo, rev);
	if (r == GIT_EAMBIGUOUS)
		return err_set(
			err, -EINVAL, "'%s' is short for more than one commit", rev);
	if (r < 0 || git_object_peel(&commit, found, GIT_OBJECT_COMMIT) < 0)
		return err_set(err, -ENOENT, "there is no commit '%s'", rev);
	git_oid_tostr(ret_name, IMAGE_COMMIT_TEXT, git_object_id(commit));
	return 0;
}

static int lookup(
	git_repository *repo, const char *name, git_commit **ret_commit, struct err *err)
{
	git_oid oid;

	if (git_oid_fromstr(&oid, name) < 0 ||
		git_commit_lookup(ret_commit, repo, &oid) < 0)
		return err_set(err, -ENOENT, "there is no commit '%s'", name);
	return 0;
}

/* Git sets no limit to a line; whole characters of it, as many as people read. */
static char *cut(const char *text)
{
	size_t len = strnlen(text, TEXT_BYTES);

	while (len == TEXT_BYTES && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return strndup(text, len);
}

int repo_commit(git_repository *repo, const char *name, struct commit *ret_commit,
	struct err *err)
{
	CLEANUP(cleanup_git_commit) git_commit *git = NULL;
	struct commit commit = {0};
	const git_signature *author;
	const char *subject;
	int r = lookup(repo, name, &git, err);

	if (r < 0)
		return r;
	git_oid_tostr(commit.name, sizeof(commit.name), git_commit_id(git));
	git_oid_tostr(commit.tree, sizeof(commit.tree), git_commit_tree_id(git));
	for (unsigned int i = 0; i < git_commit_parentcount(git); i++) {
		char parent[IMAGE_COMMIT_TEXT];

		git_oid_tostr(parent, sizeof(parent), git_commit_parent_id(git, i));
		strvec_add(&commit.parents, parent);
	}
	author = git_commit_author(git);
	subject = git_commit_summary(git);
	commit.subject = cut(subject ? subject : "");
	commit.author_name = cut(author->name);
	commit.author_email = cut(author->email);
	commit.author_time = author->when.time;
	commit.time = git_commit_time(git);
	if (!commit.subject || !commit.author_name || !commit.author_email ||
		strvec_check(&commit.parents)) {
		commit_release(&commit);
		return err_set(err, -ENOMEM, "out of memory");
	}
	*ret_commit = commit;
	return 0;
}

void commit_release(struct commit *commit)
{
	strvec_release(&commit->parents);
	free(commit->subject);
	free(commit->author_name);
	free(commit->author_email);
	*commit = (struct commit){0};
}

static int start_walk(git_repository *repo, const struct repo_walk *walk,
	git_revwalk **ret_walk, struct err *err)
{
	CLEANUP(cleanup_git_revwalk) git_revwalk *git = NULL;
	git_oid oid;

	if (git_revwalk_new(&git, repo) < 0)
		return repo_error(err, -EIO, "cannot walk the history");
	/* in git's own order a short walk is short; any other reads the whole history
	 * first */
	if (walk->n_hide || !walk->limit)
		git_revwalk_sorting(
			git, GIT_SORT_TOPOLOGICAL |
				     (walk->oldest_first ? GIT_SORT_REVERSE : 0));
	for (size_t i = 0; i < walk->n_from; i++)
		if (git_oid_fromstr(&oid, walk->from[i]) < 0 ||
			git_revwalk_push(git, &oid) < 0)
			return err_set(
				err, -ENOENT, "there is no commit '%s'", walk->from[i]);
	for (size_t i = 0; i < walk->n_hide; i++)
		if (git_oid_fromstr(&oid, walk->hide[i]) == 0)
			git_revwalk_hide(git, &oid);
	*ret_walk = TAKE_PTR(git);
	return 0;
}

static bool older(git_repository *repo, const git_oid *oid, int64_t since)
{
	CLEANUP(cleanup_git_commit) git_commit *commit = NULL;

	return since && git_commit_lookup(&commit, repo, oid) == 0 &&
	       git_commit_time(commit) < since;
}

/* Dates are what committers' clocks said: a walk by date passes over a few wrong ones. */
static bool is_over(bool old, unsigned int *row)
{
	*row = old ? *row + 1 : 0;
	return *row == OLD_IN_A_ROW;
}

int repo_walk(git_repository *repo, const struct repo_walk *walk,
	struct strvec *ret_names, struct err *err)
{
	CLEANUP(cleanup_git_revwalk) git_revwalk *git = NULL;
	bool by_date = walk->limit && !walk->n_hide;
	char name[IMAGE_COMMIT_TEXT];
	unsigned int row = 0;
	git_oid oid;
	int r = start_walk(repo, walk, &git, err);

	if (r < 0)
		return r;
	while ((!walk->limit || ret_names->n < walk->limit) &&
		(r = git_revwalk_next(&oid, git)) == 0) {
		bool old = older(repo, &oid, walk->since);

		if (is_over(old, &row) && by_date)
			break;
		if (old)
			continue;
		git_oid_tostr(name, sizeof(name), &oid);
		strvec_add(ret_names, name);
	}
	if (r < 0 && r != GIT_ITEROVER)
		return repo_error(err, -EIO, "cannot walk the history");
	return strvec_check(ret_names);
}

int repo_each_commit(git_repository *repo, const char *tip, int64_t since,
	int (*each)(void *ctx, const char *name), void *ctx, struct err *err)
{
	CLEANUP(cleanup_git_revwalk) git_revwalk *git = NULL;
	/* a limit keeps git's own order, which is that of the dates */
	struct repo_walk walk = {.from = &tip, .n_from = 1, .limit = SIZE_MAX};
	char name[IMAGE_COMMIT_TEXT];
	unsigned int row = 0;
	git_oid oid;
	int r = start_walk(repo, &walk, &git, err);

	while (!r && git_revwalk_next(&oid, git) == 0) {
		bool old = older(repo, &oid, since);

		if (is_over(old, &row))
			return 0;
		if (old)
			continue;
		git_oid_tostr(name, sizeof(name), &oid);
		r = each(ctx, name);
	}
	return r;
}

int repo_each_ref(git_repository *repo,
	int (*each)(void *ctx, bool tag, const char *name, const char *commit), void *ctx,
	struct err *err)
{
	CLEANUP(cleanup_ref_iterator) git_reference_iterator *iterator = NULL;
	int r;

	if (git_reference_iterator_new(&iterator, repo) < 0)
		return repo_error(err, -EIO, "cannot list the branches");
	for (;;) {
		CLEANUP(cleanup_git_reference) git_reference *ref = NULL;
		CLEANUP(cleanup_git_object) git_object *commit = NULL;
		char name[IMAGE_COMMIT_TEXT];

		r = git_reference_next(&ref, iterator);
		if (r == GIT_ITEROVER)
			return 0;
		if (r < 0)
			return repo_error(err, -EIO, "cannot list the branches");
		if (!git_reference_is_branch(ref) && !git_reference_is_tag(ref))
			continue;
		/* a tag of a file or a tree (v2.6.11-tree) is no image */
		if (git_reference_peel(&commit, ref, GIT_OBJECT_COMMIT) < 0)
			continue;
		git_oid_tostr(name, sizeof(name), git_object_id(commit));
		r = each(ctx, git_reference_is_tag(ref), git_reference_shorthand(ref),
			name);
		if (r)
			return r;
	}
}

struct search {
	git_repository *repo;
	git_oid commit;
	char *head; /* the checked-out branch, or NULL */
	char *found;
};

static bool has(struct search *search, const char *tip)
{
	git_oid oid;

	if (git_oid_fromstr(&oid, tip) < 0)
		return false;
	return git_oid_equal(&oid, &search->commit) ||
	       git_graph_descendant_of(search->repo, &oid, &search->commit) == 1;
}

static int look(void *ctx, bool tag, const char *name, const char *commit)
{
	struct search *search = ctx;
	bool head = search->head && !strcmp(search->head, name);

	if (tag || (search->found && !head) || !has(search, commit))
		return 0;
	free(search->found);
	search->found = strdup(name);
	return head || !search->found;
}

int repo_branch_of(
	git_repository *repo, const char *name, char **ret_branch, struct err *err)
{
	CLEANUP(cleanup_git_reference) git_reference *head = NULL;
	struct search search = {.repo = repo};
	int r;

	if (git_oid_fromstr(&search.commit, name) < 0)
		return err_set(err, -EINVAL, "'%s' is no commit", name);
	if (git_repository_head(&head, repo) == 0)
		search.head = (char *)git_reference_shorthand(head);
	r = repo_each_ref(repo, look, &search, err);
	if (r < 0) {
		free(search.found);
		return r;
	}
	*ret_branch = search.found ? search.found : strdup("");
	return *ret_branch ? 0 : -ENOMEM;
}

bool repo_descends(git_repository *repo, const char *name, const char *past)
{
	git_oid a, b;

	if (git_oid_fromstr(&a, name) < 0 || git_oid_fromstr(&b, past) < 0)
		return false;
	return git_oid_equal(&a, &b) || git_graph_descendant_of(repo, &a, &b) == 1;
}

int repo_depth(
	git_repository *repo, const char *name, unsigned int *ret_depth, struct err *err)
{
	CLEANUP(cleanup_git_revwalk) git_revwalk *walk = NULL;
	unsigned int depth = 0;
	git_oid oid;

	if (git_oid_fromstr(&oid, name) < 0 || git_revwalk_new(&walk, repo) < 0 ||
		git_revwalk_simplify_first_parent(walk) < 0 ||
		git_revwalk_push(walk, &oid) < 0)
		return repo_error(err, -EIO, "cannot walk the history");
	while (git_revwalk_next(&oid, walk) == 0)
		depth++;
	*ret_depth = depth;
	return 0;
}
