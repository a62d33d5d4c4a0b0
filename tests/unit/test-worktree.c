// SPDX-License-Identifier: GPL-2.0-or-later
/* A repository with one commit of two files, and what somebody may do in it. */
#include "lib/worktree.h"

#include <sys/stat.h>

#include "tests/unit/builder-tree.h"

struct world {
	char temp[32];
	git_repository *repo;
	git_index *index;
};

static void in(const struct world *w, const char *name, char ret_path[64])
{
	snprintf(ret_path, 64, "%s/%s", w->temp, name);
}

static void put(const struct world *w, const char *name, const char *text)
{
	char path[64];

	in(w, name, path);
	assert_int_equal(file_write_atomic(path, text, strlen(text), 0644, NULL), 0);
}

static void stage(struct world *w, const char *name)
{
	assert_int_equal(git_index_add_bypath(w->index, name), 0);
	assert_int_equal(git_index_write(w->index), 0);
}

static void commit(struct world *w)
{
	git_oid oid, tree_oid;
	git_signature *who;
	git_tree *tree;

	assert_int_equal(git_index_write_tree(&tree_oid, w->index), 0);
	assert_int_equal(git_tree_lookup(&tree, w->repo, &tree_oid), 0);
	assert_int_equal(git_signature_new(&who, "A", "a@example.org", 1, 0), 0);
	assert_int_equal(git_commit_create_v(
				 &oid, w->repo, "HEAD", who, who, NULL, "one", tree, 0),
		0);
	git_signature_free(who);
	git_tree_free(tree);
}

static void open_world(struct world *w, bool committed)
{
	*w = (struct world){0};
	temp_make(w->temp);
	git_libgit2_init();
	assert_int_equal(git_repository_init(&w->repo, w->temp, 0), 0);
	assert_int_equal(git_repository_index(&w->index, w->repo), 0);
	put(w, "a", "a");
	put(w, "b", "b");
	stage(w, "a");
	stage(w, "b");
	if (committed)
		commit(w);
}

static void close_world(struct world *w)
{
	git_index_free(w->index);
	git_repository_free(w->repo);
	git_libgit2_shutdown();
	dir_remove(w->temp, NULL);
}

static void nothing(struct world *w)
{
	(void)w;
}

static void change(struct world *w)
{
	put(w, "b", "c");
}

static void write_again(struct world *w)
{
	put(w, "b", "b");
}

static void change_and_stage(struct world *w)
{
	put(w, "b", "c");
	stage(w, "b");
}

static void stage_and_take_back(struct world *w)
{
	change_and_stage(w);
	put(w, "b", "b");
}

static void add(struct world *w)
{
	put(w, "new", "new");
	stage(w, "new");
}

static void add_nothing(struct world *w)
{
	put(w, "new", "new");
}

static void drop(struct world *w)
{
	char path[64];

	in(w, "b", path);
	assert_int_equal(unlink(path), 0);
}

static void drop_from_the_index(struct world *w)
{
	assert_int_equal(git_index_remove_bypath(w->index, "b"), 0);
	assert_int_equal(git_index_write(w->index), 0);
}

static void make_a_program(struct world *w)
{
	char path[64];

	in(w, "b", path);
	assert_int_equal(chmod(path, 0755), 0);
}

/* as a sparse checkout does */
static void leave_out(struct world *w)
{
	git_index_entry entry = *git_index_get_bypath(w->index, "b", 0);

	entry.flags |= GIT_INDEX_ENTRY_EXTENDED;
	entry.flags_extended |= GIT_INDEX_ENTRY_SKIP_WORKTREE;
	assert_int_equal(git_index_add(w->index, &entry), 0);
	assert_int_equal(git_index_write(w->index), 0);
	drop(w);
}

static void leave_out_and_change_another(struct world *w)
{
	leave_out(w);
	put(w, "a", "changed");
}

/* asked as a program does, that has the repository from the disk */
static bool look(const struct world *w, struct err *note)
{
	git_repository *repo;
	bool differs;

	assert_int_equal(git_repository_open(&repo, w->temp), 0);
	differs = worktree_differs(repo, "REPO", note);
	git_repository_free(repo);
	return differs;
}

static void tells_what_is_not_committed(void **state)
{
	static const struct {
		void (*work)(struct world *w);
		const char *name;
		bool differs;
	} cases[] = {
		{nothing, "nothing", false},
		{change, "a change", true},
		{write_again, "the same text once more", false},
		{change_and_stage, "a change that is staged", true},
		{stage_and_take_back, "one that only the index has", true},
		{add, "a new file", true},
		{add_nothing, "one that git does not know", false},
		{drop, "a file that is gone", true},
		{drop_from_the_index, "one that the index lacks", true},
		{make_a_program, "another mode", true},
		{leave_out, "a sparse checkout", false},
		{leave_out_and_change_another, "a change in one", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err note = ERR_INIT;
		struct world w;

		open_world(&w, true);
		cases[i].work(&w);
		if (look(&w, &note) != cases[i].differs)
			fail_msg("%s: %s", cases[i].name,
				cases[i].differs ? "is not seen" : "is said to differ");
		assert_string_equal(note.text,
			cases[i].differs ? "'REPO' has changes that are not committed: "
					   "they are in no image"
					 : "");
		close_world(&w);
	}
}

static void nothing_to_differ_from(void **state)
{
	struct err note = ERR_INIT;
	git_repository *bare;
	struct world w;
	char path[64];

	(void)state;
	open_world(&w, false);
	assert_false(look(&w, &note));
	in(&w, "bare.git", path);
	assert_int_equal(git_repository_init(&bare, path, 1), 0);
	assert_false(worktree_differs(bare, path, &note));
	git_repository_free(bare);
	close_world(&w);
}

static void the_index_is_only_read(void **state)
{
	CLEANUP_BUF struct buf before, after;
	struct world w;
	char path[64];

	(void)state;
	buf_init(&before, 4096);
	buf_init(&after, 4096);
	open_world(&w, true);
	write_again(&w);
	in(&w, ".git/index", path);
	assert_int_equal(file_read(path, &before, NULL), 0);
	assert_false(look(&w, NULL));
	assert_int_equal(file_read(path, &after, NULL), 0);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.data, after.data, before.len);
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_is_not_committed),
		cmocka_unit_test(nothing_to_differ_from),
		cmocka_unit_test(the_index_is_only_read),
	};

	return cmocka_run_group_tests_name("worktree", tests, NULL, NULL);
}
