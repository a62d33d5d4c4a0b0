// SPDX-License-Identifier: GPL-2.0-or-later
/* Commits that are the same as another: which need no make, which are never mistaken. */
#include "builder/job/job.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "builder/job/workplace.h"
#include "tests/unit/mini-kernel.h"

static void commit_one(struct world *w, const char *parent, const char *path,
	const char *text, char ret_name[IMAGE_COMMIT_TEXT])
{
	const struct tree_file file = {path, text, 0};

	tree_commit(w->mini.repo, "main", parent, path, &file, 1, ret_name);
}

/* What a commit's image.json says that it is the same as; "" for an image of its own. */
static void same_as(struct world *w, bool built, const char *commit,
	char ret_commit[IMAGE_COMMIT_TEXT])
{
	struct job job = mini_job(&w->mini, commit);
	struct image_id real;

	assert_int_equal(store_same_as(&w->mini.store, &job.id, built, &real, NULL), 0);
	snprintf(ret_commit, IMAGE_COMMIT_TEXT, "%s",
		strcmp(real.commit, commit) ? real.commit : "");
}

/* first - text (README) - text2 (README) - word (a new file that nobody looks for) */
static void makes_nothing_that_cannot_differ(void **state)
{
	struct world *w = *state;
	char text[IMAGE_COMMIT_TEXT], text2[IMAGE_COMMIT_TEXT], word[IMAGE_COMMIT_TEXT],
		real[IMAGE_COMMIT_TEXT], path[512];
	struct job job;
	struct outcome outcome;
	CLEANUP_IMAGE struct image image = {0};

	commit_one(w, w->first, "doc/README", "one\n", text);
	commit_one(w, text, "doc/README", "two\n", text2);
	commit_one(w, text2, "doc/word", "x\n", word);
	make(w, w->first);
	outcome = make(w, text);
	assert_int_equal(outcome.result, RESULT_BUILT);
	assert_false(outcome.made);
	assert_string_equal(outcome.same_as, w->first);
	assert_false(make(w, text2).made);
	same_as(w, true, text2, real);
	assert_string_equal(real, w->first); /* never a chain */
	assert_false(make(w, word).made);
	job = mini_job(&w->mini, word);
	assert_int_equal(store_load(&w->mini.store, &job.id, true, &image, NULL), 0);
	assert_string_equal(image.subject, "doc/word");
	assert_string_equal(image.parents[0], text2);
	assert_string_equal(image.how, "same");
	assert_string_equal(image.release, "6.1.0-mini");
	assert_int_equal(image.n_files, 5);
	snprintf(path, sizeof(path), "%s/images/x86_64/mini/%s/vmlinuz",
		w->mini.conf.store, word);
	assert_false(file_exists(path));
	snprintf(path, sizeof(path), "%s/branches/main/x86_64/mini/0000004-%.12s/vmlinuz",
		w->mini.conf.store, word);
	assert_true(file_exists(path));
	assert_image_is_clean_one(w, word);
	/* the next one that is made goes on from what is there */
	assert_true(make(w, w->second).made);
	assert_image_is_clean_one(w, w->second);
}

static bool is_made(struct world *w, const char *commit)
{
	struct outcome outcome = make(w, commit);
	bool made = outcome.made;

	outcome_release(&outcome);
	return made;
}

static void makes_what_may_differ(void **state)
{
	static const struct tree_file cases[] = {
		{"util.h", "#define UTIL 7\n", 0},
		{"core.c", "int core(void)\n{\n\treturn 9;\n}\n", 0},
		{"Makefile", NULL, 0},
	};
	struct world *w = *state;
	char commit[IMAGE_COMMIT_TEXT];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char self[32];

		make(w, w->first);
		snprintf(self, sizeof(self), "case %zu", i);
		tree_commit(w->mini.repo, "main", w->first, self, &cases[i], 1, commit);
		assert_true(is_made(w, commit));
	}
	/* nor is anything believed of a workplace whose make nobody watched */
	make(w, w->first);
	commit_one(w, w->first, "doc/x", "x\n", commit);
	w->mini.local.recorder = NULL;
	make(w, w->second);
	w->mini.local.recorder = w->mini.recorder;
	commit_one(w, w->second, "doc/x", "x\n", commit);
	assert_true(make(w, commit).made);
}

/* The mini kernel with folders to look for headers in, the first before the second.
 * first - use (util.c finds second/seen.h, and asks for opt.h) */
static void make_searching(struct world *w, char ret_use[IMAGE_COMMIT_TEXT])
{
	const char *gcc = strstr(makefile, "gcc -MMD");
	CLEANUP_FREE char *searching = buf_format("%.*sgcc -Igone -Ifirst -Isecond%s",
		(int)(gcc - makefile), makefile, gcc + strlen("gcc"));
	const struct tree_file files[] = {
		{"Makefile", searching, 0},
		{"first/other.h", "", 0},
		{"second/seen.h", "#define SEEN 1\n", 0},
		{"second/two.h", "#define SEEN 5\n", 0},
		{"util.c",
			"#include \"seen.h\"\n#if __has_include(<opt.h>)\n#define OPT "
			"10\n"
			"#else\n#define OPT 20\n#endif\n"
			"int util(void)\n{\n\treturn SEEN + OPT;\n}\n",
			0},
	};

	tree_commit(
		w->mini.repo, "main", w->first, "use", files, ARRAY_SIZE(files), ret_use);
}

static void workplace_file(struct world *w, const char *name, struct buf *b)
{
	buf_init(b, 4096);
	workplace_path(w->mini.conf.state, "mini", "x86_64", "mini", b);
	buf_addf(b, "/%s", name);
}

/* The builder is killed on its way from one tree to the next. */
static void tear_checkout(struct world *w)
{
	CLEANUP_BUF struct buf path, text;
	struct mark mark;

	workplace_file(w, "mark", &path);
	buf_init(&text, 4096);
	assert_int_equal(file_read(path.data, &text, NULL), 0);
	mark_parse(text.data, &mark);
	mark.phase = PHASE_CHECKOUT;
	buf_reset(&text);
	mark_format(&mark, &text);
	assert_int_equal(
		file_write_atomic(path.data, text.data, text.len, 0644, NULL), 0);
}

/* As on a machine whose builds nobody could watch. */
static void forget_reach(struct world *w)
{
	CLEANUP_BUF struct buf path;

	workplace_file(w, "reach", &path);
	assert_int_equal(unlink(path.data), 0);
}

/* Make sees no object that is older than its sources. */
static void sees_a_header_that_hides_another(void **state)
{
	static const struct tree_file cases[] = {
		{"first/seen.h", "#define SEEN 2\n", 0},
		{"gone/seen.h", "#define SEEN 3\n", 0},
		{"seen.h", "#define SEEN 4\n", 0},
		{"second/opt.h", "", 0},
		{"first/seen.h", "../second/two.h", 0120000},
	};
	static void (*const before[])(struct world *) = {tear_checkout, forget_reach};
	struct world *w = *state;
	char use[IMAGE_COMMIT_TEXT], commit[IMAGE_COMMIT_TEXT];

	make_searching(w, use);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		make(w, use);
		tree_commit(w->mini.repo, "main", use, "hide", &cases[i], 1, commit);
		assert_true(is_made(w, commit));
		assert_image_is_clean_one(w, commit);
		remove_image(w, use);
	}
	/* whatever the last builder has left */
	for (size_t i = 0; i < ARRAY_SIZE(before); i++) {
		make(w, use);
		before[i](w);
		tree_commit(w->mini.repo, "main", use, "hide", &cases[0], 1, commit);
		remove_image(w, commit);
		assert_true(is_made(w, commit));
		assert_image_is_clean_one(w, commit);
		remove_image(w, use);
	}
}

/* gcc says nothing of a header that is only asked for. */
static void sees_that_what_was_asked_for_goes(void **state)
{
	const struct tree_file gone = {"second/opt.h", NULL, 0};
	struct world *w = *state;
	char use[IMAGE_COMMIT_TEXT], opt[IMAGE_COMMIT_TEXT], commit[IMAGE_COMMIT_TEXT];

	make_searching(w, use);
	commit_one(w, use, "second/opt.h", "", opt);
	make(w, opt);
	tree_commit(w->mini.repo, "main", opt, "gone", &gone, 1, commit);
	assert_true(is_made(w, commit));
	assert_image_is_clean_one(w, commit);
}

/* A usual commit costs what it did: few files come where one was looked for. */
static void keeps_its_objects_where_nothing_is_hidden(void **state)
{
	const struct tree_file files[] = {{"first/new.h", "#define NEW 1\n", 0},
		{"core.c", "#include \"new.h\"\nint core(void)\n{\n\treturn NEW;\n}\n",
			0}};
	struct world *w = *state;
	char use[IMAGE_COMMIT_TEXT], commit[IMAGE_COMMIT_TEXT];
	struct outcome outcome;

	make_searching(w, use);
	make(w, use);
	tree_commit(w->mini.repo, "main", use, "new", files, ARRAY_SIZE(files), commit);
	outcome = make(w, commit);
	assert_true(outcome.made);
	assert_false(outcome.clean);
	assert_image_is_clean_one(w, commit);
}

/* The bytes are the same, though make had to run to find out. */
static void shares_equal_bytes(void **state)
{
	struct world *w = *state;
	char commit[IMAGE_COMMIT_TEXT], real[IMAGE_COMMIT_TEXT];
	struct outcome outcome;

	commit_one(w, w->first, "core.c", "/* one */ int core(void)\n{\n\treturn 1;\n}\n",
		commit);
	make(w, w->first);
	outcome = make(w, commit);
	assert_true(outcome.made);
	assert_string_equal(outcome.same_as, w->first);
	same_as(w, true, commit, real);
	assert_string_equal(real, w->first);
	assert_image_is_clean_one(w, commit);
}

/* What cannot differ from a commit that does not build does not build either. */
static void knows_failures_that_cannot_differ(void **state)
{
	struct world *w = *state;
	char text[IMAGE_COMMIT_TEXT], real[IMAGE_COMMIT_TEXT], note[160];
	struct outcome outcome;
	struct job job;

	commit_one(w, w->broken, "doc/README", "one\n", text);
	make(w, w->second);
	outcome = make(w, w->broken);
	outcome_release(&outcome);
	job = mini_job(&w->mini, text);
	job.mail = true;
	outcome = make_job(w, &job);
	assert_int_equal(outcome.result, RESULT_FAILED);
	assert_false(outcome.made);
	assert_non_null(strstr(outcome.error, "core.c:3:16: error: "));
	outcome_release(&outcome);
	same_as(w, false, text, real);
	assert_string_equal(real, w->broken);
	/* taken down for those who are to be told */
	snprintf(note, sizeof(note), "%s/breakages/x86_64@mini@%s", w->mini.conf.state,
		text);
	assert_true(file_exists(note));
	assert_image_is_clean_one(w, w->second);
}

/* The next commit may be made in time, on a machine with less to do. */
static void knows_nothing_by_a_limit_that_was_met(void **state)
{
	struct world *w = *state;
	CLEANUP_FREE char *slow =
		buf_format("%sbzImage: slow\nslow:\n\t@sleep 60\n", makefile);
	char commit[IMAGE_COMMIT_TEXT], text[IMAGE_COMMIT_TEXT];
	struct outcome outcome;

	commit_one(w, w->first, "Makefile", slow, commit);
	commit_one(w, commit, "doc/README", "one\n", text);
	make(w, w->first);
	w->mini.conf.build_timeout = 1;
	outcome = make(w, commit);
	assert_int_equal(outcome.result, RESULT_FAILED);
	assert_non_null(strstr(outcome.error, "did not come to an end within 1 s"));
	outcome_release(&outcome);
	assert_true(is_made(w, text));
}

/* A builder that dies on its way to a commit leaves nothing that a later one takes for
 * that commit, or for the one before. */
static void survives_kills_without_wrong_aliases(void **state)
{
	struct world *w = *state;
	char text[IMAGE_COMMIT_TEXT];

	make(w, w->second);
	commit_one(w, w->third, "doc/README", "one\n", text);
	for (int i = 0; i < 6; i++) {
		pid_t pid = fork();

		if (pid == 0)
			run_child(w, i % 2 ? w->second : w->third);
		poll(NULL, 0, 25 * (i + 1));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		make(w, text);
		assert_image_is_clean_one(w, text);
		remove_image(w, text);
		remove_image(w, w->third);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define SHUT_IN(name) cmocka_unit_test_setup_teardown(name, setup_shut_in, teardown)
	const struct CMUnitTest tests[] = {TEST(makes_nothing_that_cannot_differ),
		TEST(makes_what_may_differ), TEST(sees_a_header_that_hides_another),
		TEST(sees_that_what_was_asked_for_goes),
		TEST(keeps_its_objects_where_nothing_is_hidden), TEST(shares_equal_bytes),
		TEST(knows_failures_that_cannot_differ),
		TEST(survives_kills_without_wrong_aliases),
		SHUT_IN(makes_nothing_that_cannot_differ),
		SHUT_IN(knows_nothing_by_a_limit_that_was_met),
		SHUT_IN(survives_kills_without_wrong_aliases)};

	kbuild_environment(NULL);
	return cmocka_run_group_tests_name("job-alias", tests, NULL, NULL);
}
