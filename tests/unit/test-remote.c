// SPDX-License-Identifier: GPL-2.0-or-later
/* When a remote that is away is asked again, and what is said of it. */
#include "builder/git/remote.h"

#include "tests/unit/unit.h"

/* Polls for so many seconds; how often it was asked, and how often that was news. */
static void stay_away(struct remote *remote, double *now, double seconds, double poll,
	unsigned int *ret_asked, unsigned int *ret_news)
{
	*ret_asked = *ret_news = 0;
	for (double end = *now + seconds; *now < end; *now += poll) {
		if (!remote_is_due(remote, *now))
			continue;
		++*ret_asked;
		*ret_news += remote_failed(remote, *now, poll);
	}
}

static void is_asked_less_and_less_and_told_once(void **state)
{
	struct remote remote = {0};
	unsigned int asked, news;
	double now = 1000;

	(void)state;
	assert_true(remote_is_due(&remote, now));
	stay_away(&remote, &now, 900, 60, &asked, &news);
	assert_int_equal(asked, 4); /* at once, after 60, 120, 240 s */
	assert_int_equal(news, 1);
	/* a day later: every quarter of an hour */
	stay_away(&remote, &now, 86400, 60, &asked, &news);
	assert_in_range(asked, 86400 / 900 - 4, 86400 / 900 + 4);
	assert_int_equal(news, 0);
	assert_true(remote_answered(&remote));
	assert_false(remote_answered(&remote));
	assert_true(remote_is_due(&remote, now));
	/* and from the beginning the next time */
	assert_true(remote_failed(&remote, now, 60));
	assert_true(remote_is_due(&remote, now + 60));
}

static void a_long_poll_is_not_made_shorter(void **state)
{
	struct remote remote = {0};

	(void)state;
	for (int i = 0; i < 100; i++)
		remote_failed(&remote, 0, 3600);
	assert_false(remote_is_due(&remote, 3590));
	assert_true(remote_is_due(&remote, 3600));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_asked_less_and_less_and_told_once),
		cmocka_unit_test(a_long_poll_is_not_made_shorter),
	};

	return cmocka_run_group_tests_name("remote", tests, NULL, NULL);
}
