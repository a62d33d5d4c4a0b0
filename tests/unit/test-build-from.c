// SPDX-License-Identifier: GPL-2.0-or-later
/* build --from: a commit of another repository, made beside its tree's. */
#include <stdlib.h>

#include "builder/builder.h"
#include "builder/git/repo.h"
#include "tests/unit/builder-tree.h"

static struct {
	char temp[32], parent[IMAGE_COMMIT_TEXT], child[IMAGE_COMMIT_TEXT];
	char made_tree[64], made_commit[IMAGE_COMMIT_TEXT], made_remote[128];
} world;

static int make(
	void *ctx, const struct job *job, struct outcome *ret_outcome, struct err *err)
{
	(void)ctx;
	(void)err;
	snprintf(world.made_tree, sizeof(world.made_tree), "%s", job->tree->name);
	snprintf(world.made_commit, sizeof(world.made_commit), "%s", job->id.commit);
	snprintf(world.made_remote, sizeof(world.made_remote), "%s", job->tree->remote);
	assert_true(job->tree->in_place);
	*ret_outcome = (struct outcome){.result = RESULT_BUILT};
	return 0;
}

/* tree a: nothing of it; tree b: the parent; from: parent - child */
static int setup(void **state)
{
	static const struct tree_file files[] = {{"x", "1\n", 0}},
				      more[] = {{"x", "2\n", 0}};
	static const char *const names[] = {"a", "b", "from"};
	char path[64], other[IMAGE_COMMIT_TEXT];

	(void)state;
	temp_make(world.temp);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		git_repository *repo;

		snprintf(path, sizeof(path), "%s/%s", world.temp, names[i]);
		repo = tree_open(path);
		tree_commit(repo, "main", NULL, i ? "parent" : "other", i ? files : more,
			1, i ? world.parent : other);
		if (i == 2)
			tree_commit(repo, "main", world.parent, "child", more, 1,
				world.child);
		git_repository_free(repo);
	}
	snprintf(path, sizeof(path), "%s/lab", world.temp);
	return file_write_atomic(path, "CONFIG_X=y\n", 11, 0644, NULL);
}

static int teardown(void **state)
{
	(void)state;
	return dir_remove(world.temp, NULL);
}

static int build(char *word, char *option, char *value, struct err *err)
{
	char text[512], conf[64], from[64], store[64], dir[64];
	char *argv[] = {"tenfold-builder", "build", "--conf", conf, "--from", from,
		option, value};
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT, rest = STRVEC_INIT;
	struct builder b = {.signal_fd = -1, .maker = {.make = make}};
	int code;

	snprintf(conf, sizeof(conf), "%s/conf", world.temp);
	snprintf(from, sizeof(from), "%s/from", world.temp);
	snprintf(store, sizeof(store), "%s/store", world.temp);
	snprintf(dir, sizeof(dir), "%s/state", world.temp);
	assert_int_equal(dir_make(store, 0755, NULL), 0);
	assert_int_equal(dir_make(dir, 0755, NULL), 0);
	snprintf(text, sizeof(text),
		"store = %s\nstate = %s\n[tree a]\nremote = %s/a\n"
		"[tree b]\nremote = %s/b\n[config lab]\nfile = %s/lab\n",
		store, dir, world.temp, world.temp, world.temp);
	assert_int_equal(file_write_atomic(conf, text, strlen(text), 0644, NULL), 0);
	if (conf_read(&b.conf, option ? 8 : 6, argv, &rest, err) < 0)
		fail_msg("%s", err->text);
	b.store.root = b.conf.store;
	strvec_add(&words, word);
	repo_library_init(NULL);
	code = builder_build(&b, &words, err);
	conf_release(&b.conf);
	return code;
}

static void a_commit_is_built_beside_its_parent(void **state)
{
	struct err err = ERR_INIT;
	char from[64];

	(void)state;
	snprintf(from, sizeof(from), "%s/from", world.temp);
	if (build(world.child, NULL, NULL, &err) != EXIT_THERE)
		fail_msg("%s", err.text);
	assert_string_equal(world.made_tree, "b");
	assert_string_equal(world.made_commit, world.child);
	assert_string_equal(world.made_remote, from);
}

static void a_tree_can_be_named(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	if (build(world.child, "--tree", "a", &err) != EXIT_THERE)
		fail_msg("%s", err.text);
	assert_string_equal(world.made_tree, "a");
}

static void one_without_a_tree_is_refused(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	/* its first commit has no parent that a tree could have */
	assert_int_equal(build(world.parent, NULL, NULL, &err), EXIT_INPUT);
	assert_non_null(strstr(err.text, "say --tree"));
	assert_int_equal(build("0123456789", NULL, NULL, &err), EXIT_INPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_commit_is_built_beside_its_parent),
		cmocka_unit_test(a_tree_can_be_named),
		cmocka_unit_test(one_without_a_tree_is_refused),
	};

	return cmocka_run_group_tests_name("build-from", tests, setup, teardown);
}
