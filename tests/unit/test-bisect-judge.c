// SPDX-License-Identifier: GPL-2.0-or-later
/* What a failure looked like: KTAP, the console, and whether two failures are the same.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bisect/judge/ktap.h"
#include "bisect/judge/signature.h"
#include "tests/unit/unit.h"

/* The failing cases of an output that comes in pieces, joined by '|'. */
static void check_ktap(const char *output, const char *expected)
{
	for (size_t piece = 1; piece < 40; piece += 13) {
		CLEANUP_STRVEC struct strvec failed = STRVEC_INIT;
		CLEANUP_KTAP struct ktap ktap;
		CLEANUP_BUF struct buf all;
		size_t len = strlen(output);

		ktap_init(&ktap);
		buf_init(&all, 64 * 1024);
		for (size_t at = 0; at < len; at += piece)
			ktap_feed(
				&ktap, output + at, len - at < piece ? len - at : piece);
		ktap_end(&ktap, &failed);
		for (size_t i = 0; i < failed.n; i++)
			buf_addf(&all, "%s%s", i ? "|" : "", failed.v[i]);
		assert_string_equal(all.data, expected);
	}
}

static void failing_cases_are_found(void **state)
{
	(void)state;
	check_ktap("KTAP version 1\n1..3\nok 1 a\nnot ok 2 b\nok 3 c\n", "b");
	check_ktap("TAP version 13\nnot ok 1 - x y # exit=1\nok 2 - z\n1..2", "x y");
	/* the plan may come last, and a line end in CR LF */
	check_ktap("not ok 1 a\r\nok 2 b\r\n1..2\r\n", "a");
	check_ktap("1..4\nnot ok 1 a # SKIP no card\nnot ok 2 b # TODO\n"
		   "not ok 3 c # xfail known\nok 4 d\n",
		"");
	check_ktap("1..1\nnot ok\n1..1\nnot ok \n", "unnamed");
}

static void nested_cases_have_their_parents_names(void **state)
{
	(void)state;
	/* the example of ktap.rst, with one case more that fails */
	check_ktap("KTAP version 1\n1..2\n  KTAP version 1\n  1..2\n    KTAP version 1\n"
		   "    1..2\n    not ok 1 test_1\n    ok 2 test_2\n  not ok 1 test_a\n"
		   "  not ok 2 test_b\nnot ok 1 main\nok 2 other\n",
		"main/test_a/test_1|main/test_b");
	/* kunit in the kernel's log */
	check_ktap("[    1.100000] KTAP version 1\n[    1.100001] 1..1\n"
		   "[    1.100002]     # Subtest: list\n[    1.100003]     1..2\n"
		   "[    1.100004]     not ok 1 add\n[    1.100005]     ok 2 del\n"
		   "[    1.100006] not ok 1 list\n",
		"list/add");
	/* kselftest's runner puts the inner ones into comments */
	check_ktap("TAP version 13\n1..1\n# timeout set to 45\n# selftests: net: ping\n"
		   "# TAP version 13\n# 1..2\n# ok 1 v4\n# not ok 2 v6\n"
		   "not ok 1 selftests: net: ping # exit=1\n",
		"selftests: net: ping/v6");
	/* the parent's word counts */
	check_ktap("1..1\n  not ok 1 inner\nok 1 outer\n", "");
}

static void what_is_no_ktap_has_no_cases(void **state)
{
	(void)state;
	check_ktap("", "");
	check_ktap("not ok 1 a\n", "");
	check_ktap("it is not ok\n1. not ok\n", "");
}

static void hostile_output_stays_bounded(void **state)
{
	CLEANUP_STRVEC struct strvec failed = STRVEC_INIT;
	CLEANUP_KTAP struct ktap ktap;

	(void)state;
	ktap_init(&ktap);
	ktap_feed(&ktap, "1..9\n", 5);
	for (int i = 0; i < 5000; i++) {
		for (int j = 0; j < i; j++)
			ktap_feed(&ktap, "  ", j % 3);
		ktap_feed(&ktap, "not ok 1 \0\033[2J\n", 15);
	}
	for (int i = 0; i < 1 << 20; i++)
		ktap_feed(&ktap, "not ok x", 8);
	ktap_end(&ktap, &failed);
	assert_in_range(failed.n, 1, KTAP_CASES_MAX);
	for (size_t i = 0; i < failed.n; i++) {
		assert_in_range(strlen(failed.v[i]), 1, KTAP_NAME_MAX);
		assert_null(strchr(failed.v[i], '\033'));
	}
}

static void check_normal(const char *line, const char *expected)
{
	CLEANUP_BUF struct buf b;

	buf_init(&b, 256);
	console_normalise(line, &b);
	assert_string_equal(b.data, expected);
}

static void what_changes_from_boot_to_boot_is_taken_out(void **state)
{
	(void)state;
	check_normal("<4>[   12.345678] WARNING: CPU: 3 PID: 412 at mm/slab.c:1023 "
		     "kfree+0x1f/0x40 [i915]",
		"WARNING: CPU: # PID: # at mm/slab.c:# kfree [i915]");
	check_normal("[   12.3][  T412] BUG: unable to handle page fault for address: "
		     "ffff888003c3c000",
		"BUG: unable to handle page fault for address: #");
	check_normal(
		"watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [kworker/0:1:123]",
		"watchdog: BUG: soft lockup - CPU## stuck for #s! #");
	check_normal("INFO: task modprobe:77 blocked for more than 120 seconds.\r",
		"INFO: # blocked for more than # seconds.");
	check_normal("BUG: KASAN: slab-out-of-bounds in drm_mode_x+0x1/0x2",
		"BUG: KASAN: slab-out-of-bounds in drm_mode_x");
	check_normal("[not a time] x2 0xDEAD", "[not a time] x2 #");
}

static void lines_of_trouble_are_found(void **state)
{
	CLEANUP_STRVEC struct strvec lines = STRVEC_INIT, panic = STRVEC_INIT;

	(void)state;
	console_lines(
		"[    1.0] hello\n[    1.1] WARNING: CPU: 0 PID: 1 at a.c:5 f+0x1/0x2\n"
		"[    1.2] Call Trace:\n"
		"[    2.1] WARNING: CPU: 1 PID: 2 at a.c:7 f+0x3/0x4\n"
		"[    3.0] BUG: kernel NULL pointer dereference, address: "
		"0000000000000010\n"
		"[    3.1] Kernel panic - not syncing: Fatal exception\n",
		&lines);
	assert_int_equal(lines.n, 2);
	assert_string_equal(lines.v[0], "WARNING: CPU: # PID: # at a.c:# f");
	assert_string_equal(
		lines.v[1], "BUG: kernel NULL pointer dereference, address: #");
	console_lines("Kernel panic - not syncing: VFS\n---[ end Kernel panic\n", &panic);
	assert_int_equal(panic.n, 1);
	assert_int_equal(console_stage(""), CONSOLE_UNKNOWN);
	assert_int_equal(console_stage("[ 0.1] x\n"), CONSOLE_KERNEL);
	assert_int_equal(
		console_stage("[ 1.1] Run /init as init process\nx"), CONSOLE_USERSPACE);
}

static struct signature make_signature(const char *words)
{
	struct signature s = SIGNATURE_INIT;
	CLEANUP_STRVEC struct strvec list = STRVEC_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(strvec_split(&list, words, NULL), 0);
	for (size_t i = 0; i < list.n; i++)
		if (signature_add(&s, list.v[i], &err) < 0)
			fail_msg("%s", err.text);
	return s;
}

static void a_failure_matches_its_signature_only(void **state)
{
	static const struct {
		const char *words;
		int exit_code;
		bool same;
		const char *ktap, *line, *text;
	} cases[] = {
		{"exit=1", 1, true, "", "", ""},
		{"exit=1", 2, false, "", "", ""},
		{"any", 99, true, "", "", ""},
		{"exit=1 ktap=net/ping", 1, true, "net/ping", "", ""},
		{"exit=1 ktap=net/ping", 1, false, "net/trace", "", ""},
		{"exit=1 ktap=net/ping ktap=b", 1, true, "a/b", "", ""},
		{"ktap=ping", 3, true, "net/ping", "", ""},
		{"ktap=ping", 3, false, "net/pingping", "", ""},
		{"ktap=ping", 3, false, "nping", "", ""},
		{"exit=1 'line=BUG: x'", 1, true, "", "BUG: x", ""},
		{"exit=1 'line=BUG: x'", 1, false, "", "BUG: y", ""},
		{"console=^BUG.*x$", 7, true, "", "", "a\nBUG: the x\nb"},
		{"console=^BUG.*x$", 7, false, "", "", "a\nBUG: the\nx y"},
		{"class=timeout", 1, false, "", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_SIGNATURE struct signature s = make_signature(cases[i].words);
		CLEANUP_FAILURE struct failure failure;

		failure_init(&failure);
		failure.kind = FAILURE_TEST;
		failure.exit_code = cases[i].exit_code;
		strvec_add(&failure.cases, cases[i].ktap);
		strvec_add(&failure.lines, cases[i].line);
		buf_adds(&failure.text, cases[i].text);
		if (signature_matches(&s, &failure) != cases[i].same)
			fail_msg("case %zu", i);
	}
}

static void boots_are_classed_by_stage(void **state)
{
	CLEANUP_SIGNATURE struct signature s = SIGNATURE_INIT;
	CLEANUP_FAILURE struct failure failure;

	(void)state;
	failure_init(&failure);
	failure.kind = FAILURE_PANIC;
	failure.stage = CONSOLE_KERNEL;
	signature_learn(&s, &failure);
	assert_true(signature_matches(&s, &failure));
	failure.stage = CONSOLE_USERSPACE;
	assert_false(signature_matches(&s, &failure));
	failure.stage = CONSOLE_UNKNOWN;
	assert_true(signature_matches(&s, &failure));
	failure.kind = FAILURE_HANG;
	assert_false(signature_matches(&s, &failure));
}

/* What was learnt goes into the log as words, and comes back from them. */
static void a_signature_makes_the_round(void **state)
{
	static const char words[] = "exit=3 ktap=a/b 'ktap=c d' 'line=BUG: it'\\''s'";
	CLEANUP_SIGNATURE struct signature s = make_signature(words);
	CLEANUP_STRVEC struct strvec list = STRVEC_INIT, expected = STRVEC_INIT;
	CLEANUP_BUF struct buf b;

	(void)state;
	buf_init(&b, 1024);
	signature_words(&s, &list);
	strvec_split(&expected, words, NULL);
	assert_int_equal(list.n, expected.n);
	for (size_t i = 0; i < list.n; i++)
		assert_string_equal(list.v[i], expected.v[i]);
	signature_describe(&s, &b);
	assert_string_equal(
		b.data, "exit code 3, failing case a/b or c d, console: BUG: it's");
	assert_false(signature_is_empty(&s));
	signature_release(&s);
	s = make_signature("class=panic-at-boot:userspace");
	strvec_release(&list);
	signature_words(&s, &list);
	assert_string_equal(list.v[0], "class=panic-at-boot:userspace");
}

static void bad_words_are_refused(void **state)
{
	static const char *const words[] = {"", "exit", "exit=", "exit=0", "exit=125",
		"exit=128", "exit=1x", "ktap=", "console=(", "class=x", "class=test:x",
		"class=testy", "anything", "line="};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		CLEANUP_SIGNATURE struct signature s = SIGNATURE_INIT;
		struct err err = ERR_INIT;

		assert_int_equal(signature_add(&s, words[i], &err), -EINVAL);
		assert_true(err.text[0]);
		assert_true(signature_is_empty(&s));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failing_cases_are_found),
		cmocka_unit_test(nested_cases_have_their_parents_names),
		cmocka_unit_test(what_is_no_ktap_has_no_cases),
		cmocka_unit_test(hostile_output_stays_bounded),
		cmocka_unit_test(what_changes_from_boot_to_boot_is_taken_out),
		cmocka_unit_test(lines_of_trouble_are_found),
		cmocka_unit_test(a_failure_matches_its_signature_only),
		cmocka_unit_test(boots_are_classed_by_stage),
		cmocka_unit_test(a_signature_makes_the_round),
		cmocka_unit_test(bad_words_are_refused),
	};

	return cmocka_run_group_tests_name("bisect-judge", tests, NULL, NULL);
}
