// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole bisections in the simulated lab: faults, kills, and the right culprit. */
#include "tests/unit/bisect-lab.h"

/* Steps that needed a boot. */
static unsigned int count_boots(const struct past *past)
{
	unsigned int n = 0;

	for (size_t i = 0; i < past->n_steps; i++)
		n += past->steps[i].boot[0] != 0;
	assert_judged_once(past);
	return n;
}

static void finds_every_culprit(void **state)
{
	struct fixture *f = *state;

	for (int culprit = 1; culprit <= LAST; culprit++) {
		CLEANUP_PAST struct past past = {0};
		struct sim sim;

		begin(f, &sim, culprit);
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[culprit]);
		/* one reset a step, and a step a bit of information */
		assert_int_equal(sim.reboots, past.n_steps);
		assert_int_equal(sim.power_cycles, 0);
		assert_true(past.n_steps <= 2 + 5);
		assert_string_equal(sim.next, "");
	}
}

/* What a candidate that never comes up does to verdict and resets. */
static void check_dead_candidate(struct fixture *f, enum sim_kind kind, bool console)
{
	/* the first choice on this graph: at a culprit of 12 it is bad either way */
	for (int dead = 1; dead < LAST; dead++) {
		CLEANUP_PAST struct past past = {0};
		struct sim sim;
		unsigned int boots;
		int r;

		if (dead == 12 || dead == 11)
			continue; /* the culprit must stay apart from its parent */
		begin(f, &sim, 12);
		f->kinds[number_of(f, dead)] = kind;
		sim.console = console;
		r = run_once(f, &sim, &past);
		assert_int_equal(r, RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[12]);
		assert_int_equal(past.lab_faults, 0);
		boots = count_boots(&past);
		/* each boot has one cause: a hand, or the machine itself */
		assert_true(sim.reboots + sim.power_cycles <= boots + 1);
		assert_int_equal(
			sim.boots_made, sim.reboots + sim.power_cycles + sim.self_resets);
		if (kind == SIM_HANG || kind == SIM_PANIC)
			assert_true(sim.power_cycles <= 1);
	}
}

static void a_hang_costs_one_reset(void **state)
{
	check_dead_candidate(*state, SIM_HANG, false);
	check_dead_candidate(*state, SIM_PANIC, false);
	check_dead_candidate(*state, SIM_PANIC, true);
}

static void a_reset_by_itself_is_the_one(void **state)
{
	struct fixture *f = *state;

	for (int console = 0; console < 2; console++) {
		CLEANUP_PAST struct past past = {0};
		struct sim sim;

		begin(f, &sim, 12);
		/* it is the first split: see finds_every_culprit */
		for (int i = 7; i <= MERGE; i++)
			f->kinds[number_of(f, i)] = SIM_PANIC_REBOOTS;
		sim.console = console;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[12]);
		assert_true(sim.self_resets > 0);
		assert_int_equal(sim.power_cycles, 0);
		/* the same trip took the next candidate */
		assert_int_equal(sim.reboots + sim.self_resets, count_boots(&past));
	}
	check_dead_candidate(f, SIM_PANIC_REBOOTS, false);
	check_dead_candidate(f, SIM_PANIC_REBOOTS, true);
	check_dead_candidate(f, SIM_NO_ROOT, false);
}

static void dead_in_the_test_is_bad(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;

	begin(f, &sim, 5);
	for (int i = 1; i <= LAST; i++)
		if (f->kinds[number_of(f, i)] == SIM_BAD)
			f->kinds[number_of(f, i)] = SIM_DIES_IN_TEST;
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[5]);
	assert_true(sim.self_resets > 0);
	/* the reset by itself was the next step's, except that after the last */
	assert_true(sim.reboots + sim.self_resets <= count_boots(&past) + 1);
	assert_int_equal(sim.power_cycles, 0);
}

static void broken_builds_are_never_booted(void **state)
{
	struct fixture *f = *state;
	bool has_image[COMMITS_MAX] = {false};
	CLEANUP_PAST struct past past = {0};
	struct sim sim;

	begin(f, &sim, 14);
	for (int i = 7; i <= 10; i++)
		f->kinds[number_of(f, i)] = SIM_BROKEN;
	sim.has_image = has_image;
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[14]);
	assert_true(sim.builds > 0);
	assert_int_equal(sim.boots_made, count_boots(&past));
	assert_int_equal(sim.tests, count_boots(&past));
}

static void only_skipped_are_named(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;
	struct run run;

	begin(f, &sim, 12);
	f->kinds[number_of(f, 11)] = f->kinds[number_of(f, 12)] = SIM_UNTESTABLE;
	assert_int_equal(control(f, &sim, &run, &past, VERDICT_SKIP), RUN_ONLY_SKIPPED);
	for (int i = 1; i <= LAST; i++)
		assert_int_equal(strstr(run.words.data, f->commits[i]) != NULL,
			i >= 11 && i <= 13);
	run_release(&run);
}

static void ends_must_hold(void **state)
{
	struct fixture *f = *state;
	struct sim sim;
	struct run run;

	for (int which = 0; which < 3; which++) {
		CLEANUP_PAST struct past past = {0};

		begin(f, &sim, 12);
		if (which == 0)
			f->kinds[number_of(f, LAST)] = SIM_GOOD;
		else if (which == 1)
			sim.good_kind = SIM_BAD;
		else
			f->kinds[number_of(f, LAST)] = SIM_HANG;
		assert_int_equal(control(f, &sim, &run, &past, VERDICT_SKIP), RUN_ENDS);
		assert_non_null(strstr(run.words.data, which == 0   ? "bad end"
						       : which == 1 ? "good end"
								    : "cannot be"));
		assert_string_equal(sim.next, "");
		run_release(&run);
	}
}

static void a_boot_regression_is_found(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;
	struct run run;

	begin(f, &sim, 6);
	for (int i = 1; i <= LAST; i++)
		if (f->kinds[number_of(f, i)] == SIM_BAD)
			f->kinds[number_of(f, i)] = SIM_HANG;
	assert_int_equal(control(f, &sim, &run, &past, VERDICT_BAD), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[6]);
	assert_int_equal(sim.reboots + sim.power_cycles,
		past.n_steps + (past.steps[past.n_steps - 1].verdict == VERDICT_BAD));
	run_release(&run);
}

/* Each third boot of a kind meets the fault. */
static enum sim_fault every_third(void *ctx, unsigned int boot)
{
	return boot % 3 == 1 ? *(enum sim_fault *)ctx : SIM_NO_FAULT;
}

static enum sim_fault always(void *ctx, unsigned int boot)
{
	(void)boot;
	return *(enum sim_fault *)ctx;
}

static void faults_of_the_lab_are_no_verdicts(void **state)
{
	struct fixture *f = *state;

	for (enum sim_fault fault = SIM_STUCK_IN_FIRMWARE; fault <= SIM_WRONG_KERNEL;
		fault++) {
		CLEANUP_PAST struct past past = {0};
		struct sim sim;

		begin(f, &sim, 5);
		sim.fault = every_third;
		sim.ctx = &fault;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[5]);
		for (size_t i = 0; i < past.n_steps; i++)
			assert_int_not_equal(past.steps[i].verdict, VERDICT_SKIP);
	}
}

static void a_lab_that_stays_broken_ends_the_run(void **state)
{
	struct fixture *f = *state;

	for (enum sim_fault fault = SIM_STUCK_IN_FIRMWARE; fault <= SIM_WRONG_KERNEL;
		fault++) {
		CLEANUP_PAST struct past past = {0};
		struct sim sim;

		begin(f, &sim, 5);
		sim.fault = always;
		sim.ctx = &fault;
		assert_int_equal(run_once(f, &sim, &past), RUN_LAB);
		assert_int_equal(past.n_steps, 0);
		assert_string_equal(sim.next, "");
		/* the lab is mended: the same log goes on */
		past_release(&past);
		sim.fault = NULL;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[5]);
	}
}

static void the_ladder_is_climbed(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;

	begin(f, &sim, 5);
	sim.os_deaf = 1;
	sim.power_fails = 1;
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[5]);
	assert_int_equal(sim.power_cycles, 1);
	assert_int_equal(past.lab_faults, 0);
}

static void the_server_may_be_away(void **state)
{
	struct fixture *f = *state;

	/* short: nobody notices; long: a fault of the lab, whatever it hits */
	for (int seconds = 10; seconds <= 60; seconds += 25) {
		for (int from = 0; from < 60; from += 3) {
			CLEANUP_PAST struct past past = {0};
			struct sim sim;

			begin(f, &sim, 5);
			sim.server_away_from = from;
			sim.server_away_to = from + seconds;
			assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
			assert_string_equal(past.culprit, f->commits[5]);
			for (size_t i = 0; i < past.n_steps; i++)
				assert_int_not_equal(past.steps[i].verdict, VERDICT_SKIP);
		}
	}
}

/* Killed at each call that reaches the world, one after the other, on a history with a
 * hang, a panic and a broken build. */
static void goes_on_after_a_kill_at_any_call(void **state)
{
	struct fixture *f = *state;
	unsigned int calls, kills = 0;
	struct sim sim;

	for (unsigned int at = 1;; at++) {
		CLEANUP_PAST struct past past = {0}, before = {0};
		int r;

		begin(f, &sim, 5);
		set_hard(f);
		sim.die_at = at;
		r = run_once(f, &sim, &before);
		calls = sim.calls;
		if (r == RUN_FOUND)
			break;
		assert_int_equal(r, RUN_STOPPED);
		kills++;
		sim.die_at = 0;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[5]);
		count_boots(&past);
		assert_string_equal(sim.next, "");
		/* what was judged before stays, and is not done again */
		for (size_t i = 0; i < before.n_steps; i++)
			assert_string_equal(past.steps[i].commit, before.steps[i].commit);
		assert_true(sim.tests <= past.n_steps + 1);
	}
	assert_true(kills > 50 && calls > kills);
}

/* A kill may also cut the log: it is tried at every byte. */
static void goes_on_after_a_cut_at_any_byte(void **state)
{
	struct fixture *f = *state;
	CLEANUP_BUF struct buf whole;
	CLEANUP_PAST struct past first = {0};
	struct sim sim;

	buf_init(&whole, 1024 * 1024);
	begin(f, &sim, 5);
	set_hard(f);
	assert_int_equal(run_once(f, &sim, &first), RUN_FOUND);
	assert_int_equal(file_read(f->log, &whole, NULL), 0);
	for (size_t len = 0; len < whole.len; len += 1 + len % 7) {
		CLEANUP_PAST struct past past = {0};

		begin(f, &sim, 5);
		set_hard(f);
		assert_int_equal(
			file_write_atomic(f->log, whole.data, len, 0644, NULL), 0);
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[5]);
		count_boots(&past);
	}
}

static void git_replays_the_log(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;

	begin(f, &sim, 5);
	set_hard(f);
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_git_replays(f, f->commits[5]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_culprit),
		cmocka_unit_test(a_hang_costs_one_reset),
		cmocka_unit_test(a_reset_by_itself_is_the_one),
		cmocka_unit_test(dead_in_the_test_is_bad),
		cmocka_unit_test(broken_builds_are_never_booted),
		cmocka_unit_test(only_skipped_are_named),
		cmocka_unit_test(ends_must_hold),
		cmocka_unit_test(a_boot_regression_is_found),
		cmocka_unit_test(faults_of_the_lab_are_no_verdicts),
		cmocka_unit_test(a_lab_that_stays_broken_ends_the_run),
		cmocka_unit_test(the_ladder_is_climbed),
		cmocka_unit_test(the_server_may_be_away),
		cmocka_unit_test(goes_on_after_a_kill_at_any_call),
		cmocka_unit_test(goes_on_after_a_cut_at_any_byte),
		cmocka_unit_test(git_replays_the_log),
	};

	return cmocka_run_group_tests_name(
		"bisect-run", tests, make_fixture, drop_fixture);
}
