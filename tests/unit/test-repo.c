// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirrors, names of commits, and what a watching builder wants of a tree. */
#include "builder/git/repo.h"

#include <errno.h>

#include "builder/queue/wanted.h"
#include "builder/queue/wish.h"
#include "tests/unit/builder-tree.h"

/*
 * main   a - b - c          v1 is a
 *             \
 * side         d
 */
/* libgit2 1.5 loses a pcre2 match for each name that it does not know. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2\n";
}

struct world {
	char temp[32];
	char origin[64], url[80], mirror[64];
	git_repository *repo;
	char a[IMAGE_COMMIT_TEXT], b[IMAGE_COMMIT_TEXT], c[IMAGE_COMMIT_TEXT],
		d[IMAGE_COMMIT_TEXT];
	struct builder builder;
};

static void commit(struct world *w, const char *branch, const char *parent,
	const char *text, char ret_name[IMAGE_COMMIT_TEXT])
{
	const struct tree_file file = {"file", text, 0};

	tree_commit(w->repo, branch, parent, text, &file, 1, ret_name);
}

static void tag(struct world *w, const char *name, const char *of)
{
	git_reference *ref;
	git_oid oid;

	assert_int_equal(git_oid_fromstr(&oid, of), 0);
	assert_int_equal(git_reference_create(&ref, w->repo, name, &oid, 1, NULL), 0);
	git_reference_free(ref);
}

static void read_conf(struct world *w)
{
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	struct err err = ERR_INIT;
	char path[64], fragment[64];
	char *argv[] = {"x", "--conf", path, "status", NULL};
	FILE *file;

	snprintf(fragment, sizeof(fragment), "%s/lab", w->temp);
	assert_int_equal(file_write_atomic(fragment, "", 0, 0644, NULL), 0);
	snprintf(path, sizeof(path), "%s/conf", w->temp);
	file = fopen(path, "w");
	fprintf(file,
		"store = %s/store\nstate = %s\n[tree t]\nremote = %s\n"
		"[config lab]\nfile = lab\narch = x86_64 i386\n",
		w->temp, w->temp, w->origin);
	fclose(file);
	if (conf_read(&w->builder.conf, 4, argv, &words, &err) < 0)
		fail_msg("%s", err.text);
	w->builder.store.root = w->builder.conf.store;
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	char trees[64];

	temp_make(w->temp);
	snprintf(w->origin, sizeof(w->origin), "%s/origin", w->temp);
	snprintf(w->url, sizeof(w->url), "file://%s", w->origin);
	snprintf(w->mirror, sizeof(w->mirror), "%s/mirror.git", w->temp);
	snprintf(trees, sizeof(trees), "%s/trees", w->temp);
	assert_int_equal(dir_make(trees, 0755, NULL), 0);
	w->repo = tree_open(w->origin);
	commit(w, "main", NULL, "a", w->a);
	commit(w, "main", w->a, "b", w->b);
	commit(w, "main", w->b, "c", w->c);
	commit(w, "side", w->b, "d", w->d);
	tag(w, "refs/tags/v1", w->a);
	read_conf(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	git_repository_free(w->repo);
	conf_release(&w->builder.conf);
	dir_remove(w->temp, NULL);
	free(w);
	return 0;
}

static void fetch(struct world *w)
{
	struct err err = ERR_INIT;

	if (repo_fetch(w->mirror, w->url, &err) < 0)
		fail_msg("%s", err.text);
}

static void cuts_what_nobody_reads(void **state)
{
	struct world *w = *state;
	CLEANUP_COMMIT struct commit commit = {0};
	CLEANUP_FREE char *subject = malloc(2000002);
	char name[IMAGE_COMMIT_TEXT];
	const struct tree_file file = {"file", "x", 0};

	*subject = 'x';
	for (size_t i = 1; i < 2000001; i += 2)
		memcpy(subject + i, "\xc3\xb6", 2);
	subject[2000001] = '\0';
	tree_commit(w->repo, "main", w->c, subject, &file, 1, name);
	assert_int_equal(repo_commit(w->repo, name, &commit, NULL), 0);
	assert_int_equal(strlen(commit.subject), 999);
	assert_memory_equal(commit.subject, subject, 999);
	assert_string_equal(commit.author_name, "A U Thor");
}

static void mirrors_follow_their_remote(void **state)
{
	struct world *w = *state;
	CLEANUP_REPO git_repository *mirror = NULL;
	char name[IMAGE_COMMIT_TEXT], e[IMAGE_COMMIT_TEXT];
	git_reference *side;

	fetch(w);
	assert_int_equal(repo_open(w->mirror, &mirror, NULL), 0);
	assert_int_equal(repo_resolve(mirror, "v1", name, NULL), 0);
	assert_string_equal(name, w->a);
	assert_int_equal(repo_resolve(mirror, "side", name, NULL), 0);
	assert_string_equal(name, w->d);
	/* a branch goes, another is rewritten */
	assert_int_equal(git_reference_lookup(&side, w->repo, "refs/heads/side"), 0);
	assert_int_equal(git_reference_delete(side), 0);
	git_reference_free(side);
	commit(w, "main", w->a, "e", e);
	fetch(w);
	assert_int_equal(repo_resolve(mirror, "side", name, NULL), -ENOENT);
	assert_int_equal(repo_resolve(mirror, "main", name, NULL), 0);
	assert_string_equal(name, e);
}

static void says_what_is_not_there(void **state)
{
	static const char *const bad[] = {
		"nonsense", "main~99", "deadbeefdeadbeef", "", "^"};
	struct world *w = *state;
	CLEANUP_REPO git_repository *none = NULL;
	char name[IMAGE_COMMIT_TEXT];
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(repo_resolve(w->repo, bad[i], name, &err), -ENOENT);
		assert_non_null(strstr(err.text, "there is no commit"));
	}
	assert_int_equal(repo_open(w->temp, &none, &err), -ENOENT);
	assert_int_equal(repo_fetch(w->mirror, "file:///nowhere", &err), -EIO);
}

static void walks_and_places(void **state)
{
	struct world *w = *state;
	CLEANUP_STRVEC struct strvec names = STRVEC_INIT;
	const char *from[] = {w->c}, *hide[] = {w->a};
	struct repo_walk walk = {.from = from,
		.n_from = 1,
		.hide = hide,
		.n_hide = 1,
		.oldest_first = true};
	CLEANUP_FREE char *branch = NULL, *other = NULL;
	unsigned int depth;

	assert_int_equal(repo_walk(w->repo, &walk, &names, NULL), 0);
	assert_int_equal(names.n, 2);
	assert_string_equal(names.v[0], w->b);
	assert_string_equal(names.v[1], w->c);
	assert_int_equal(repo_depth(w->repo, w->c, &depth, NULL), 0);
	assert_int_equal(depth, 3);
	assert_int_equal(repo_branch_of(w->repo, w->d, &branch, NULL), 0);
	assert_string_equal(branch, "side");
	assert_int_equal(repo_branch_of(w->repo, w->a, &other, NULL), 0);
	assert_string_equal(other, "main");
}

/* On top of a commit, with a date of its own. */
static void commit_dated(struct world *w, const char *parent, int64_t when,
	char ret_name[IMAGE_COMMIT_TEXT])
{
	git_signature *who;
	git_commit *on;
	git_tree *tree;
	git_oid oid;

	assert_int_equal(git_oid_fromstr(&oid, parent), 0);
	assert_int_equal(git_commit_lookup(&on, w->repo, &oid), 0);
	assert_int_equal(git_commit_tree(&tree, on), 0);
	assert_int_equal(git_signature_new(&who, "A", "a@b.org", when, 0), 0);
	assert_int_equal(git_commit_create(&oid, w->repo, NULL, who, who, NULL, "dated",
				 tree, 1, (const git_commit **)&on),
		0);
	git_oid_tostr(ret_name, IMAGE_COMMIT_TEXT, &oid);
	git_signature_free(who);
	git_tree_free(tree);
	git_commit_free(on);
}

static int take(void *ctx, const char *name)
{
	strvec_add(ctx, name);
	return strvec_check(ctx);
}

/* Commits since 2020 from here, by either way. */
static void assert_since(struct world *w, const char *tip, size_t n)
{
	CLEANUP_STRVEC struct strvec each = STRVEC_INIT, walked = STRVEC_INIT;
	const int64_t since = 1577836800;
	const struct repo_walk walk = {
		.from = &tip, .n_from = 1, .since = since, .limit = 1000};

	assert_int_equal(repo_each_commit(w->repo, tip, since, take, &each, NULL), 0);
	assert_int_equal(each.n, n);
	assert_int_equal(repo_walk(w->repo, &walk, &walked, NULL), 0);
	assert_int_equal(walked.n, n);
}

/* a - b - c - one of 1970 - one of now - 300 of 1970 - one of now */
static void a_wrong_date_ends_no_history(void **state)
{
	const int64_t now = 1700001000;
	char old[IMAGE_COMMIT_TEXT], tip[IMAGE_COMMIT_TEXT];
	struct world *w = *state;

	commit_dated(w, w->c, 1000, old);
	assert_since(w, old, 3);
	commit_dated(w, old, now, tip);
	assert_since(w, tip, 4);
	for (int i = 0; i < 300; i++)
		commit_dated(w, i ? old : tip, 1000 + i, old);
	commit_dated(w, old, now, tip);
	/* what lies behind so many is not looked at: it may be all that there is */
	assert_since(w, tip, 1);
}

static void assert_wanted(struct world *w, const char *const *names, size_t n)
{
	CLEANUP_QUEUE struct queue queue = {0};
	struct err err = ERR_INIT;

	assert_int_equal(wanted_collect(&w->builder, true, &queue, &err), 0);
	assert_string_equal(err.text, "");
	assert_int_equal(queue.n, n * 2);
	/* each commit for both arches */
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(queue.v[2 * i].id.commit, names[i]);
		assert_string_equal(queue.v[2 * i].id.arch, "x86_64");
		assert_string_equal(queue.v[2 * i + 1].id.commit, names[i]);
		assert_string_equal(queue.v[2 * i + 1].id.arch, "i386");
	}
}

static void wants_tips_first_and_then_all_that_is_new(void **state)
{
	struct world *w = *state;
	char e[IMAGE_COMMIT_TEXT], f[IMAGE_COMMIT_TEXT];
	struct wish wish = {.tree = "t"};
	const char *first[] = {w->c, w->d}, *then[] = {f, w->d, e, w->c};
	const char *wished[] = {w->a, f, w->d, e, w->c};
	char text[IMAGE_ID_TEXT];
	int fds[3];

	assert_wanted(w, first, 2);
	commit(w, "main", w->c, "e", e);
	commit(w, "main", e, "f", f);
	assert_wanted(w, then, 4);
	for (int i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), "%s/lab/%s", i ? "i386" : "x86_64", w->a);
		assert_int_equal(image_id_parse(text, &wish.id, NULL), 0);
		assert_int_equal(wish_add(w->temp, &wish, &fds[i], NULL), 0);
	}
	assert_wanted(w, wished, 5);
	/* one that nobody can grant is answered, not queued */
	memcpy(wish.tree, "other", 6);
	assert_int_equal(wish_add(w->temp, &wish, &fds[2], NULL), 0);
	assert_wanted(w, wished, 5);
	assert_false(wish_open(w->temp, &wish));
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	assert_wanted(w, then, 4);
}

/*
 * main  a - b - c - e1 - e2 - e3      side  d - g1 - g2
 */
static void builds_neighbours_next_to_each_other(void **state)
{
	struct world *w = *state;
	char e[3][IMAGE_COMMIT_TEXT], g[2][IMAGE_COMMIT_TEXT];
	const char *at_first[] = {w->c, w->d};
	const char *tips_then_branches[] = {e[2], g[1], e[1], e[0], g[0], w->c, w->d};

	assert_wanted(w, at_first, 2);
	/* made in turns, as people push */
	commit(w, "main", w->c, "e1", e[0]);
	commit(w, "side", w->d, "g1", g[0]);
	commit(w, "main", e[0], "e2", e[1]);
	commit(w, "side", g[0], "g2", g[1]);
	commit(w, "main", e[1], "e3", e[2]);
	assert_wanted(w, tips_then_branches, 7);
}

/* What a range asks for comes after new commits and before history, oldest first. */
static void a_range_is_back_fill(void **state)
{
	struct world *w = *state;
	struct wish wish = {.tree = "t", .range = true, .when = 1000};
	const char *asked[] = {w->a, w->b};
	const char *now[] = {w->c, w->d}, *then[] = {NULL, w->d, w->a, w->b, w->c};
	char e[IMAGE_COMMIT_TEXT], text[IMAGE_ID_TEXT];
	int fds[4];

	assert_wanted(w, now, 2);
	commit(w, "main", w->c, "e", e);
	then[0] = e;
	for (int i = 0; i < 4; i++, wish.when += 1e-6) {
		snprintf(text, sizeof(text), "%s/lab/%s", i % 2 ? "i386" : "x86_64",
			asked[i / 2]);
		assert_int_equal(image_id_parse(text, &wish.id, NULL), 0);
		assert_int_equal(wish_add(w->temp, &wish, &fds[i], NULL), 0);
	}
	assert_wanted(w, then, 5);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
}

static void goes_back_as_far_as_asked(void **state)
{
	struct world *w = *state;
	const char *all[] = {w->c, w->d, w->b};

	w->builder.conf.trees[0].depth = 2;
	assert_wanted(w, all, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(cuts_what_nobody_reads, setup, teardown),
		cmocka_unit_test_setup_teardown(
			mirrors_follow_their_remote, setup, teardown),
		cmocka_unit_test_setup_teardown(says_what_is_not_there, setup, teardown),
		cmocka_unit_test_setup_teardown(walks_and_places, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_wrong_date_ends_no_history, setup, teardown),
		cmocka_unit_test_setup_teardown(
			wants_tips_first_and_then_all_that_is_new, setup, teardown),
		cmocka_unit_test_setup_teardown(
			builds_neighbours_next_to_each_other, setup, teardown),
		cmocka_unit_test_setup_teardown(a_range_is_back_fill, setup, teardown),
		cmocka_unit_test_setup_teardown(
			goes_back_as_far_as_asked, setup, teardown),
	};

	return cmocka_run_group_tests_name("repo", tests, NULL, NULL);
}
