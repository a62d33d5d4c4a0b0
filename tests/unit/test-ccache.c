// SPDX-License-Identifier: GPL-2.0-or-later
/* Real builds with a real ccache below make: what it may spare, and what it must not
 * hide. */
#include "builder/kbuild/ccache.h"

#include <errno.h>

#include "builder/job/job.h"
#include "builder/sandbox/sandbox.h"
#include "lib/child.h"
#include "tests/unit/mini-builder.h"

static const char makefile[] =
	"allnoconfig:\n\t@cp $(KCONFIG_ALLCONFIG) $(O)/.config\n"
	".PHONY: $(O)/x.o\n$(O)/x.o:\n"
	"\t@gcc -Ia -Ib -c x.c -o $(O)/x.o\n"
	"bzImage: $(O)/x.o\n"
	"\t@mkdir -p $(O)/arch/x86/boot $(O)/include/config\n"
	"\t@echo 6.1.0 >$(O)/include/config/kernel.release; echo x >$(O)/System.map\n"
	"\t@cp $(O)/x.o $(O)/vmlinux; cp $(O)/x.o $(O)/arch/x86/boot/bzImage\n";

struct world {
	struct mini mini;
	char first[IMAGE_COMMIT_TEXT], hidden[IMAGE_COMMIT_TEXT],
		other[IMAGE_COMMIT_TEXT];
};

/* first: b/x.h alone. hidden: a/x.h, which the compiler finds before it. other:
 * another b/x.h. */
static void make_history(struct world *w)
{
	const struct tree_file first[] = {{"Makefile", makefile, 0},
		{"x.c", "#include \"x.h\"\nint x = X;\n", 0},
		{"a/other", "a folder that is there\n", 0},
		{"b/x.h", "#define X 1\n", 0}};
	const struct tree_file hidden[] = {{"a/x.h", "#define X 2\n", 0}};
	const struct tree_file other[] = {{"b/x.h", "#define X 3\n", 0}};

	tree_commit(
		w->mini.repo, "main", NULL, "first", first, ARRAY_SIZE(first), w->first);
	tree_commit(w->mini.repo, "main", w->first, "hidden", hidden, 1, w->hidden);
	tree_commit(w->mini.repo, "main", w->first, "other", other, 1, w->other);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	mini_open(&w->mini,
		"store = ~/store\nstate = ~/state\njobs = 1\nccache = yes\n"
		"[tree mini]\nremote = ~/git\n[tree other]\nremote = ~/git\n"
		"[config one]\nfile = mini-{arch}\nbase = allnoconfig\n"
		"[config two]\nfile = mini-{arch}\nbase = allnoconfig\n",
		"");
	make_history(w);
	recorder_path(w->mini.recorder);
	w->mini.local.recorder = w->mini.recorder;
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

static void needs_ccache(void)
{
	if (!ccache_there() || sandbox_check(NULL) < 0)
		skip();
}

/* Makes it; tree and config by their place in builder.conf. */
static struct outcome make(struct world *w, int tree, int config, const char *commit)
{
	struct job job = {.tree = &w->mini.conf.trees[tree],
		.config = &w->mini.conf.configs[config],
		.id = {.arch = "x86_64"}};
	struct outcome outcome = {0};
	struct err err = ERR_INIT;

	snprintf(job.id.config, sizeof(job.id.config), "%s", job.config->name);
	snprintf(job.id.commit, sizeof(job.id.commit), "%s", commit);
	if (local_make(&w->mini.local, &job, &outcome, &err) < 0)
		fail_msg("%s", err.text);
	if (outcome.result != RESULT_BUILT)
		fail_msg("%s", outcome.error);
	return outcome;
}

static void read_kernel(
	struct world *w, const char *config, const char *commit, struct buf *b)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/images/x86_64/%s/%s/vmlinuz", w->mini.conf.store,
		config, commit);
	buf_init(b, 1 << 20);
	assert_int_equal(file_read(path, b, NULL), 0);
}

static void assert_same_kernel(
	struct world *w, const char *config_a, const char *config_b, const char *commit)
{
	CLEANUP_BUF struct buf a = {0}, b = {0};

	read_kernel(w, config_a, commit, &a);
	read_kernel(w, config_b, commit, &b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
}

/* A figure of ccache's own; of a cache that is not there 0. */
static int count(struct world *w, const char *tree, const char *figure)
{
	struct child_spec spec = CHILD_SPEC_INIT;
	CLEANUP_BUF struct buf out = {0};
	struct child_result result;
	char dir[128], *argv[] = {"ccache", "--dir", dir, "--print-stats", NULL};
	const char *at;

	snprintf(dir, sizeof(dir), "%s/ccache/%s", w->mini.conf.state, tree);
	if (!file_exists(dir))
		return 0;
	buf_init(&out, 1 << 16);
	spec.argv = argv;
	spec.out = &out;
	assert_int_equal(child_run(&spec, &result, NULL), 0);
	at = strstr(out.data, figure);
	assert_non_null(at);
	return atoi(at + strlen(figure));
}

static void another_config_is_spared_the_compiler(void **state)
{
	struct world *w = *state;

	needs_ccache();
	make(w, 0, 0, w->first);
	assert_int_equal(count(w, "mini", "cache_miss\t"), 1);
	make(w, 0, 1, w->first);
	assert_int_equal(count(w, "mini", "cache_miss\t"), 1);
	assert_int_equal(count(w, "mini", "preprocessed_cache_hit\t"), 1);
	assert_int_equal(count(w, "mini", "direct_cache_hit\t"), 0);
	assert_same_kernel(w, "one", "two", w->first);
}

static void it_makes_the_bytes_of_the_compiler(void **state)
{
	struct world *w = *state;

	needs_ccache();
	make(w, 0, 0, w->first);
	free(w->mini.conf.ccache);
	w->mini.conf.ccache = NULL;
	make(w, 0, 1, w->first);
	assert_same_kernel(w, "one", "two", w->first);
}

/* The reach is known from a hit as well: that a/x.h was looked for and not there. */
static void a_header_that_comes_first_is_no_alias(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf before = {0}, after = {0};
	struct outcome outcome;

	needs_ccache();
	make(w, 0, 0, w->first);
	make(w, 0, 1, w->first);
	assert_int_equal(count(w, "mini", "preprocessed_cache_hit\t"), 1);
	outcome = make(w, 0, 1, w->hidden);
	assert_true(outcome.made);
	assert_string_equal(outcome.same_as, "");
	read_kernel(w, "two", w->first, &before);
	read_kernel(w, "two", w->hidden, &after);
	assert_true(before.len != after.len ||
		    memcmp(before.data, after.data, after.len) != 0);
}

static void a_tree_does_not_read_anothers_cache(void **state)
{
	struct world *w = *state;

	needs_ccache();
	make(w, 0, 0, w->first);
	make(w, 1, 1, w->first);
	assert_int_equal(count(w, "mini", "cache_miss\t"), 1);
	assert_int_equal(count(w, "other", "cache_miss\t"), 1);
	assert_int_equal(count(w, "other", "preprocessed_cache_hit\t"), 0);
}

static void auto_takes_it_for_what_is_made_from_nothing(void **state)
{
	struct world *w = *state;

	needs_ccache();
	free(w->mini.conf.ccache);
	w->mini.conf.ccache = strdup("auto");
	make(w, 0, 0, w->first);
	assert_int_equal(count(w, "mini", "cache_miss\t"), 1);
	make(w, 0, 0, w->other);
	assert_int_equal(count(w, "mini", "cache_miss\t"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			another_config_is_spared_the_compiler, setup, teardown),
		cmocka_unit_test_setup_teardown(
			it_makes_the_bytes_of_the_compiler, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_header_that_comes_first_is_no_alias, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_tree_does_not_read_anothers_cache, setup, teardown),
		cmocka_unit_test_setup_teardown(
			auto_takes_it_for_what_is_made_from_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
