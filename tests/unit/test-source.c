// SPDX-License-Identifier: GPL-2.0-or-later
#include "builder/job/source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builder/git/repo.h"
#include "tests/unit/builder-tree.h"

struct world {
	char temp[32];
	char git[64], src[64];
	git_repository *repo;
	char a[IMAGE_COMMIT_TEXT], b[IMAGE_COMMIT_TEXT];
};

/* a: the start. b: every kind of change. */
static const struct tree_file files_a[] = {
	{"Makefile", "all:\n", 0},
	{"kept.c", "kept\n", 0},
	{"changed.c", "old\n", 0},
	{"gone.c", "gone\n", 0},
	{"deep/er/gone.h", "gone\n", 0},
	{"script.sh", "#!/bin/sh\n", 0},
	{"link", "kept.c", 0120000},
	{"was-file", "file\n", 0},
	{"was-folder/in.c", "in\n", 0},
};
static const struct tree_file files_b[] = {
	{"changed.c", "new\n", 0},
	{"gone.c", NULL, 0},
	{"deep/er/gone.h", NULL, 0},
	{"script.sh", "#!/bin/sh\n", 0100755},
	{"link", "changed.c", 0120000},
	{"was-file", NULL, 0},
	{"was-file/now.c", "now\n", 0},
	{"was-folder/in.c", NULL, 0},
	{"was-folder", "now a file\n", 0},
	{"drivers/Kconfig", "config X\n", 0},
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	temp_make(w->temp);
	snprintf(w->git, sizeof(w->git), "%s/git", w->temp);
	snprintf(w->src, sizeof(w->src), "%s/src", w->temp);
	w->repo = tree_open(w->git);
	tree_commit(w->repo, "main", NULL, "a", files_a, ARRAY_SIZE(files_a), w->a);
	tree_commit(w->repo, "main", w->a, "b", files_b, ARRAY_SIZE(files_b), w->b);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	git_repository_free(w->repo);
	dir_remove(w->temp, NULL);
	free(w);
	return 0;
}

static struct stat look(struct world *w, const char *name)
{
	char path[256];
	struct stat st = {0};

	snprintf(path, sizeof(path), "%s/%s", w->src, name);
	lstat(path, &st);
	return st;
}

static void assert_holds(struct world *w, const char *name, const char *text)
{
	CLEANUP_BUF struct buf b;
	char path[256];

	buf_init(&b, 4096);
	snprintf(path, sizeof(path), "%s/%s", w->src, name);
	assert_int_equal(file_read(path, &b, NULL), 0);
	assert_string_equal(b.data, text);
}

static void put(struct world *w, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", w->src, name);
	assert_int_equal(file_write_atomic(path, text, strlen(text), 0644, NULL), 0);
}

static struct source_change update(struct world *w, const char *from, const char *to)
{
	struct source_change change = {0};
	struct commit old = {0}, new;
	struct err err = ERR_INIT;

	if (from)
		assert_int_equal(repo_commit(w->repo, from, &old, &err), 0);
	assert_int_equal(repo_commit(w->repo, to, &new, &err), 0);
	if (source_update(w->repo, w->src, from ? old.tree : NULL, new.tree,
		    (struct timespec){0}, &change, &err) < 0)
		fail_msg("%s", err.text);
	commit_release(&old);
	commit_release(&new);
	return change;
}

static void assert_is_b(struct world *w)
{
	char target[64] = "", path[256];

	assert_holds(w, "kept.c", "kept\n");
	assert_holds(w, "changed.c", "new\n");
	assert_holds(w, "was-file/now.c", "now\n");
	assert_holds(w, "was-folder", "now a file\n");
	assert_int_equal(look(w, "gone.c").st_mode, 0);
	assert_int_equal(look(w, "deep").st_mode, 0);
	assert_int_equal(look(w, "script.sh").st_mode & 0777, 0755);
	snprintf(path, sizeof(path), "%s/link", w->src);
	assert_int_equal(readlink(path, target, sizeof(target)), 9);
	assert_string_equal(target, "changed.c");
}

static void writes_what_differs_and_nothing_else(void **state)
{
	struct world *w = *state;
	struct source_change change = update(w, NULL, w->a);
	struct stat kept = look(w, "kept.c");

	assert_int_equal(change.written, ARRAY_SIZE(files_a));
	assert_true(change.kconfig);
	change = update(w, w->a, w->b);
	assert_is_b(w);
	assert_int_equal(look(w, "kept.c").st_ino, kept.st_ino);
	assert_int_equal(look(w, "kept.c").st_mtim.tv_nsec, kept.st_mtim.tv_nsec);
	assert_int_equal(change.written, 6);
	assert_int_equal(change.removed, 4);
	assert_true(change.kconfig);
	change = update(w, w->b, w->b);
	assert_int_equal(change.written + change.removed, 0);
	assert_false(change.kconfig);
}

static void puts_any_mess_right(void **state)
{
	struct world *w = *state;
	struct source_change change;
	struct stat kept;

	update(w, NULL, w->a);
	kept = look(w, "kept.c");
	/* half of the way to b, and what nobody made */
	put(w, "changed.c", "new\n");
	put(w, "gone.c", "half-writ");
	put(w, "stray.c", "stray\n");
	put(w, "deep/er/stray.h", "stray\n");
	change = update(w, NULL, w->b);
	assert_is_b(w);
	assert_int_equal(look(w, "stray.c").st_mode, 0);
	assert_int_equal(look(w, "kept.c").st_ino, kept.st_ino);
	assert_true(change.kconfig);
	/* a second look finds nothing to do */
	change = update(w, NULL, w->b);
	assert_int_equal(change.written + change.removed, 0);
}

/* Killed when the new symlink was there and all else was still to come: the link is what
 * it should be, and what it leads to must look new all the same. */
static void knows_no_symlink_after_a_kill(void **state)
{
	const struct tree_file one[] = {{"asm-a/x.h", "a\n", 0}, {"asm-b/x.h", "b\n", 0},
		{"asm", "asm-a", 0120000}};
	const struct tree_file two[] = {{"asm", "asm-b", 0120000}};
	char before[IMAGE_COMMIT_TEXT], after[IMAGE_COMMIT_TEXT], path[128];
	const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	struct world *w = *state;

	tree_commit(w->repo, "main", w->b, "one", one, ARRAY_SIZE(one), before);
	tree_commit(w->repo, "main", before, "two", two, ARRAY_SIZE(two), after);
	update(w, NULL, before);
	snprintf(path, sizeof(path), "%s/asm-b/x.h", w->src);
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	snprintf(path, sizeof(path), "%s/asm", w->src);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("asm-b", path), 0);
	update(w, NULL, after);
	assert_true(look(w, "asm-b/x.h").st_mtim.tv_sec > 1000);
}

static void falls_back_when_the_old_commit_is_gone(void **state)
{
	struct world *w = *state;
	struct source_change change = {0};
	struct commit new;

	update(w, NULL, w->a);
	assert_int_equal(repo_commit(w->repo, w->b, &new, NULL), 0);
	assert_int_equal(
		source_update(w->repo, w->src, "0123456789012345678901234567890123456789",
			new.tree, (struct timespec){0}, &change, NULL),
		0);
	assert_is_b(w);
	commit_release(&new);
}

static void no_file_is_older_than_the_objects(void **state)
{
	struct world *w = *state;
	struct source_change change = {0};
	struct commit old, new;
	/* the clock went back by an hour since the objects were made */
	struct timespec floor = {.tv_sec = time(NULL) + 3600, .tv_nsec = 5};

	update(w, NULL, w->a);
	assert_int_equal(repo_commit(w->repo, w->a, &old, NULL), 0);
	assert_int_equal(repo_commit(w->repo, w->b, &new, NULL), 0);
	assert_int_equal(
		source_update(w->repo, w->src, old.tree, new.tree, floor, &change, NULL),
		0);
	assert_true(look(w, "changed.c").st_mtim.tv_sec >= floor.tv_sec);
	assert_true(look(w, "link").st_mtim.tv_sec >= floor.tv_sec);
	assert_true(look(w, "kept.c").st_mtim.tv_sec < floor.tv_sec);
	commit_release(&old);
	commit_release(&new);
}

static void does_not_leave_its_folder(void **state)
{
	/* link -> /tmp/..., then a file "behind" the link in a hand-made tree */
	struct world *w = *state;
	struct source_change change = {0};
	struct err err = ERR_INIT;
	char out[64], path[128], tree[IMAGE_COMMIT_TEXT];
	git_treebuilder *builder;
	git_oid blob, oid;

	snprintf(out, sizeof(out), "%s/outside", w->temp);
	assert_int_equal(dir_make(out, 0755, NULL), 0);
	assert_int_equal(dir_make(w->src, 0755, NULL), 0);
	snprintf(path, sizeof(path), "%s/was-file", w->src);
	assert_int_equal(symlink(out, path), 0);
	update(w, NULL, w->b);
	snprintf(path, sizeof(path), "%s/now.c", out);
	assert_false(file_exists(path));
	assert_is_b(w);

	assert_int_equal(git_blob_create_from_buffer(&blob, w->repo, "x", 1), 0);
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 0);
	assert_int_equal(git_treebuilder_new(&builder, w->repo, NULL), 0);
	/* libgit2 refuses to make such a tree; if it ever takes it, we must refuse */
	if (git_treebuilder_insert(NULL, builder, "..", &blob, GIT_FILEMODE_BLOB) == 0) {
		assert_int_equal(git_treebuilder_write(&oid, builder), 0);
		git_oid_tostr(tree, sizeof(tree), &oid);
		assert_int_equal(source_update(w->repo, w->src, NULL, tree,
					 (struct timespec){0}, &change, &err),
			-EINVAL);
	}
	git_treebuilder_free(builder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			writes_what_differs_and_nothing_else, setup, teardown),
		cmocka_unit_test_setup_teardown(puts_any_mess_right, setup, teardown),
		cmocka_unit_test_setup_teardown(
			knows_no_symlink_after_a_kill, setup, teardown),
		cmocka_unit_test_setup_teardown(
			falls_back_when_the_old_commit_is_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(
			no_file_is_older_than_the_objects, setup, teardown),
		cmocka_unit_test_setup_teardown(
			does_not_leave_its_folder, setup, teardown),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
