// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole bisections on several simulated hosts, and what becomes of hosts that fail. */
#include "tests/unit/team-lab.h"

static const struct roster_host *aside(const struct past *past, const char *name)
{
	const struct roster_host *host = roster_find(&past->roster, name);

	assert_non_null(host);
	assert_true(*host->aside != '\0');
	return host;
}

static bool has_step_of(const struct past *past, const char *name, const char *role)
{
	for (size_t i = 0; i < past->n_steps; i++)
		if (!strcmp(past->steps[i].host, name) &&
			!strcmp(past->steps[i].role, role))
			return true;
	return false;
}

static void git_arrives_at(const struct fixture *f, const char *culprit)
{
	CLEANUP_BUF struct buf line;
	struct strvec words = STRVEC_INIT;
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	CLEANUP_BUF struct buf out, wanted;

	buf_init(&line, 256);
	buf_init(&out, 64 * 1024);
	buf_init(&wanted, 256);
	buf_addf(&line, "git bisect replay %s", f->log);
	buf_addf(&wanted, "%s is the first", culprit);
	assert_int_equal(strvec_split(&words, line.data, NULL), 0);
	spec.argv = words.v;
	spec.cwd = f->folder;
	spec.out = &out;
	spec.timeout = 60;
	assert_int_equal(child_run(&spec, &result, NULL), 0);
	if (!strstr(out.data, wanted.data))
		fail_msg("git says: %s", out.data);
	strvec_release(&words);
}

static void each_culprit_is_found(void **state)
{
	struct fixture *f = *state;

	for (size_t hosts = 1; hosts <= 5; hosts++) {
		for (int culprit = 1; culprit <= LAST; culprit++) {
			CLEANUP_PAST struct past past = {0};
			struct sim_crew crew;

			team_begin(f, &crew, culprit, hosts);
			f->confirm = 1;
			for (size_t i = 0; i < hosts; i++)
				crew.v[i].slowness = 1 + 0.3 * i;
			assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
			assert_string_equal(past.culprit, f->commits[culprit]);
			steps_are_sound(f, &past);
			for (size_t i = 0; i < hosts; i++)
				assert_true(
					has_step_of(&past, host_names[i], "good-end"));
			git_arrives_at(f, past.culprit);
			crew_end(&crew);
		}
	}
}

static double time_of(struct fixture *f, size_t hosts)
{
	double sum = 0;

	for (int culprit = 1; culprit <= LAST; culprit++) {
		CLEANUP_PAST struct past past = {0};
		struct sim_crew crew;

		team_begin(f, &crew, culprit, hosts);
		assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
		sum += crew.now;
		crew_end(&crew);
	}
	return sum;
}

static void more_hosts_are_faster(void **state)
{
	struct fixture *f = *state;
	double one = time_of(f, 1), two = time_of(f, 2), four = time_of(f, 4);

	assert_true(two < one);
	assert_true(four < two);
}

static void one_that_passes_at_the_bad_end(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	enum sim_kind others[COMMITS_MAX];
	struct sim_crew crew;

	team_begin(f, &crew, 7, 3);
	memset(others, 0, sizeof(others)); /* all are good there */
	crew.v[0].sim.kinds = others;
	assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[7]);
	assert_true(aside(&past, "a")->disagrees);
	assert_non_null(strstr(aside(&past, "a")->aside, "is good there"));
	assert_false(has_step_of(&past, "a", "split"));
	assert_true(has_step_of(&past, "b", "split"));
	crew_end(&crew);
}

static void one_that_fails_at_the_good_end(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim_crew crew;

	team_begin(f, &crew, 12, 2);
	crew.v[1].sim.good_kind = SIM_BAD;
	assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[12]);
	assert_true(aside(&past, "b")->disagrees);
	assert_false(has_step_of(&past, "b", "split"));
	crew_end(&crew);
}

/* Two see one failure, one another: also where that one is the first to tell. */
static void the_failure_of_most_hosts_counts(void **state)
{
	struct fixture *f = *state;

	for (size_t odd = 0; odd < 3; odd++) {
		CLEANUP_PAST struct past past = {0};
		enum sim_kind others[COMMITS_MAX];
		struct sim_crew crew;

		team_begin(f, &crew, 5, 3);
		memcpy(others, f->kinds, sizeof(others));
		for (size_t i = 0; i < LAST; i++)
			if (others[i] == SIM_BAD)
				others[i] = SIM_FAILS_OTHERWISE;
		crew.v[odd].sim.kinds = others;
		crew.v[odd].slowness = 0.5;
		assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[5]);
		assert_non_null(
			strstr(aside(&past, host_names[odd])->aside, "in another way"));
		assert_string_equal(past.signature.v[0], "exit=1");
		crew_end(&crew);
	}
}

static void nobody_sees_the_bad_end_fail(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim_crew crew;

	team_begin(f, &crew, 5, 2);
	for (int i = 1; i <= LAST; i++)
		f->kinds[number_of(f, i)] = SIM_GOOD;
	assert_int_equal(team_once(f, &crew, &past), RUN_ENDS);
	assert_string_equal(past.result, "ends");
	crew_end(&crew);
}

static enum sim_fault stuck_from_the_fourth_boot(void *ctx, unsigned int boot)
{
	(void)ctx;
	return boot >= 3 ? SIM_STUCK_IN_FIRMWARE : SIM_NO_FAULT;
}

static enum sim_fault always_stuck(void *ctx, unsigned int boot)
{
	(void)ctx;
	(void)boot;
	return SIM_STUCK_IN_FIRMWARE;
}

static void one_that_the_lab_loses_on_the_way(void **state)
{
	struct fixture *f = *state;

	for (size_t ill = 0; ill < 3; ill++) {
		CLEANUP_PAST struct past past = {0};
		struct sim_crew crew;

		team_begin(f, &crew, 9, 3);
		f->confirm = 1;
		crew.v[ill].sim.fault = stuck_from_the_fourth_boot;
		assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[9]);
		/* others may be at the end before all its attempts have failed */
		if (ill == 0) {
			assert_false(aside(&past, "a")->disagrees);
			assert_true(past.lab_faults >= 3);
		}
		steps_are_sound(f, &past);
		crew_end(&crew);
	}
}

/* Nobody waits for a host that is ill from the start. */
static void one_that_never_boots(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim_crew crew;
	double healthy;

	team_begin(f, &crew, 9, 2);
	assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
	healthy = crew.now;
	crew_end(&crew);
	past_release(&past);
	team_begin(f, &crew, 9, 3);
	crew.v[0].sim.fault = always_stuck;
	assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[9]);
	/* its first attempt is waited for */
	assert_true(crew.now < healthy + 250);
	crew_end(&crew);
}

static void no_host_is_left_until_the_lab_is_mended(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0}, after = {0};
	struct sim_crew crew;

	team_begin(f, &crew, 11, 2);
	for (size_t i = 0; i < 2; i++)
		crew.v[i].sim.fault = stuck_from_the_fourth_boot;
	assert_int_equal(team_once(f, &crew, &past), RUN_LAB);
	assert_string_equal(past.result, "");
	for (size_t i = 0; i < 2; i++)
		crew.v[i].sim.fault = NULL;
	assert_int_equal(team_once(f, &crew, &after), RUN_FOUND);
	assert_string_equal(after.culprit, f->commits[11]);
	steps_are_sound(f, &after);
	assert_true(after.roster.v[0].aside[0] == '\0');
	crew_end(&crew);
}

/* At any moment, that of the first host while it confirms as well. */
static void one_whose_process_dies(void **state)
{
	struct fixture *f = *state;
	unsigned int asides = 0;

	for (int when = 5; when < 400; when += 13) {
		for (size_t host = 0; host < 3; host++) {
			CLEANUP_PAST struct past past = {0};
			struct sim_crew crew;

			team_begin(f, &crew, 6, 3);
			f->confirm = 1;
			crew.v[host].gone_at = when;
			assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
			assert_string_equal(past.culprit, f->commits[6]);
			steps_are_sound(f, &past);
			asides += crew.v[host].gone;
			crew_end(&crew);
		}
	}
	assert_true(asides > 20);
}

static bool has_shown(const struct past *past, const char *host, const char *role)
{
	for (size_t i = 0; i < past->n_steps; i++)
		if (!strcmp(past->steps[i].host, host) &&
			!strcmp(past->steps[i].role, role))
			return true;
	return false;
}

/* Nobody knows whether it would show the failure. */
static void one_too_slow_for_the_ends_confirms_nothing(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim_crew crew;

	team_begin(f, &crew, 6, 3);
	f->confirm = 1;
	crew.v[0].slowness = 100;
	assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[6]);
	assert_false(has_shown(&past, past.roster.v[0].name, "good-end"));
	assert_true(past.n_confirmations > 0);
	for (size_t i = 0; i < past.n_confirmations; i++)
		assert_true(has_shown(&past, past.confirmations[i].host, "good-end"));
	crew_end(&crew);
}

/* Each host's, after a kill too. */
static void owners_get_their_next_back(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past killed = {0}, past = {0};
	struct sim_crew crew;

	team_begin(f, &crew, 6, 3);
	for (size_t i = 1; i < 3; i++)
		snprintf(crew.v[i].sim.next, sizeof(crew.v[i].sim.next), "x86_64/lab/%zu",
			i);
	crew.die_at = 6;
	assert_int_equal(team_once(f, &crew, &killed), RUN_STOPPED);
	crew.die_at = 0;
	assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
	assert_string_equal(crew.v[1].sim.next, "x86_64/lab/1");
	assert_string_equal(crew.v[2].sim.next, "x86_64/lab/2");
	crew_end(&crew);
}

static void a_fix_is_found(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim_crew crew;

	f->find_fix = true;
	team_begin(f, &crew, 8, 3);
	for (int i = 1; i <= LAST; i++)
		f->kinds[number_of(f, i)] = is_ancestor(8, i) ? SIM_GOOD : SIM_BAD;
	for (size_t i = 0; i < 3; i++)
		crew.v[i].sim.good_kind = SIM_BAD;
	assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[8]);
	crew_end(&crew);
	f->find_fix = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_culprit_is_found),
		cmocka_unit_test(more_hosts_are_faster),
		cmocka_unit_test(one_that_passes_at_the_bad_end),
		cmocka_unit_test(one_that_fails_at_the_good_end),
		cmocka_unit_test(the_failure_of_most_hosts_counts),
		cmocka_unit_test(nobody_sees_the_bad_end_fail),
		cmocka_unit_test(one_that_the_lab_loses_on_the_way),
		cmocka_unit_test(one_that_never_boots),
		cmocka_unit_test(no_host_is_left_until_the_lab_is_mended),
		cmocka_unit_test(one_whose_process_dies),
		cmocka_unit_test(one_too_slow_for_the_ends_confirms_nothing),
		cmocka_unit_test(owners_get_their_next_back),
		cmocka_unit_test(a_fix_is_found),
	};

	return cmocka_run_group_tests_name(
		"bisect-team", tests, make_fixture, drop_fixture);
}
