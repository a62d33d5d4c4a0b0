// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole builds in which objects are spared: nobody can tell their images from others. */
#include "builder/job/job.h"

#include <signal.h>
#include <sys/wait.h>

#include "builder/job/workplace.h"
#include "tests/unit/mini-kernel.h"

/* Make works in O and writes down about each object what kbuild does, in the same words.
 * The first object that is made while TEST_DIE names a process takes it along. */
static const char kbuild_like[] =
	"ifndef INSIDE\n"
	"allnoconfig bzImage modules modules_install:\n"
	"\t@mkdir -p $(O); $(MAKE) --no-print-directory -C $(O) -f $(CURDIR)/Makefile "
	"INSIDE=1 S=$(CURDIR) $@\n"
	"else\n"
	"REL := 6.1.0-mini\n"
	"objs := init.o one.o two.o three.o\n"
	"cc = gcc -Wp,-MMD,.$@.d -O2 -c -o $@ $<\n"
	"allnoconfig:\n"
	"\t@cp $(KCONFIG_ALLCONFIG) .config\n"
	"%.o: $(S)/%.c\n"
	"\t@echo '  CC      $@'\n"
	"\t@if [ -n \"$$TEST_DIE\" ]; then kill -9 $$TEST_DIE; kill -9 $$PPID; fi\n"
	"\t@$(cc)\n"
	"\t@{ echo 'cmd_$@ := $(cc)'; echo; echo \"deps_$@ := $$(sed -e 's/^[^:]*://' "
	"-e 's/\\\\$$//' .$@.d | tr -d '\\n')\"; echo; "
	"echo '$@: $$(deps_$@)'; echo; echo '$$(deps_$@):'; } >.$@.cmd\n"
	"vmlinux: $(objs)\n"
	"\t@gcc -Wl,--build-id=sha1 -o $@ $(objs)\n"
	"bzImage: vmlinux\n"
	"\t@mkdir -p arch/x86/boot include/config; cp $< arch/x86/boot/bzImage\n"
	"\t@nm $< >System.map; echo $(REL) >include/config/kernel.release\n"
	"modules: one.o\n"
	"\t@cp $< mod.ko\n"
	"modules_install:\n"
	"\t@mkdir -p $(INSTALL_MOD_PATH)/lib/modules/$(REL)/kernel\n"
	"\t@cp mod.ko $(INSTALL_MOD_PATH)/lib/modules/$(REL)/kernel/\n"
	"-include $(wildcard .*.o.cmd)\n"
	"endif\n";

#define OBJECTS 4
#define HEADER(step) \
	"int one(void);\nint two(void);\nint three(void);\n#define STEP " step "\n"
#define READER(name, value)     \
	"#include \"util.h\"\n" \
	"int " name "(void)\n"  \
	"{\n"                   \
	"\treturn " value ";\n" \
	"}\n"

/* first - second (a declaration that nobody uses) - third (a macro that two.c uses) */
static int setup_spare(void **state)
{
	static const struct tree_file first[] = {{"Makefile", kbuild_like, 0},
		{"util.h", HEADER("1"), 0},
		{"init.c",
			"#include \"util.h\"\nint main(void)\n{\n"
			"\treturn one() + two() + three();\n}\n",
			0},
		{"one.c", READER("one", "1"), 0}, {"two.c", READER("two", "STEP"), 0},
		{"three.c", READER("three", "3"), 0}};
	static const struct tree_file second = {
		"util.h", HEADER("1") "int four(void);\n", 0};
	static const struct tree_file third = {
		"util.h", HEADER("2") "int four(void);\n", 0};
	int r = setup(state);
	struct world *w = *state;

	w->mini.conf.spare = true;
	tree_commit(
		w->mini.repo, "main", NULL, "first", first, ARRAY_SIZE(first), w->first);
	tree_commit(w->mini.repo, "main", w->first, "second", &second, 1, w->second);
	tree_commit(w->mini.repo, "main", w->second, "third", &third, 1, w->third);
	return r;
}

/* How many objects the last make compiled, and what its log says of those it did not. */
static size_t compiled(struct world *w, char ret_kept[128])
{
	CLEANUP_BUF struct buf path = {0}, log = {0};
	const char *kept;
	size_t n = 0;

	workplace_path(w->mini.conf.state, "mini", "x86_64", "mini", &path);
	buf_adds(&path, "/build.log");
	buf_init(&log, 1 << 20);
	assert_int_equal(file_read(path.data, &log, NULL), 0);
	for (const char *at = log.data; (at = strstr(at, "  CC  ")); at++)
		n++;
	kept = strstr(log.data, "tenfold: ");
	snprintf(ret_kept, 128, "%.*s", kept ? (int)strcspn(kept, "\n") : 0,
		kept ? kept : "");
	return n;
}

static void keeps_objects_that_cannot_differ(void **state)
{
	struct world *w = *state;
	struct outcome outcome;
	char kept[128];

	make(w, w->first);
	assert_int_equal(compiled(w, kept), OBJECTS);
	assert_string_equal(kept, "");
	outcome = make(w, w->second);
	assert_true(outcome.made);
	assert_string_equal(outcome.same_as, w->first);
	/* one shows that the new text compiles */
	assert_int_equal(compiled(w, kept), 1);
	assert_string_equal(
		kept, "tenfold: 3 of 4 objects cannot differ and are kept (util.h)");
	assert_image_is_clean_one(w, w->second);
}

static void compiles_those_that_may_differ(void **state)
{
	struct world *w = *state;
	struct outcome outcome;
	char kept[128];

	make(w, w->second);
	outcome = make(w, w->third);
	assert_string_equal(outcome.same_as, "");
	assert_int_equal(compiled(w, kept), 2);
	assert_string_equal(
		kept, "tenfold: 2 of 4 objects cannot differ and are kept (util.h)");
	assert_image_is_clean_one(w, w->third);
}

/* The builder dies while the first object is made: the others have their new times. */
static void kill_in_make(struct world *w, const char *commit)
{
	pid_t pid = fork();
	char self[32];
	int status;

	if (pid == 0) {
		snprintf(self, sizeof(self), "%d", getpid());
		setenv("TEST_DIE", self, 1);
		run_child(w, commit);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void a_kill_leaves_nothing_stale(void **state)
{
	struct world *w = *state;
	char kept[128];

	make(w, w->first);
	kill_in_make(w, w->second);
	assert_int_equal(make(w, w->second).result, RESULT_BUILT);
	/* on the word of a make that nobody saw the end of, nothing is kept */
	assert_int_equal(compiled(w, kept), OBJECTS);
	assert_string_equal(kept, "");
	assert_image_is_clean_one(w, w->second);
	/* nor where the next commit is another */
	kill_in_make(w, w->third);
	assert_int_equal(make(w, w->first).result, RESULT_THERE);
	remove_image(w, w->first);
	assert_int_equal(make(w, w->first).result, RESULT_BUILT);
	assert_image_is_clean_one(w, w->first);
	assert_int_equal(make(w, w->third).result, RESULT_BUILT);
	assert_image_is_clean_one(w, w->third);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_spare, teardown)
	const struct CMUnitTest tests[] = {TEST(keeps_objects_that_cannot_differ),
		TEST(compiles_those_that_may_differ), TEST(a_kill_leaves_nothing_stale)};

	kbuild_environment(NULL);
	return cmocka_run_group_tests_name("job-spare", tests, NULL, NULL);
}
