// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A history with hostile commits in it: each is recorded for what it did, the machine is
 * blamed for none, and the next good one is built as if they had not been.
 */
#include "builder/job/job.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "builder/kbuild/kbuild.h"
#include "tests/unit/mini-builder.h"

#define GOOD_SECONDS 10 /* more than a good build ever takes here */

#define MAKEFILE(recipe)                                                               \
	"allnoconfig:\n\t@cp $(KCONFIG_ALLCONFIG) $(O)/.config\n"                      \
	"bzImage:\n"                                                                   \
	"\t@mkdir -p $(O)/arch/x86/boot $(O)/include/config\n"                         \
	"\t@echo 6.1.0 >$(O)/include/config/kernel.release; echo x >$(O)/System.map\n" \
	"\t@rm -rf $(O)/vmlinux; cp text $(O)/vmlinux\n"                               \
	"\t@rm -rf $(O)/arch/x86/boot/bzImage; cp text "                               \
	"$(O)/arch/x86/boot/bzImage\n" recipe

struct world {
	struct mini mini;
	char last[IMAGE_COMMIT_TEXT];
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	mini_open(&w->mini,
		"store = ~/store\nstate = ~/state\njobs = 2\nbuild-timeout = 30\n"
		"memory-limit = 200\nprocess-limit = 64\nobject-limit = 64\n"
		"[tree mini]\nremote = ~/git\n"
		"[config mini]\nfile = mini-{arch}\nbase = allnoconfig\n",
		"");
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	mini_close(&w->mini);
	free(w);
	return 0;
}

static void commit(struct world *w, const char *makefile, const char *text)
{
	const struct tree_file files[] = {{"Makefile", makefile, 0}, {"text", text, 0}};

	tree_commit(w->mini.repo, "main", w->last[0] ? w->last : NULL, "commit", files, 2,
		w->last);
}

static int make(struct world *w, struct outcome *ret_outcome, struct err *err)
{
	struct job job = mini_job(&w->mini, w->last);

	return local_make(&w->mini.local, &job, ret_outcome, err);
}

static void assert_builds(struct world *w, const char *text)
{
	struct outcome outcome = {0};
	CLEANUP_BUF struct buf path, kernel;
	struct err err = ERR_INIT;

	commit(w, MAKEFILE(""), text);
	w->mini.conf.build_timeout = GOOD_SECONDS;
	if (make(w, &outcome, &err) < 0)
		fail_msg("%s", err.text);
	if (outcome.result != RESULT_BUILT)
		fail_msg("%s", outcome.error);
	buf_init(&path, 4096);
	buf_init(&kernel, 4096);
	buf_addf(&path, "%s/images/x86_64/mini/%s/vmlinuz", w->mini.conf.store, w->last);
	assert_int_equal(file_read(path.data, &kernel, NULL), 0);
	assert_string_equal(kernel.data, text);
}

static void assert_fails(struct world *w, const char *makefile, const char *why)
{
	struct outcome outcome = {0};
	struct err err = ERR_INIT;
	CLEANUP_BUF struct buf path;

	commit(w, makefile, "bad\n");
	if (make(w, &outcome, &err) < 0)
		fail_msg("the machine is blamed: %s", err.text);
	if (outcome.result != RESULT_FAILED)
		fail_msg("result %d for %s", outcome.result, makefile);
	if (!strstr(outcome.error, why))
		fail_msg("no '%s' in '%s'", why, outcome.error);
	outcome_release(&outcome);
	buf_init(&path, 4096);
	buf_addf(
		&path, "%s/failed/x86_64/mini/%s/build.log", w->mini.conf.store, w->last);
	assert_true(file_exists(path.data));
}

static void endless(void **state)
{
	struct world *w = *state;

	assert_builds(w, "one\n");
	w->mini.conf.build_timeout = 1;
	assert_fails(w, MAKEFILE("\t@while :; do :; done\n"),
		"tenfold: the build did not come to an end within ");
	assert_builds(w, "two\n");
	w->mini.conf.build_timeout = 1;
	/* by force, with half a file left */
	assert_fails(w,
		MAKEFILE("\t@trap '' TERM; echo half >$(O)/vmlinux; while :; do :; "
			 "done\n"),
		"did not come to an end");
	assert_builds(w, "three\n");
}

static void endless_in_configure(void **state)
{
	struct world *w = *state;

	w->mini.conf.build_timeout = 1;
	/* make keeps what a recipe says until it ends, and so itself meets the limit */
	assert_fails(w, "allnoconfig:\n\t@yes\n", "");
	assert_builds(w, "one\n");
}

static void greedy(void **state)
{
	struct world *w = *state;

	assert_builds(w, "one\n");
	if (geteuid() == 0) /* each process less than the limit */
		assert_fails(w,
			MAKEFILE("\t@eat() { (head -c 90M /dev/zero; sleep 2) | tail; }; "
				 "eat & a=$$!; eat & b=$$!; eat & c=$$!; "
				 "wait $$a && wait $$b && wait $$c\n"),
			"tenfold: the build wanted more than 200 MB of memory");
	assert_fails(w,
		MAKEFILE("\t@for i in $$(seq 3); do head -c 40M /dev/zero "
			 ">$(O)/$$i; sync $(O)/$$i; done; sleep 99\n"),
		"tenfold: the build wrote more than 64 MB of objects");
	assert_builds(w, "two\n");
}

/* A number of jobs that is too much is no fault of the commit's. */
static void greedy_in_company(void **state)
{
	struct outcome outcome = {0};
	struct world *w = *state;

	if (geteuid() != 0)
		skip();
	commit(w,
		MAKEFILE("\t@$(MAKE) a b O=$(O)\n"
			 "a b:\n\t@head -c 120M /dev/zero | tail | (sleep 1; wc -c)\n"),
		"one\n");
	assert_int_equal(make(w, &outcome, NULL), 0);
	assert_int_equal(outcome.result, RESULT_BUILT);
}

static void thieves(void **state)
{
	struct world *w = *state;

	assert_fails(w, MAKEFILE("\t@rm $(O)/vmlinux; ln -s /etc/passwd $(O)/vmlinux\n"),
		"tenfold: the build left no file 'vmlinux'");
	assert_fails(w, MAKEFILE("\t@rm -r $(O)/arch; ln -s /etc $(O)/arch\n"),
		"tenfold: the build left no file 'arch/x86/boot/bzImage'");
	assert_fails(w, MAKEFILE("\t@rm $(O)/.config; mkfifo $(O)/.config\n"),
		"left no file '.config'");
	/* the pipe is still there and holds the next one up: then all is made anew */
	assert_builds(w, "two\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {TEST(endless), TEST(endless_in_configure),
		TEST(greedy), TEST(greedy_in_company), TEST(thieves)};

	kbuild_environment(NULL);
	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
