// SPDX-License-Identifier: GPL-2.0-or-later
/* Which images a run asks the server to keep for it. */
#include "bisect/run/hold.h"

#include "tests/unit/unit.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccc"

static void assert_text(
	const struct strvec *goods, const struct strvec *releases, const char *want)
{
	const struct params settings = {.arch = "x86_64", .config = "lab"};
	CLEANUP_BUF struct buf b = {0};

	buf_init(&b, 4096);
	hold_text(&settings, goods, releases, C, &b);
	assert_string_equal(b.data, want);
}

static void a_run_holds_its_ends_and_what_is_between(void **state)
{
	CLEANUP_STRVEC struct strvec goods = STRVEC_INIT, releases = STRVEC_INIT;

	(void)state;
	strvec_add(&goods, A);
	strvec_add(&goods, B);
	assert_text(&goods, &releases,
		"x86_64/lab/" C "\nx86_64/lab/" A ".." C "\nx86_64/lab/" B ".." C "\n");
	/* the good end was found among the releases: these are needed no more */
	strvec_add(&releases, A);
	assert_text(&goods, &releases,
		"x86_64/lab/" C "\nx86_64/lab/" A ".." C "\nx86_64/lab/" B ".." C "\n");
}

static void without_a_good_end_it_holds_the_releases(void **state)
{
	CLEANUP_STRVEC struct strvec goods = STRVEC_INIT, releases = STRVEC_INIT;

	(void)state;
	strvec_add(&releases, B);
	strvec_add(&releases, A);
	assert_text(&goods, &releases,
		"x86_64/lab/" C "\nx86_64/lab/" B "\nx86_64/lab/" A "\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_holds_its_ends_and_what_is_between),
		cmocka_unit_test(without_a_good_end_it_holds_the_releases),
	};

	return cmocka_run_group_tests_name("bisect-hold", tests, NULL, NULL);
}
