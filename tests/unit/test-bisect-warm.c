// SPDX-License-Identifier: GPL-2.0-or-later
/* From the running system straight into the next image, and what may go wrong there. */
#include "tests/unit/bisect-lab.h"

/* After the first boot a healthy host needs no reset at all. */
static void warm_steps_need_no_reset(void **state)
{
	struct fixture *f = *state;

	for (int culprit = 1; culprit <= LAST; culprit++) {
		CLEANUP_PAST struct past past = {0};
		struct sim sim;

		begin(f, &sim, culprit);
		sim.warm = SIM_WARM;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[culprit]);
		assert_int_equal(sim.reboots + sim.power_cycles, 1);
		assert_int_equal(sim.warm_steps, past.n_steps - 1);
		for (size_t i = 0; i < past.n_steps; i++)
			assert_int_equal(past.steps[i].warm, i > 0);
		assert_string_equal(sim.next, "");
	}
}

/* Whatever becomes of a warm step: a reset follows, and the verdicts are the same.
 */
static void a_warm_step_that_fails_is_no_verdict(void **state)
{
	struct fixture *f = *state;

	for (enum sim_warm warm = SIM_WARM_REFUSED; warm <= SIM_WARM_HANGS; warm++) {
		CLEANUP_PAST struct past past = {0};
		struct sim sim;

		begin(f, &sim, 5);
		sim.warm = warm;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[5]);
		assert_int_equal(past.lab_faults, 0);
		/* and after two of them there are no more */
		assert_int_equal(sim.warm_steps, 2);
		for (size_t i = 0; i < past.n_steps; i++) {
			assert_false(past.steps[i].warm);
			assert_int_not_equal(past.steps[i].verdict, VERDICT_SKIP);
		}
		/* each hang is ended by one power cycle */
		assert_int_equal(sim.power_cycles,
			warm == SIM_WARM_HANGS || warm == SIM_WARM_IGNORED ? 2 : 0);
	}
}

/* A candidate that hangs does so from both: one reset for each hang. */
static void a_hang_in_a_warm_step_is_judged_by_a_reset(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;

	begin(f, &sim, 12);
	for (int i = 7; i <= MERGE; i++)
		f->kinds[number_of(f, i)] = SIM_HANG;
	sim.warm = SIM_WARM;
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[12]);
	for (size_t i = 0; i < past.n_steps; i++)
		if (past.steps[i].verdict == VERDICT_SKIP)
			assert_false(past.steps[i].warm);
	assert_true(sim.power_cycles > 0);
}

static void a_culprit_is_confirmed_from_resets(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;

	begin(f, &sim, 7);
	f->confirm = 2;
	sim.warm = SIM_WARM;
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[7]);
	assert_true(past.n_confirmations >= 4);
	for (size_t i = 0; i < past.n_confirmations; i++)
		assert_false(past.confirmations[i].warm);
	assert_int_equal(sim.reboots, 1 + past.n_confirmations);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(warm_steps_need_no_reset),
		cmocka_unit_test(a_warm_step_that_fails_is_no_verdict),
		cmocka_unit_test(a_hang_in_a_warm_step_is_judged_by_a_reset),
		cmocka_unit_test(a_culprit_is_confirmed_from_resets),
	};

	return cmocka_run_group_tests_name(
		"bisect-warm", tests, make_fixture, drop_fixture);
}
