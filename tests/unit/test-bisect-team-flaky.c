// SPDX-License-Identifier: GPL-2.0-or-later
/* Several hosts share the tests of a test that does not answer alike each time. */
#include "tests/unit/team-lab.h"

static void begin_flaky(struct fixture *f, struct sim_crew *crew, int culprit,
	size_t hosts, double passes_on_bad)
{
	team_begin(f, crew, culprit, hosts);
	f->confidence = 95;
	for (size_t i = 0; i < hosts; i++) {
		crew->v[i].sim.passes_on_bad = passes_on_bad;
		crew->v[i].sim.dice += 100 * culprit + i;
	}
}

static const struct roster_host *host_of(const struct past *past, const char *name)
{
	const struct roster_host *host = roster_find(&past->roster, name);

	assert_non_null(host);
	return host;
}

static unsigned int tests_on(const struct past *past, const char *host, const char *role)
{
	unsigned int n = 0;

	for (size_t i = 0; i < past->n_steps; i++)
		n += !strcmp(past->steps[i].host, host) &&
		     !strcmp(past->steps[i].role, role);
	return n;
}

static void nearly_every_culprit_is_found(void **state)
{
	static const double passes[] = {0.1, 0.5, 0.7};
	struct fixture *f = *state;
	unsigned int right = 0, all = 0;

	for (size_t i = 0; i < ARRAY_SIZE(passes); i++) {
		for (int culprit = 1; culprit <= LAST; culprit++, all++) {
			CLEANUP_PAST struct past past = {0};
			struct sim_crew crew;

			begin_flaky(f, &crew, culprit, 3, passes[i]);
			assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
			right += !strcmp(past.culprit, f->commits[culprit]);
			for (size_t h = 0; h < 3; h++) {
				assert_true(tests_on(&past, host_names[h], "bad-end"));
				assert_true(tests_on(&past, host_names[h], "good-end"));
			}
			crew_end(&crew);
		}
	}
	print_message("right: %u of %u\n", right, all);
	assert_true(right * 100 >= all * 93);
}

static double time_of(struct fixture *f, size_t hosts)
{
	double sum = 0;

	for (int culprit = 1; culprit <= LAST; culprit++) {
		CLEANUP_PAST struct past past = {0};
		struct sim_crew crew;

		begin_flaky(f, &crew, culprit, hosts, 0.6);
		assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
		sum += crew.now;
		crew_end(&crew);
	}
	return sum;
}

static void four_hosts_take_a_third_of_the_time(void **state)
{
	struct fixture *f = *state;
	double one = time_of(f, 1), four = time_of(f, 4);

	print_message("one host %.0f s, four %.0f s\n", one, four);
	assert_true(four < one / 3);
}

static void the_revert_is_shared_too(void **state)
{
	struct fixture *f = *state;

	for (int helps = 0; helps < 2; helps++) {
		CLEANUP_PAST struct past past = {0};
		struct sim_crew crew;
		size_t hosts = 0;

		begin_flaky(f, &crew, 6, 3, 0.6);
		f->confirm = 1;
		for (size_t i = 0; i < 3; i++)
			crew.v[i].sim.revert_kind = helps ? SIM_GOOD : SIM_BAD;
		assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[6]);
		for (size_t h = 0; h < 3; h++)
			hosts += tests_on(&past, host_names[h], "revert") > 0;
		assert_true(hosts > 1);
		assert_true(strstr(past.reverted, "not confirmed: ") ? !helps : helps);
		crew_end(&crew);
	}
}

/* Its passes are no evidence. */
static void a_host_that_never_fails_is_put_aside(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	enum sim_kind others[COMMITS_MAX];
	struct sim_crew crew;

	begin_flaky(f, &crew, 7, 3, 0.5);
	memset(others, 0, sizeof(others));
	crew.v[0].sim.kinds = others;
	assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[7]);
	assert_true(host_of(&past, "a")->disagrees);
	assert_non_null(strstr(host_of(&past, "a")->aside, "failed there in 0 of"));
	assert_int_equal(tests_on(&past, "a", "search"), 0);
	assert_true(tests_on(&past, "b", "search") > 0);
	crew_end(&crew);
}

static void a_host_that_fails_at_the_good_end_is_put_aside(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim_crew crew;

	begin_flaky(f, &crew, 12, 3, 0.5);
	crew.v[2].sim.good_kind = SIM_BAD;
	crew.v[2].sim.passes_on_bad = 0.05;
	assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[12]);
	assert_true(host_of(&past, "c")->disagrees);
	assert_int_equal(tests_on(&past, "c", "search"), 0);
	crew_end(&crew);
}

/* Also where the one that sees another failure is the first to see any. */
static void the_failure_of_most_hosts_counts(void **state)
{
	struct fixture *f = *state;

	for (size_t odd = 0; odd < 3; odd++) {
		CLEANUP_PAST struct past past = {0};
		enum sim_kind others[COMMITS_MAX];
		struct sim_crew crew;

		begin_flaky(f, &crew, 5, 3, 0.3);
		memcpy(others, f->kinds, sizeof(others));
		for (size_t i = 0; i < LAST; i++)
			if (others[i] == SIM_BAD)
				others[i] = SIM_FAILS_OTHERWISE;
		crew.v[odd].sim.kinds = others;
		crew.v[odd].slowness = 0.5;
		assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[5]);
		assert_true(host_of(&past, host_names[odd])->disagrees);
		assert_string_equal(past.signature.v[0], "exit=1");
		crew_end(&crew);
	}
}

static void ends_that_do_not_hold_anywhere_end_the_run(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim_crew crew;

	begin_flaky(f, &crew, 5, 2, 1);
	assert_int_equal(team_once(f, &crew, &past), RUN_ENDS);
	assert_string_equal(past.result, "ends");
	crew_end(&crew);
}

static void one_whose_process_dies(void **state)
{
	struct fixture *f = *state;
	unsigned int gone = 0;

	for (int when = 20; when < 180; when += 20) {
		CLEANUP_PAST struct past past = {0};
		struct sim_crew crew;

		begin_flaky(f, &crew, 6, 3, 0.5);
		crew.v[when / 20 % 3].gone_at = when;
		assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
		gone += crew.v[when / 20 % 3].gone;
		crew_end(&crew);
	}
	assert_true(gone > 3);
}

/* All that was judged is in the log: no more tests than without a kill, but for those
 * that were under way. */
static void a_killed_controller_goes_on(void **state)
{
	struct fixture *f = *state;
	unsigned int kills = 0;

	for (unsigned int at = 1; at < 60; at += 7) {
		CLEANUP_PAST struct past killed = {0}, past = {0};
		struct sim_crew crew;
		size_t before;

		begin_flaky(f, &crew, 10, 3, 0.4);
		crew.die_at = at;
		kills += team_once(f, &crew, &killed) == RUN_STOPPED;
		before = killed.n_steps;
		crew.die_at = 0;
		assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
		assert_true(past.n_steps >= before);
		for (size_t i = 0; i < before; i++)
			assert_string_equal(past.steps[i].boot, killed.steps[i].boot);
		crew_end(&crew);
	}
	assert_true(kills > 3);
}

/* Verdicts that contradict each other while hosts split the range. */
static void a_contradiction_turns_it_on(void **state)
{
	struct fixture *f = *state;
	unsigned int right = 0, turned = 0;

	for (int culprit = 1; culprit <= LAST; culprit++) {
		CLEANUP_PAST struct past past = {0};
		struct sim_crew crew;

		begin_flaky(f, &crew, culprit, 3, 0.2);
		f->confidence = 0;
		f->confirm = 2;
		if (team_once(f, &crew, &past) == RUN_FOUND && *past.belief) {
			turned++;
			right += !strcmp(past.culprit, f->commits[culprit]);
		}
		crew_end(&crew);
	}
	print_message("turned on: %u, right: %u\n", turned, right);
	assert_true(turned >= 3);
	assert_true(right + 1 >= turned);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nearly_every_culprit_is_found),
		cmocka_unit_test(four_hosts_take_a_third_of_the_time),
		cmocka_unit_test(the_revert_is_shared_too),
		cmocka_unit_test(a_host_that_never_fails_is_put_aside),
		cmocka_unit_test(a_host_that_fails_at_the_good_end_is_put_aside),
		cmocka_unit_test(the_failure_of_most_hosts_counts),
		cmocka_unit_test(ends_that_do_not_hold_anywhere_end_the_run),
		cmocka_unit_test(one_whose_process_dies),
		cmocka_unit_test(a_killed_controller_goes_on),
		cmocka_unit_test(a_contradiction_turns_it_on),
	};

	return cmocka_run_group_tests_name(
		"bisect-team-flaky", tests, make_fixture, drop_fixture);
}
