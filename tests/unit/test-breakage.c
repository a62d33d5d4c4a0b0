// SPDX-License-Identifier: GPL-2.0-or-later
#include "builder/mail/breakage.h"

#include "lib/cleanup.h"
#include "tests/unit/unit.h"

static void tells_of_the_first_bad_one_only(void **state)
{
	static const struct {
		struct breakage_facts facts;
		enum breakage_verdict verdict;
	} cases[] = {
		{{.on_branch = true}, BREAKAGE_TELL},
		/* the tip is built first: who broke it is not known yet */
		{{.on_branch = true, .parents_awaited = 1}, BREAKAGE_WAIT},
		{{.on_branch = true, .inherited = true}, BREAKAGE_DROP},
		/* a merge inherits from either side */
		{{.on_branch = true, .inherited = true, .parents_awaited = 1},
			BREAKAGE_DROP},
		{{.on_branch = true, .told = true}, BREAKAGE_DROP},
		/* pushed together with what may mend the one that was told of */
		{{.on_branch = true, .told = true, .parents_awaited = 1}, BREAKAGE_WAIT},
		{{.on_branch = true, .mended = true}, BREAKAGE_DROP},
		/* a forced push took it away */
		{{.on_branch = false}, BREAKAGE_DROP},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(breakage_judge(&cases[i].facts), cases[i].verdict);
}

static void counts_a_day_of_a_branch(void **state)
{
	struct breakage_rate rate;
	CLEANUP_BUF struct buf a, b, c, d;

	(void)state;
	buf_init(&a, 4096);
	buf_init(&b, 4096);
	buf_init(&c, 4096);
	buf_init(&d, 4096);
	breakage_record("", "main", true, 1000, &a);
	breakage_record(a.data, "other/main", true, 1001, &b);
	breakage_record(b.data, "main", false, 1002, &c);
	assert_string_equal(
		c.data, "1000 told main\n1001 told other/main\n1002 kept main\n");
	rate = breakage_rate(c.data, "main", 1003);
	assert_int_equal(rate.told, 1);
	assert_int_equal(rate.kept, 1);
	rate = breakage_rate(c.data, "other/main", 1003);
	assert_int_equal(rate.told, 1);
	assert_int_equal(rate.kept, 0);
	rate = breakage_rate(c.data, "main", 1000 + BREAKAGE_DAY);
	assert_int_equal(rate.told, 0);
	/* what is old goes, and so does half a line */
	breakage_record("7 told main\nnonsense\n90000 told main\n90001 to", "main", true,
		90002, &d);
	assert_string_equal(d.data, "90000 told main\n90002 told main\n");
}

static void new_errors_come_first(void **state)
{
	CLEANUP_BUF struct buf b;

	(void)state;
	buf_init(&b, 4096);
	breakage_sort_errors("a.c:3:16: error: old\n    3 | x\nb.c:1:1: error: new\n"
			     "    1 | y\n",
		"z.c:1:1: error: other\na.c:30:1: error: old\n", &b);
	assert_string_equal(b.data, ">> b.c:1:1: error: new\n       1 | y\n"
				    "   a.c:3:16: error: old\n       3 | x\n");
}

static void errors_are_held_against_each_other(void **state)
{
	CLEANUP_BUF struct buf b;

	(void)state;
	buf_init(&b, 4096);
	assert_int_equal(
		breakage_common("a.c:3:16: error: x\n    3 | y\nb.c:1:1: error: y\n",
			"b.c:7:2: error: y\n    3 | y\n", &b),
		1);
	assert_string_equal(b.data, "b.c:1:1: error: y\n");
	assert_int_equal(breakage_common(b.data, "c.c:1:1: error: y\n", &b), 1);
	assert_int_equal(breakage_common("", "c.c:1:1: error: y\n", &b), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_of_the_first_bad_one_only),
		cmocka_unit_test(counts_a_day_of_a_branch),
		cmocka_unit_test(new_errors_come_first),
		cmocka_unit_test(errors_are_held_against_each_other),
	};

	return cmocka_run_group_tests_name("breakage", tests, NULL, NULL);
}
