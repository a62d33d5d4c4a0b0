// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A controller of three hosts that is killed at any moment, in the middle of what it
 * writes as well. The end is that of a bisection left alone, nothing that was judged is
 * done again.
 */
#include "tests/unit/kill-lab.h"
#include "tests/unit/team-shop.h"

static void go_on(struct fixture *f, struct sim_crew *crew)
{
	CLEANUP_PAST struct past before = {0}, after = {0};

	assert_int_equal(past_load(f->log, &before, NULL), 0);
	if (*before.result)
		return;
	assert_int_equal(team_once(f, crew, &after), RUN_FOUND);
	assert_string_equal(after.culprit, f->commits[5]);
	nothing_was_lost(&before, &after);
	steps_are_sound(f, &after);
}

/* To that wait, and the log is cut to `size` unless that is below 0; how it ended. */
static int run_to(struct fixture *f, struct sim_crew *crew, unsigned int wait, off_t size)
{
	CLEANUP_PAST struct past past = {0};
	static struct shop shop;
	int r;

	team_begin(f, crew, 5, 3);
	shop_open(&shop, crew, 12);
	f->speculates = true;
	set_hard(f);
	f->confirm = 1;
	crew->v[1].slowness = 1.4;
	crew->v[2].slowness = 0.7;
	crew->die_at = wait;
	r = team_once(f, crew, &past);
	crew->die_at = 0;
	/* what it has ordered dies with it */
	shop_forget_host(&shop, SHOP_CONTROLLER);
	shop.n_wanted = 0;
	if (size >= 0)
		assert_int_equal(truncate(f->log, size), 0);
	return r;
}

static void killed_in_the_middle(void **state)
{
	struct fixture *f = *state;
	unsigned int n_kills = 0;
	off_t before = -1;

	for (unsigned int wait = 1;; wait++) {
		struct sim_crew crew;
		int r = run_to(f, &crew, wait, -1);
		off_t cuts[64], size = log_size(f);
		size_t n = 0;

		if (before >= 0 && size > before)
			n = list_cuts(f, before, cuts, ARRAY_SIZE(cuts));
		before = size;
		crew_end(&crew);
		for (size_t i = 0; i < n; i += stride(4)) {
			run_to(f, &crew, wait, cuts[i]);
			go_on(f, &crew);
			crew_end(&crew);
			n_kills++;
		}
		if (r == RUN_FOUND)
			break;
	}
	assert_true(n_kills > 50 / stride(4));
	print_message("kill: three hosts, the same end after a kill in a write of the "
		      "log: %u places\n",
		n_kills);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_in_the_middle),
	};

	return cmocka_run_group_tests_name(
		"bisect-team-kill", tests, make_fixture, drop_fixture);
}
