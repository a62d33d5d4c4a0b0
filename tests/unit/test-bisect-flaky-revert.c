// SPDX-License-Identifier: GPL-2.0-or-later
/* Where tests are repeated: the culprit's revert, and a fix in place of a break. */
#include "bisect/judge/confirm.h"

#include "tests/unit/flaky-lab.h"

static unsigned int count_reverts(const struct past *past)
{
	unsigned int n = 0;

	for (size_t i = 0; i < past->n_steps; i++)
		n += !strcmp(past->steps[i].role, "revert");
	return n;
}

/* As often as it takes to believe that it passes, and by resets. */
static void the_revert_is_tried_before_a_culprit_is_named(void **state)
{
	struct fixture *f = *state;

	for (int helps = 0; helps < 2; helps++) {
		CLEANUP_PAST struct past past = {0}, again = {0};
		CLEANUP_BUF struct buf text;
		struct sim sim;

		buf_init(&text, 4096);
		begin_flaky(f, &sim, 5, 0.5);
		f->confirm = 1;
		sim.warm = SIM_WARM;
		sim.revert_kind = helps ? SIM_GOOD : SIM_BAD;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[5]);
		assert_true(count_reverts(&past) >= 3);
		for (size_t i = 0; i < past.n_steps; i++)
			assert_false(!strcmp(past.steps[i].role, "revert") &&
				     past.steps[i].warm);
		assert_int_equal(past_load(f->log, &again, NULL), 0);
		assert_string_equal(again.reverted, past.reverted);
		confirm_describe(&again, &text);
		assert_non_null(strstr(text.data,
			helps ? "\nconfirmed: with it reverted, the bad end passed in "
			      : "\nnot confirmed: with it reverted, the bad end failed "
				"in "));
	}
}

/* Nor does the lab keep a culprit back when it cannot make the revert. */
static void a_revert_that_cannot_be_tried_is_told(void **state)
{
	struct fixture *f = *state;

	for (int way = 0; way < 3; way++) {
		CLEANUP_PAST struct past past = {0};
		struct sim sim;

		begin_flaky(f, &sim, 5, 0.5);
		f->confirm = 1;
		sim.no_revert = way == 0;
		sim.revert_kind = way == 1 ? SIM_BROKEN : SIM_HANG;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[5]);
		assert_string_equal(past.reverted, "");
		assert_true(*past.no_revert);
		assert_int_equal(count_reverts(&past), way > 0);
	}
}

/* What stands of the revert of one suspect says nothing of another one. */
static void a_revert_is_of_its_suspect(void **state)
{
	static const char log[] =
		"# tenfold: event=no-revert culprit=%s why='it does not apply'\n";
	struct fixture *f = *state;

	for (int same = 0; same < 2; same++) {
		CLEANUP_PAST struct past past = {0};
		CLEANUP_BUF struct buf text, start;
		struct sim sim;

		buf_init(&text, 4096);
		buf_init(&start, 4096);
		begin_flaky(f, &sim, 5, 0.5);
		f->confirm = 1;
		buf_adds(&start, "git bisect start\n");
		buf_addf(&start, log, f->commits[same ? 5 : 7]);
		write_start(f, start.data);
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[5]);
		confirm_describe(&past, &text);
		assert_int_equal(
			!!strstr(text.data, "not reverted: it does not apply"), same);
		assert_int_equal(count_reverts(&past) > 0, !same);
	}
}

/* A fix that works each time, for a failure that shows in half of the runs. */
static void a_fix_is_found(void **state)
{
	struct fixture *f = *state;
	unsigned int right = 0, proven = 0;

	for (int fix = 1; fix <= LAST; fix++) {
		CLEANUP_PAST struct past past = {0};
		struct sim sim;

		begin_flaky(f, &sim, fix, 0.5);
		f->find_fix = true;
		f->confirm = 1;
		sim.revert_kind = SIM_BAD;
		for (int i = 1; i <= LAST; i++)
			f->kinds[number_of(f, i)] =
				is_ancestor(fix, i) ? SIM_GOOD : SIM_BAD;
		sim.good_kind = SIM_BAD;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		right += !strcmp(past.culprit, f->commits[fix]);
		proven += !strncmp(past.reverted,
			"confirmed: with it reverted, the bad end failed in ", 50);
	}
	f->find_fix = false;
	assert_true(right >= LAST - 2);
	print_message("right: %u, proven: %u\n", right, proven);
	/* the last one is the bad end itself, which is not reverted */
	assert_true(proven * 4 >= 3 * (LAST - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_revert_is_tried_before_a_culprit_is_named),
		cmocka_unit_test(a_revert_that_cannot_be_tried_is_told),
		cmocka_unit_test(a_revert_is_of_its_suspect),
		cmocka_unit_test(a_fix_is_found),
	};

	return cmocka_run_group_tests_name(
		"bisect-flaky-revert", tests, make_fixture, drop_fixture);
}
