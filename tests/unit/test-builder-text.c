// SPDX-License-Identifier: GPL-2.0-or-later
/* What the builder reads and writes as text: logs, configs, marks, costs, wishes. */
#include <errno.h>
#include <string.h>

#include "builder/kbuild/build-log.h"
#include "lib/text.h"
#include "builder/job/costs.h"
#include "builder/kbuild/kconfig.h"
#include "builder/job/progress.h"
#include "builder/queue/wish.h"
#include "builder/job/workplace.h"
#include "lib/cleanup.h"
#include "tests/unit/unit.h"

#define C40 "0123456789abcdef0123456789abcdef01234567"
#define ASSERT_TEXT(call, want)                     \
	do {                                        \
		CLEANUP_BUF struct buf b_;          \
		buf_init(&b_, 65536);               \
		call;                               \
		assert_string_equal(b_.data, want); \
	} while (0)

static const char broken[] =
	"  CC      init/main.o\n"
	"/w/src/kernel/sched/core.c: In function ‘schedule’:\n"
	"/w/src/kernel/sched/core.c:42:9: error: ‘nonsense’ undeclared (first use)\n"
	"   42 |         nonsense = 1;\n"
	"      |         ^~~~~~~~\n"
	"  CC      kernel/fork.o\n"
	"make[3]: *** [/w/src/scripts/Makefile.build:250: kernel/sched/core.o] Error 1\n";

static void finds_the_compilers_words(void **state)
{
	(void)state;
	ASSERT_TEXT(build_log_errors(broken, strlen(broken), "/w/src", &b_),
		"kernel/sched/core.c:42:9: error: ‘nonsense’ undeclared (first use)\n"
		"   42 |         nonsense = 1;\n"
		"      |         ^~~~~~~~\n");
	assert_true(build_log_has_compiler_error(broken, strlen(broken)));
}

static void falls_back_to_what_there_is(void **state)
{
	static const char link[] =
		"  LD      vmlinux.o\nld: kernel/a.o: undefined reference "
		"to `gone'\nmake: *** [Makefile:1: vmlinux] Error 1\n";
	static const char rule[] = "make[1]: *** No rule to make target 'x.o'.  Stop.\n";
	static const char kconfig[] = "net/Kconfig:12: syntax error\n"
				      "net/Kconfig:11: unknown statement \"cofnig\"\n";
	static const char odd[] = "one\n\ntwo \x01\xff\n";

	(void)state;
	ASSERT_TEXT(build_log_errors(link, strlen(link), "", &b_),
		"ld: kernel/a.o: undefined reference to `gone'\n");
	assert_false(build_log_has_compiler_error(link, strlen(link)));
	ASSERT_TEXT(build_log_errors(rule, strlen(rule), "", &b_), rule);
	ASSERT_TEXT(build_log_errors(kconfig, strlen(kconfig), "", &b_), kconfig);
	ASSERT_TEXT(build_log_errors(odd, strlen(odd), "", &b_), "one\ntwo ??\n");
	ASSERT_TEXT(build_log_errors("", 0, "", &b_), "");
}

static void errors_are_few(void **state)
{
	CLEANUP_BUF struct buf log, out;
	size_t lines = 0;

	(void)state;
	buf_init(&log, 1 << 20);
	buf_init(&out, 1 << 20);
	for (int i = 0; i < 5000; i++)
		buf_addf(&log, "a.c:%d:1: error: no\n", i);
	build_log_errors(log.data, log.len, "", &out);
	for (size_t i = 0; i < out.len; i++)
		lines += out.data[i] == '\n';
	assert_int_equal(lines, BUILD_LOG_ERROR_LINES);
	assert_memory_equal(out.data, "a.c:0:1:", 8);
}

static void knows_whose_fault_it_is(void **state)
{
	static const struct {
		const char *log;
		bool machine;
	} cases[] = {
		{broken, false},
		{"cc1: fatal error: error writing to /tmp/x.s: No space left on device\n",
			true},
		{"gcc: fatal error: Killed signal terminated program cc1\n", true},
		{"/bin/sh: 1: flex: not found\n", true},
		{"/bin/sh: 1: Cannot fork\n", true},
		{"make[4]: /bin/sh: Resource temporarily unavailable\n", true},
		{"bash: line 1: bc: command not found\n", true},
		/* a script of the tree that a commit broke */
		{"/bin/sh: 1: ./scripts/gone.sh: not found\n", false},
		/* words in a source line that gcc shows */
		{"a.c:1:1: error: no\n    1 | \"No space left on device\"\n", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_BUF struct buf line;

		buf_init(&line, 1024);
		assert_int_equal(build_log_blames_machine(
					 cases[i].log, strlen(cases[i].log), &line),
			cases[i].machine);
		assert_int_equal(line.len > 0, cases[i].machine);
	}
}

static void cleans_text(void **state)
{
	(void)state;
	ASSERT_TEXT(text_add_utf8(&b_, "a\tb\r\n\x7f", 6, 100), "a\tb???");
	/* overlong, surrogate, above U+10FFFF, cut off */
	ASSERT_TEXT(text_add_utf8(&b_, "\xc0\xaf\xed\xa0\x80\xf5\xe2\x82", 8, 100),
		"????????");
	ASSERT_TEXT(text_add_utf8(&b_, "aé", 3, 2), "a");
}

static void completes_fragments(void **state)
{
	(void)state;
	ASSERT_TEXT(kconfig_complete("CONFIG_NET=y", "lab", &b_),
		"CONFIG_NET=y\n# CONFIG_LOCALVERSION_AUTO is not set\n"
		"CONFIG_LOCALVERSION=\"-lab\"\n");
	ASSERT_TEXT(kconfig_complete("CONFIG_LOCALVERSION=\"-x\"\n", "lab", &b_),
		"CONFIG_LOCALVERSION=\"-x\"\n# CONFIG_LOCALVERSION_AUTO is not set\n");
}

static void merges_fragments(void **state)
{
	(void)state;
	ASSERT_TEXT(
		kconfig_merge("CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_AB=m\n# text\n",
			"# CONFIG_A is not set\nCONFIG_B=m\n", &b_),
		"CONFIG_AB=m\n# text\n# CONFIG_A is not set\nCONFIG_B=m\n");
	ASSERT_TEXT(kconfig_missing("CONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\n"
				    "# CONFIG_D is not set\n",
			    "CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\n", &b_),
		"CONFIG_B=m\n# CONFIG_C is not set\n");
	assert_true(kconfig_is_set("CONFIG_X=y\nCONFIG_MODULES=y\n", "MODULES"));
	assert_false(kconfig_is_set("# CONFIG_MODULES is not set\n", "MODULES"));
	assert_false(kconfig_is_set("CONFIG_MODULES_USE_ELF_RELA=y\n", "MODULES"));
}

static void knows_what_decides_on_the_config(void **state)
{
	static const char *const yes[] = {"Kconfig", "net/Kconfig.debug", "Makefile",
		"scripts/kconfig/conf.c", "kernel/configs/tiny.config"};
	static const char *const no[] = {"net/core/dev.c", "net/Makefile", "README"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		assert_true(kconfig_path_matters(yes[i]));
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		assert_false(kconfig_path_matters(no[i]));
}

static void marks_make_the_round(void **state)
{
	struct mark mark = {.phase = PHASE_MAKE,
		.source = C40,
		.image = C40,
		.config = "c0ffee",
		.boot = "some-boot",
		.built = true,
		.clock = -1700000000123456789,
		.floor = {.tv_sec = 1700000000, .tv_nsec = 42}};
	struct mark back;
	CLEANUP_BUF struct buf b;

	(void)state;
	buf_init(&b, 4096);
	mark_format(&mark, &b);
	mark_parse(b.data, &back);
	assert_memory_equal(&mark.floor, &back.floor, sizeof(mark.floor));
	assert_int_equal(back.phase, PHASE_MAKE);
	assert_true(back.clock == mark.clock);
	assert_string_equal(back.source, C40);
	assert_string_equal(back.image, C40);
	assert_string_equal(back.config, "c0ffee");
	assert_true(back.built);
	/* a mark that is not whole says nothing at all */
	for (size_t cut = 0; cut + 12 < b.len; cut++) {
		CLEANUP_FREE char *part = strndup(b.data, cut);

		mark_parse(part, &back);
		assert_string_equal(back.source, "");
		assert_int_equal(back.phase, PHASE_IDLE);
	}
}

static void expects_the_median(void **state)
{
	static const char text[] =
		"2026-01-01T00:00:00Z\tc1\tclean\tbuilt\t1000\t230.0\t1\t2\t200\t1\t1\n"
		"2026-01-01T00:00:00Z\tc2\tincremental\tbuilt\t10\t9.0\t1\t2\t3\t1\t1\n"
		"nonsense\n"
		"2026-01-01T00:00:00Z\tc3\tincremental\tfailed\t3\t1.0\t1\t2\t3\t1\t1\n"
		"2026-01-01T00:00:00Z\tc4\tincremental\tbuilt\t12\t8.0\t1\t2\t3\t1\t1\n"
		"2026-01-01T00:00:00Z\tc5\tincremental\tbuilt\t900\t200."
		"0\t1\t2\t3\t1\t1\n"
		"2026-01-01T00:00:00Z\tc6\tincremental\tbuilt\t12";
	struct costs costs;
	struct cost cost;

	(void)state;
	costs_parse(text, &costs);
	assert_int_equal(costs.n, 5);
	cost = costs_expect(&costs, false);
	assert_true(cost.seconds == 9.0);
	assert_true(costs_expect(&costs, true).seconds == 230.0);
	assert_int_equal(costs_percent(&cost, 5, 1), 50);
	assert_int_equal(costs_percent(&cost, 5000, 1), 99);
	assert_true(costs_left(&cost, 0, 4) == 5.0);
	assert_true(costs_left(&(struct cost){0}, 5, 1) < 0);
}

static void shows_progress(void **state)
{
	struct progress p = {.number = 3,
		.of = 12,
		.phase = "compile",
		.expect = {.lines = 100, .seconds = 60},
		.lines = 50};
	struct progress_report now = {.phase = "compile", .percent = 40, .left = 70};

	(void)state;
	assert_int_equal(image_id_parse("x86_64/lab/" C40, &p.id, NULL), 0);
	ASSERT_TEXT(progress_format(&p, 30, &b_),
		"3/12 0123456789ab x86_64/lab compile 50 %, 0:30 left");
	ASSERT_TEXT(progress_bar(0, &b_), "[                    ] ");
	ASSERT_TEXT(progress_bar(52, &b_), "[==========          ] ");
	ASSERT_TEXT(progress_bar(100, &b_), "[====================] ");
	now.id = p.id;
	ASSERT_TEXT(progress_format_other(&p, &now, &b_),
		"3/12 0123456789ab x86_64/lab compile 40 %, 1:10 left");
	memset(now.id.commit, 'a', 40);
	ASSERT_TEXT(progress_format_other(&p, &now, &b_),
		"3/12 0123456789ab x86_64/lab waits for aaaaaaaaaaaa, 1:10 left");
	ASSERT_TEXT(progress_duration(3 * 3600 + 131, &b_), "3:02:11");
	ASSERT_TEXT(progress_duration(-1, &b_), "?");
}

static void wishes_have_names(void **state)
{
	static const char *const bad[] = {"", "@", "a@x86_64@lab@" C40 ".why",
		"x86_64@lab@" C40, "../a@x86_64@lab@" C40, "a@arm@lab@" C40,
		".x@x86_64@lab@" C40, "@range", "a@x86_64@lab@" C40 "@retry@range",
		"a@x86_64@lab@" C40 "@", "a@x86_64@lab@" C40 "@range@range"};
	static const char *const good[] = {"linux@i386@lab@" C40,
		"linux@i386@lab@" C40 "@range", "linux@i386@lab@" C40 "@retry",
		"linux@i386@lab@" C40 "@range@retry"};
	struct wish wish;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(wish_parse_name(good[i], &wish), 0);
		assert_string_equal(wish.tree, "linux");
		assert_string_equal(wish.id.arch, "i386");
		assert_int_equal(wish.range, i % 2);
		assert_int_equal(wish.retry, i / 2);
		ASSERT_TEXT(wish_name(&wish, &b_), good[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(wish_parse_name(bad[i], &wish), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_compilers_words),
		cmocka_unit_test(falls_back_to_what_there_is),
		cmocka_unit_test(errors_are_few),
		cmocka_unit_test(knows_whose_fault_it_is),
		cmocka_unit_test(cleans_text),
		cmocka_unit_test(completes_fragments),
		cmocka_unit_test(merges_fragments),
		cmocka_unit_test(knows_what_decides_on_the_config),
		cmocka_unit_test(marks_make_the_round),
		cmocka_unit_test(expects_the_median),
		cmocka_unit_test(shows_progress),
		cmocka_unit_test(wishes_have_names),
	};

	return cmocka_run_group_tests_name("builder-text", tests, NULL, NULL);
}
