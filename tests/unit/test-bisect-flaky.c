// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole bisections with a test that does not answer alike each time. */
#include "bisect/run/believe.h"
#include "bisect/run/flaky.h"

#include "tests/unit/flaky-lab.h"

/* 8 has the image of 7, those up to 12 that of the merge, those behind 13 that of 13. */
static void share_by_runs(struct fixture *f, uint32_t *image_of)
{
	for (int i = 0; i < COMMITS_MAX; i++)
		image_of[i] = IMAGE_OWN;
	for (int i = 8; i <= LAST; i++)
		if (i != MERGE && i != 13)
			image_of[number_of(f, i)] = number_of(f, i > 13      ? 13
								 : i > MERGE ? MERGE
									     : 7);
}

static void finds_nearly_every_culprit(void **state)
{
	static const double passes[] = {0.1, 0.5, 0.7};
	struct fixture *f = *state;
	unsigned int right = 0, all = 0;

	for (size_t i = 0; i < ARRAY_SIZE(passes); i++) {
		for (int culprit = 1; culprit <= LAST; culprit++, all++) {
			CLEANUP_PAST struct past past = {0}, again = {0};
			struct sim sim;

			begin_flaky(f, &sim, culprit, passes[i]);
			assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
			right += !strcmp(past.culprit, f->commits[culprit]);
			assert_int_equal(sim.tests, past.n_steps);
			/* the log tells it all, git's lines at its end tell nothing new
			 */
			assert_int_equal(past_load(f->log, &again, NULL), 0);
			assert_int_equal(again.n_steps, past.n_steps);
			assert_string_equal(again.belief, past.belief);
			assert_int_equal(again.belief_left, past.belief_left);
			assert_string_equal(again.culprit, past.culprit);
		}
	}
	print_message("right: %u of %u\n", right, all);
	assert_true(right * 100 >= all * 93);
}

/* What it fails by shall not be an effect of the kernel that ran before. */
static void a_culprit_has_failed_from_a_reset(void **state)
{
	struct fixture *f = *state;
	unsigned int warm = 0;

	for (int culprit = 1; culprit <= LAST; culprit++) {
		CLEANUP_PAST struct past past = {0};
		unsigned int fails = 0;
		struct sim sim;

		begin_flaky(f, &sim, culprit, 0.2);
		f->confirm = 2;
		sim.warm = SIM_WARM;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		for (size_t i = 0; i < past.n_steps; i++) {
			fails += !strcmp(past.steps[i].commit, past.culprit) &&
				 past.steps[i].verdict == VERDICT_BAD &&
				 !past.steps[i].warm;
			warm += past.steps[i].warm;
		}
		assert_true(fails >= 3);
	}
	assert_true(warm > 100);
}

static void what_is_no_test_of_the_commit_is_no_evidence(void **state)
{
	static const char log[] = "# tenfold: event=start host=a host=b\n"
				  "# tenfold: event=aside host=b disagrees=yes why=x\n";
	struct step step = {.role = "split", .host = "a"};
	CLEANUP_PAST struct past past = {0};

	(void)state;
	assert_int_equal(past_parse(log, sizeof(log) - 1, &past, NULL), 0);
	assert_true(believe_is_evidence(&past, &step));
	snprintf(step.same_as, sizeof(step.same_as), "abc");
	assert_false(believe_is_evidence(&past, &step));
	step.same_as[0] = '\0';
	step.host[0] = 'b';
	assert_false(believe_is_evidence(&past, &step));
	assert_false(past_counts(&past, &step));
	snprintf(step.host, sizeof(step.host), "a");
	snprintf(step.role, sizeof(step.role), "revert");
	assert_false(believe_is_evidence(&past, &step));
	assert_true(past_counts(&past, &step));
}

static void a_test_that_is_sure_is_not_repeated(void **state)
{
	struct fixture *f = *state;

	for (int culprit = 1; culprit <= LAST; culprit++) {
		CLEANUP_PAST struct past past = {0};
		struct sim sim;

		begin(f, &sim, culprit);
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[culprit]);
		assert_string_equal(past.belief, "");
		assert_judged_once(&past);
	}
}

/* Nobody said that it is flaky: the confirmation shows it, and what was tested before
 * counts. */
static void a_contradiction_turns_it_on(void **state)
{
	struct fixture *f = *state;
	unsigned int right = 0, turned = 0;

	for (int culprit = 1; culprit <= LAST; culprit++) {
		CLEANUP_PAST struct past past = {0};
		struct sim sim;
		int r;

		begin(f, &sim, culprit);
		f->confirm = 2;
		sim.passes_on_bad = 0.3;
		sim.dice += culprit;
		r = run_once(f, &sim, &past);
		if (r == RUN_ENDS)
			continue; /* the bad end passed, and nobody spoke of flaky */
		assert_int_equal(r, RUN_FOUND);
		turned += *past.belief != '\0';
		right += !strcmp(past.culprit, f->commits[culprit]);
	}
	print_message("turned on: %u, right: %u\n", turned, right);
	assert_true(turned >= 6);
	assert_true(right >= turned);
}

static void ends_that_do_not_hold_are_told(void **state)
{
	struct fixture *f = *state;

	for (int which = 0; which < 2; which++) {
		CLEANUP_PAST struct past past = {0};
		struct sim sim;
		struct run run;

		begin_flaky(f, &sim, 12, 0.5);
		if (which)
			sim.good_kind = SIM_BAD;
		else
			sim.passes_on_bad = 1;
		assert_int_equal(control(f, &sim, &run, &past, VERDICT_SKIP), RUN_ENDS);
		assert_non_null(strstr(run.words.data, which ? "good end" : "bad end"));
		run_release(&run);
	}
}

static void the_bad_end_fails_as_often_as_wanted(void **state)
{
	struct fixture *f = *state;

	for (unsigned int fails = 2; fails <= 10; fails += 4) {
		CLEANUP_PAST struct past past = {0};
		unsigned int seen = 0;
		struct sim sim;

		begin_flaky(f, &sim, 12, 0.5);
		f->end_fails = fails;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		for (size_t i = 0; i < past.n_steps; i++)
			seen += !strcmp(past.steps[i].role, "bad-end") &&
				past.steps[i].verdict == VERDICT_BAD;
		assert_int_equal(seen, fails);
	}
}

static void untestable_ones_are_named(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;
	struct run run;

	begin_flaky(f, &sim, 12, 0.3);
	f->kinds[number_of(f, 11)] = f->kinds[number_of(f, 12)] = SIM_UNTESTABLE;
	assert_int_equal(control(f, &sim, &run, &past, VERDICT_SKIP), RUN_ONLY_SKIPPED);
	for (int i = 1; i <= LAST; i++)
		assert_int_equal(strstr(run.words.data, f->commits[i]) != NULL,
			i >= 11 && i <= 13);
	run_release(&run);
}

static void goes_on_after_a_kill(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past whole = {0};
	unsigned int kills = 0;
	struct sim sim;

	begin_flaky(f, &sim, 5, 0.5);
	assert_int_equal(run_once(f, &sim, &whole), RUN_FOUND);
	for (unsigned int at = 3; at < sim.calls; at += 11, kills++) {
		CLEANUP_PAST struct past before = {0}, past = {0};
		struct sim killed;

		begin_flaky(f, &killed, 5, 0.5);
		killed.die_at = at;
		assert_int_equal(run_once(f, &killed, &before), RUN_STOPPED);
		killed.die_at = 0;
		assert_int_equal(run_once(f, &killed, &past), RUN_FOUND);
		assert_true(past.n_steps >= before.n_steps);
		for (size_t i = 0; i < before.n_steps; i++) {
			assert_string_equal(past.steps[i].commit, before.steps[i].commit);
			assert_int_equal(past.steps[i].verdict, before.steps[i].verdict);
		}
		/* what was chosen goes by the log alone: the dice fall as they did, but
		 * for a test that was cut short */
		if (killed.tests == whole.n_steps)
			assert_string_equal(past.culprit, whole.culprit);
	}
	assert_true(kills > 20);
}

/* Stopped in the middle: what `status` shows. */
static void it_is_told_why(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past whole = {0}, past = {0};
	struct sim sim, killed;

	begin_flaky(f, &sim, 12, 0.5);
	assert_int_equal(run_once(f, &sim, &whole), RUN_FOUND);
	begin_flaky(f, &killed, 12, 0.5);
	killed.die_at = sim.calls * 9 / 10;
	assert_int_equal(run_once(f, &killed, &past), RUN_STOPPED);
	assert_non_null(strstr(past.belief, "the first bad commit is "));
	assert_non_null(strstr(past.belief, " %"));
	assert_non_null(strstr(past.belief, "a bad commit fails in about "));
	assert_non_null(strstr(past.belief, "; next: "));
}

static void git_replays_the_log(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	CLEANUP_BUF struct buf ref, path, log;
	struct sim sim;

	buf_init(&ref, 1024);
	buf_init(&path, 1024);
	buf_init(&log, 64 * 1024);
	/* a false pass that git would take for a contradiction */
	for (int i = 0; !*past.belief || strcmp(past.result, "found"); i++) {
		assert_true(i < 20);
		past_release(&past);
		begin(f, &sim, MERGE);
		f->confirm = 2;
		sim.passes_on_bad = 0.4;
		sim.dice += i;
		run_once(f, &sim, &past);
	}
	assert_git_replays(f, past.culprit);
	buf_addf(&path, "%s/.git/BISECT_LOG", f->folder);
	assert_int_equal(file_read(path.data, &log, NULL), 0);
	assert_non_null(strstr(log.data, "# first bad commit: ["));
}

/* Runs of equal images: their first one is named, in fewer tests than who cannot tell. */
static void equal_images_count_as_one(void **state)
{
	struct fixture *f = *state;
	unsigned int right = 0, all = 0, tests[2] = {0};

	for (int round = 0; round < 4; round++) {
		for (int culprit = 6; culprit <= 13; culprit += 7) {
			for (int hides = 0; hides < 2; hides++) {
				CLEANUP_PAST struct past past = {0};
				uint32_t image_of[COMMITS_MAX];
				struct sim sim;

				begin_flaky(f, &sim, culprit, 0.5);
				sim.dice += 100 * round;
				share_by_runs(f, image_of);
				sim.image_of = image_of;
				sim.hides_kernels = hides;
				assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
				tests[hides] += sim.tests;
				right += !hides &&
					 !strcmp(past.culprit, f->commits[culprit]);
				all += !hides;
			}
		}
	}
	print_message("right: %u of %u, tests: %u, not knowing: %u\n", right, all,
		tests[0], tests[1]);
	assert_true(right + 1 >= all);
	assert_true(tests[0] < tests[1]);
}

/* What is there is tested, as long as that tells enough; what does not build is not. */
static void builds_are_weighed(void **state)
{
	struct fixture *f = *state;

	for (int culprit = 5; culprit <= 15; culprit += 5) {
		bool has_image[COMMITS_MAX] = {false};
		CLEANUP_PAST struct past past = {0};
		struct sim sim;

		begin_flaky(f, &sim, culprit, 0.3);
		for (int i = 1; i <= LAST; i++)
			has_image[number_of(f, i)] = i % 3 == culprit % 3 ||
						     i % 3 == (culprit - 1) % 3 ||
						     i == LAST;
		/* the failed one is there as such */
		f->kinds[number_of(f, culprit == 15 ? 3 : 12)] = SIM_BROKEN;
		has_image[number_of(f, culprit == 15 ? 3 : 12)] = true;
		sim.has_image = has_image;
		sim.build_seconds = 3000;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[culprit]);
		assert_int_equal(sim.builds, 0);
		for (size_t i = 0; i < past.n_steps; i++)
			assert_int_not_equal(past.steps[i].verdict, VERDICT_SKIP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_nearly_every_culprit),
		cmocka_unit_test(a_culprit_has_failed_from_a_reset),
		cmocka_unit_test(what_is_no_test_of_the_commit_is_no_evidence),
		cmocka_unit_test(a_test_that_is_sure_is_not_repeated),
		cmocka_unit_test(a_contradiction_turns_it_on),
		cmocka_unit_test(ends_that_do_not_hold_are_told),
		cmocka_unit_test(the_bad_end_fails_as_often_as_wanted),
		cmocka_unit_test(untestable_ones_are_named),
		cmocka_unit_test(goes_on_after_a_kill),
		cmocka_unit_test(it_is_told_why),
		cmocka_unit_test(git_replays_the_log),
		cmocka_unit_test(equal_images_count_as_one),
		cmocka_unit_test(builds_are_weighed),
	};

	return cmocka_run_group_tests_name(
		"bisect-flaky", tests, make_fixture, drop_fixture);
}
