// SPDX-License-Identifier: GPL-2.0-or-later
/* The rule: which changes a build may notice, by what builds before have looked at. */
#include "builder/reach/reach.h"

#include <errno.h>
#include <string.h>

#include "builder/reach/compare.h"
#include "tests/unit/builder-tree.h"

/* What a small build has looked at. */
static void fill(struct reach *reach)
{
	reach_add(reach, "Makefile", REACH_BIT_READ);
	reach_add(reach, "lib", REACH_BIT_READ);
	reach_add(reach, "lib/a.c", REACH_BIT_COMPILED | REACH_BIT_SEEN);
	reach_add(reach, "include/x.h", REACH_BIT_COMPILED | REACH_BIT_READ);
	reach_add(reach, "lib/x.h", REACH_BIT_MISSED);
	reach_add(reach, "arch/lab", REACH_BIT_MISSED);
	reach_add(reach, "configs", REACH_BIT_READ | REACH_BIT_LISTED);
	reach_add(reach, "tools/walked", REACH_BIT_READ | REACH_BIT_BELOW);
}

static void judges_changes(void **state)
{
	static const struct {
		const char *path;
		enum reach_change change;
		bool touched;
	} cases[] = {
		{"lib/a.c", REACH_CHANGED, true},
		{"lib/a.c", REACH_WENT, true},
		{"lib/a.c", REACH_RESPELT, false},
		{"include/x.h", REACH_RESPELT, true},
		{"tools/walked/a.c", REACH_RESPELT, true},
		{"lib/b.c", REACH_CHANGED, false},
		{"lib/b.c", REACH_CAME, false},
		{"lib/b.c", REACH_WENT, false},
		{"lib/x.h", REACH_CAME, true},
		{"lib", REACH_WENT, true},
		{"arch/lab", REACH_CAME, true},
		{"arch/lab/x", REACH_CAME, false},
		{"arch", REACH_CAME, false},
		{"configs/a.config", REACH_CHANGED, false},
		{"configs/a.config", REACH_CAME, true},
		{"configs/a.config", REACH_WENT, true},
		{"configs/deep/a.config", REACH_CAME, false},
		{"configs/deep", REACH_CAME, true},
		{"tools/walked/deep/down", REACH_CHANGED, true},
		{"tools/walked/new", REACH_CAME, true},
		{"tools/other", REACH_CHANGED, false},
		{"Make", REACH_CHANGED, false},
		{"Makefile.new", REACH_CAME, false},
		{"README", REACH_CAME, false},
	};
	CLEANUP_REACH struct reach reach = {0};

	(void)state;
	fill(&reach);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (reach_touched(&reach, cases[i].path, cases[i].change) !=
			cases[i].touched)
			fail_msg("%zu: %s", i, cases[i].path);
	/* the top folder has no name */
	reach_add(&reach, ".", REACH_BIT_LISTED);
	assert_true(reach_touched(&reach, "README", REACH_CAME));
	assert_false(reach_touched(&reach, "README", REACH_CHANGED));
	assert_false(reach_touched(&reach, "lib/b.c", REACH_CAME));
	reach.odd = true;
	assert_true(reach_touched(&reach, "README", REACH_CHANGED));
}

/* The same after a trip to the disk; a file that is cut off anywhere is no reach. */
static void keeps_and_finds_again(void **state)
{
	CLEANUP_REACH struct reach reach = {0}, again = {0};
	CLEANUP_BUF struct buf text = {0};
	char temp[32], file[64];

	(void)state;
	temp_make(temp);
	snprintf(file, sizeof(file), "%s/reach", temp);
	assert_int_equal(reach_load(&again, file, NULL), -ENOENT);
	fill(&reach);
	for (int i = 0; i < 20000; i++) {
		char path[32];

		snprintf(path, sizeof(path), "many/a file %d", i);
		assert_int_equal(reach_add(&reach, path, REACH_BIT_READ), 0);
	}
	assert_true(reach.grown);
	assert_int_equal(reach_save(&reach, file, NULL), 0);
	assert_int_equal(reach_load(&again, file, NULL), 0);
	assert_false(again.grown);
	assert_int_equal(again.n, reach.n);
	for (size_t i = 0; i < reach.size; i++)
		if (reach.paths[i].path)
			assert_int_equal(reach_bits(&again, reach.paths[i].path),
				reach.paths[i].bits);
	assert_int_equal(reach_add(&again, "lib/a.c", REACH_BIT_SEEN), 0);
	assert_false(again.grown);
	assert_int_equal(reach_add(&again, "lib/a.c", REACH_BIT_MISSED), 0);
	assert_true(again.grown);
	reach_release(&again);
	buf_init(&text, 1 << 24);
	assert_int_equal(file_read(file, &text, NULL), 0);
	assert_int_equal(file_write_atomic(file, text.data, text.len - 3, 0644, NULL), 0);
	assert_int_equal(reach_load(&again, file, NULL), -ENOENT);
	dir_remove(temp, NULL);
}

struct trees {
	char temp[32];
	git_repository *repo;
	char base[IMAGE_COMMIT_TEXT];
};

static int setup(void **state)
{
	const struct tree_file files[] = {{"Makefile", "all:\n", 0},
		{"lib/a.c", "a\n", 0}, {"lib/b.c", "b\n", 0}, {"alone/one", "1\n", 0},
		{"doc/text", "t\n", 0}, {"link", "lib/a.c", 0120000}};
	struct trees *t = calloc(1, sizeof(*t));

	temp_make(t->temp);
	t->repo = tree_open(t->temp);
	tree_commit(t->repo, "main", NULL, "base", files, ARRAY_SIZE(files), t->base);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct trees *t = *state;

	git_repository_free(t->repo);
	dir_remove(t->temp, NULL);
	free(t);
	return 0;
}

static void tree_of(git_repository *repo, const char *commit, char ret[IMAGE_COMMIT_TEXT])
{
	git_commit *object;
	git_oid oid;

	git_oid_fromstr(&oid, commit);
	assert_int_equal(git_commit_lookup(&object, repo, &oid), 0);
	git_oid_tostr(ret, IMAGE_COMMIT_TEXT, git_commit_tree_id(object));
	git_commit_free(object);
}

static bool same_after(struct trees *t, const struct reach *reach,
	const struct tree_file *files, size_t n)
{
	char commit[IMAGE_COMMIT_TEXT], from[IMAGE_COMMIT_TEXT], to[IMAGE_COMMIT_TEXT];
	CLEANUP_BUF struct buf path = {0};
	int r;

	tree_commit(t->repo, "main", t->base, "next", files, n, commit);
	tree_of(t->repo, t->base, from);
	tree_of(t->repo, commit, to);
	buf_init(&path, 4096);
	r = reach_compare(t->repo, reach, from, to, &path, NULL);
	assert_true(r == 0 || r == 1);
	assert_int_equal(path.len == 0, r == 1);
	return r;
}

#define SAME(...)                                                      \
	same_after(t, &reach, (const struct tree_file[]){__VA_ARGS__}, \
		sizeof((const struct tree_file[]){__VA_ARGS__}) /      \
			sizeof(struct tree_file))

static void overlooks_comments(void **state)
{
	CLEANUP_REACH struct reach reach = {0};
	struct trees *t = *state;
	const struct tree_file old = {"lib/a.c", "int a; /* one */\n", 0};
	char commit[IMAGE_COMMIT_TEXT];

	tree_commit(t->repo, "main", t->base, "C", &old, 1, commit);
	memcpy(t->base, commit, sizeof(commit));
	reach_add(&reach, "lib/a.c", REACH_BIT_SEEN | REACH_BIT_COMPILED);
	assert_true(SAME({"lib/a.c", "int a; /* two and more */\n", 0}));
	assert_false(SAME({"lib/a.c", "int a; /* two and more */\n", 0100755}));
	assert_false(SAME({"lib/a.c", "int b; /* one */\n", 0}));
	assert_false(SAME({"lib/a.c", "/* two */\nint a; /* one */\n", 0}));
	reach_add(&reach, "lib/a.c", REACH_BIT_READ);
	assert_false(SAME({"lib/a.c", "int a; /* two and more */\n", 0}));
}

static void compares_trees(void **state)
{
	CLEANUP_REACH struct reach reach = {0};
	struct trees *t = *state;

	reach_add(&reach, "Makefile", REACH_BIT_READ);
	reach_add(&reach, "lib/a.c", REACH_BIT_READ);
	reach_add(&reach, "alone", REACH_BIT_READ);
	reach_add(&reach, "later", REACH_BIT_MISSED);
	assert_true(SAME({"doc/text", "other\n", 0}));
	assert_true(SAME({"doc/text", "t\n", 0100755}));
	assert_true(SAME({"doc/text", NULL, 0}));
	assert_true(SAME({"lib/b.c", "other\n", 0}, {"lib/c.c", "c\n", 0}));
	assert_false(SAME({"lib/a.c", "other\n", 0}));
	assert_false(SAME({"lib/a.c", "a\n", 0100755}));
	assert_false(SAME({"lib/a.c", NULL, 0}));
	assert_false(SAME({"lib/b.c", "other\n", 0}, {"Makefile", "all: x\n", 0}));
	/* a folder that was seen goes with its last file, and one that was missed comes
	 */
	assert_false(SAME({"alone/one", NULL, 0}));
	assert_true(SAME({"alone/one", NULL, 0}, {"alone/two", "2\n", 0}));
	assert_false(SAME({"later/deep/file", "x\n", 0}));
	/* a file becomes a folder, or a symlink */
	assert_false(SAME({"lib/a.c", NULL, 0}, {"lib/a.c/x", "x\n", 0}));
	assert_true(SAME({"doc/text", NULL, 0}, {"doc/text/x", "x\n", 0}));
	assert_false(SAME({"doc/text", "../lib", 0120000}));
	assert_false(SAME({"link", "lib/b.c", 0120000}));
	assert_false(SAME({"link", NULL, 0}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_changes),
		cmocka_unit_test(keeps_and_finds_again),
		cmocka_unit_test_setup_teardown(compares_trees, setup, teardown),
		cmocka_unit_test_setup_teardown(overlooks_comments, setup, teardown),
	};

	return cmocka_run_group_tests_name("reach", tests, NULL, NULL);
}
