// SPDX-License-Identifier: GPL-2.0-or-later
/* How far a run is, how long it will take, where the machine is; the releases. */
#include "bisect/report/status.h"
#include "bisect/run/pace.h"
#include "bisect/run/releases.h"
#include "tests/unit/bisect-lab.h"

static void add_step(
	struct past *past, const char *boot, double seconds, size_t candidates)
{
	struct step step = {.number = past->n_steps + 1,
		.candidates = candidates,
		.commit = "abcdef",
		.verdict = VERDICT_BAD,
		.why = "it failed"};

	cost_init(&step.cost);
	step.cost.seconds[COST_TOTAL] = seconds;
	snprintf(step.boot, sizeof(step.boot), "%s", boot);
	assert_int_equal(past_add(past, &step), 0);
}

static void time_left_comes_from_what_steps_cost(void **state)
{
	CLEANUP_PAST struct past past = {0};
	struct pace pace;

	(void)state;
	pace_measure(&past, 0, 1, &pace);
	assert_true(pace.left_seconds < 0);
	add_step(&past, "1", 30, 0);
	add_step(&past, "2", 50, 0);
	add_step(&past, "3", 300, 100);
	/* what does not build costs nothing and says nothing */
	add_step(&past, "", 0, 50);
	add_step(&past, "", 0, 49);
	snprintf(past.current, sizeof(past.current), "x");
	past.current_candidates = 24;
	pace_measure(&past, 0, 1, &pace);
	assert_int_equal(pace.done, 5);
	/* roughly 4 more after the one under way, and 3 that confirm */
	assert_int_equal(pace.left, 4);
	assert_true(pace.step == 50);
	assert_true(pace.left_seconds == 50 * (1 + 4 + 3));
	pace_measure(&past, 0, 0, &pace);
	assert_true(pace.left_seconds == 50 * (1 + 4));
	snprintf(past.result, sizeof(past.result), "found");
	pace_measure(&past, 0, 1, &pace);
	assert_true(pace.left_seconds < 0);
}

static void times_are_told_in_words(void **state)
{
	static const struct {
		double seconds;
		const char *words;
	} cases[] = {{0, "less than a minute"}, {59, "less than a minute"},
		{61, "about 1 min"}, {170, "about 3 min"}, {3599, "about 1 h 0 min"},
		{4200, "about 1 h 10 min"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_BUF struct buf b;

		buf_init(&b, 64);
		pace_words(cases[i].seconds, &b);
		assert_string_equal(b.data, cases[i].words);
	}
}

static void a_status_tells_it_all(void **state)
{
	CLEANUP_PAST struct past past = {0};
	CLEANUP_JSON json_t *json = NULL;
	CLEANUP_BUF struct buf b;
	struct boot boot = {.id = "0123", .image = "x86_64/lab/y", .last = 1000};
	struct status status = {.host = "lab3",
		.at_work = true,
		.past = &past,
		.boot = &boot,
		.now = 1012};

	(void)state;
	buf_init(&b, 4096);
	boot.seen[STAGE_GRUB] = boot.seen[STAGE_FETCHED] = true;
	add_step(&past, "1", 100, 0);
	snprintf(past.current, sizeof(past.current), "c0ffee");
	past.current_candidates = 10;
	past.lab_faults = 1;
	strvec_add(&past.signature, "exit=1");
	status_text(&status, &b);
	assert_string_equal(b.data,
		"host\tlab3\nstate\trunning\nsteps\t1\n"
		"last\t1\tabcdef\tbad\tit failed\ncurrent\tc0ffee\n"
		"left\t10 commits, roughly 2 more steps\n"
		"time left\tabout 5 min, 100 s a step\nfailure\texit=1\nlab faults\t1\n"
		"boot\t0123\tfetched\tx86_64/lab/y\nmachine\tloading the image, for 12 "
		"s\n");
	json = status_json(&status);
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(json, "boot"), "machine")),
		"loading the image");
	assert_true(json_real_value(json_object_get(json, "seconds_left")) == 300);
	status.at_work = false;
	assert_string_equal(status_word(&status), "stopped");
}

static void a_run_without_a_verdict_has_a_status(void **state)
{
	CLEANUP_PAST struct past past = {0};
	CLEANUP_BUF struct buf b;
	struct status status = {.host = "lab3", .at_work = true, .past = &past};

	(void)state;
	buf_init(&b, 4096);
	status_text(&status, &b);
	assert_string_equal(b.data, "host\tlab3\nstate\trunning\nsteps\t0\n");
}

/* With several hosts a later step may be judged first. */
static void what_was_judged_last_is_told(void **state)
{
	CLEANUP_PAST struct past past = {0};
	CLEANUP_BUF struct buf b;
	struct status status = {.host = "lab3", .at_work = true, .past = &past};

	(void)state;
	buf_init(&b, 4096);
	for (int i = 0; i < 3; i++)
		add_step(&past, "1", 100, 0);
	for (size_t i = 0; i < past.n_steps; i++)
		snprintf(past.steps[i].finished, sizeof(past.steps[i].finished),
			"2026-01-01T00:00:%02dZ", i == 1 ? 9 : 5);
	status_text(&status, &b);
	assert_non_null(strstr(b.data, "\nlast\t2\tabcdef\t"));
}

/* Where tests are repeated, what was expected when the last one was chosen. */
static void runs_that_are_left_are_told(void **state)
{
	CLEANUP_PAST struct past past = {0};
	CLEANUP_JSON json_t *json = NULL;
	CLEANUP_BUF struct buf b;
	struct status status = {.host = "lab3", .at_work = true, .past = &past};

	(void)state;
	buf_init(&b, 4096);
	add_step(&past, "1", 100, 0);
	snprintf(past.belief, sizeof(past.belief), "it is x");
	past.belief_left = 6;
	status_text(&status, &b);
	assert_non_null(strstr(b.data, "\nleft\troughly 6 more runs\n"
				       "time left\tabout 10 min, 100 s a step\n"));
	json = status_json(&status);
	assert_int_equal(json_integer_value(json_object_get(json, "steps_left")), 6);
	/* the revert's runs are not foreseen */
	past.belief_left = 0;
	buf_reset(&b);
	status_text(&status, &b);
	assert_null(strstr(b.data, "left"));
}

static void only_releases_are_releases(void **state)
{
	static const char *const yes[] = {"v6.1", "v2.6.39", "v6.1.192", "v2.6.32.1"};
	static const char *const no[] = {
		"v6.2-rc1", "v6", "6.1", "v6.", "v6.1.2.3.4", "v6.1-lab", "v", ""};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		assert_true(release_name_valid(yes[i]));
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		assert_false(release_name_valid(no[i]));
}

static void releases_are_tried_farther_and_farther_back(void **state)
{
	static const int expected[] = {0, 1, 3, 7, 15, 19, -1};
	int last = -1;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		last = releases_next(20, last, false, i);
		assert_int_equal(last, expected[i]);
	}
	/* one that cannot be tested: the next older one */
	assert_int_equal(releases_next(20, 3, true, 2), 4);
	assert_int_equal(releases_next(20, 19, true, 2), -1);
	assert_int_equal(releases_next(0, -1, false, 0), -1);
}

static void tag(const struct fixture *f, const char *name, int commit)
{
	CLEANUP_BUF struct buf line;

	buf_init(&line, 256);
	buf_addf(&line, "git tag -f %s %s", name, f->commits[commit]);
	git(f->folder, line.data, NULL);
}

/* 0 is v1.0, 2 v1.1, 3 v1.2, 8 v1.3, 10 v1.4, 12 v1.5, 14 v1.6; 5 is on a side that 8
 * does not have. */
static void a_good_end_is_found(void **state)
{
	static const int at[] = {0, 2, 3, 8, 10, 12, 14};
	struct fixture *f = *state;
	CLEANUP_RELEASES struct releases releases = {0};
	unsigned int kills = 0;
	struct err err = ERR_INIT;
	struct sim sim;

	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		char name[] = "v1.0";

		name[3] += i;
		tag(f, name, at[i]);
	}
	tag(f, "v1.9-rc1", 15);
	assert_int_equal(
		releases_list(&f->history, f->commits[LAST], &releases, &err), 0);
	assert_int_equal(releases.names.n, 7);
	assert_string_equal(releases.names.v[0], "v1.6");
	assert_string_equal(releases.names.v[6], "v1.0");
	/* killed at each call, on the way back and later */
	for (unsigned int die_at = 0;; die_at++) {
		CLEANUP_PAST struct past past = {0}, again = {0};
		int r;

		begin(f, &sim, MERGE);
		f->kinds[number_of(f, 12)] = SIM_HANG;
		f->releases = &releases;
		sim.die_at = die_at;
		r = run_once(f, &sim, &past);
		if (die_at && r == RUN_FOUND)
			break;
		if (!die_at) {
			/* v1.6 fails, v1.5 hangs, so v1.4; then two farther, v1.2 */
			assert_int_equal(r, RUN_FOUND);
			assert_string_equal(past.culprit, f->commits[MERGE]);
			assert_string_equal(past.steps[1].commit, f->commits[14]);
			assert_string_equal(past.steps[2].commit, f->commits[12]);
			assert_string_equal(past.steps[3].commit, f->commits[10]);
			assert_string_equal(past.steps[4].commit, f->commits[3]);
			assert_int_equal(past.steps[4].verdict, VERDICT_GOOD);
			continue;
		}
		kills++;
		sim.die_at = 0;
		assert_int_equal(run_once(f, &sim, &again), RUN_FOUND);
		assert_string_equal(again.culprit, f->commits[MERGE]);
		assert_true(again.n_steps <= 12);
	}
	assert_true(kills > 50);
	f->releases = NULL;
}

static void no_release_may_pass(void **state)
{
	struct fixture *f = *state;
	CLEANUP_RELEASES struct releases releases = {0};
	CLEANUP_PAST struct past past = {0};
	struct sim sim;
	struct run run;

	begin(f, &sim, 1);
	sim.good_kind = SIM_BAD;
	assert_int_equal(
		releases_list(&f->history, f->commits[LAST], &releases, NULL), 0);
	f->releases = &releases;
	assert_int_equal(control(f, &sim, &run, &past, VERDICT_SKIP), RUN_ENDS);
	assert_non_null(strstr(run.words.data, "no release passes"));
	assert_non_null(strstr(run.words.data, "v1.0"));
	run_release(&run);
	f->releases = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_left_comes_from_what_steps_cost),
		cmocka_unit_test(times_are_told_in_words),
		cmocka_unit_test(a_status_tells_it_all),
		cmocka_unit_test(a_run_without_a_verdict_has_a_status),
		cmocka_unit_test(what_was_judged_last_is_told),
		cmocka_unit_test(runs_that_are_left_are_told),
		cmocka_unit_test(only_releases_are_releases),
		cmocka_unit_test(releases_are_tried_farther_and_farther_back),
		cmocka_unit_test(a_good_end_is_found),
		cmocka_unit_test(no_release_may_pass),
	};

	return cmocka_run_group_tests_name(
		"bisect-status", tests, make_fixture, drop_fixture);
}
