// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A controller that is killed anywhere: at every write of its log, before it, in its
 * middle and after it; and at random moments, several times in one bisection. The end is
 * that of a bisection left alone, no step is lost, nothing that was judged is done again.
 */
#include "tests/unit/kill-lab.h"

#define BISECTIONS 500
#define KILLS_MAX 8 /* in one bisection */

static unsigned int random_state = 11;

static unsigned int roll(unsigned int sides)
{
	random_state = random_state * 1103515245 + 12345;
	return (random_state >> 8) % sides;
}

/* Runs to that call, and cuts the log to `size` unless it is below 0. */
static int run_to(struct fixture *f, struct sim *sim, unsigned int call, off_t size)
{
	CLEANUP_PAST struct past past = {0};
	int r;

	begin(f, sim, 5);
	set_hard(f);
	f->confirm = 1;
	sim->die_at = call;
	r = run_once(f, sim, &past);
	sim->die_at = 0;
	if (size >= 0)
		assert_int_equal(truncate(f->log, size), 0);
	return r;
}

static void goes_on_from(struct fixture *f, struct sim *sim)
{
	CLEANUP_PAST struct past before = {0}, after = {0};

	assert_int_equal(past_load(f->log, &before, NULL), 0);
	if (*before.result)
		return; /* a run that has ended is not gone on with */
	f->confirm = 1;
	assert_int_equal(run_once(f, sim, &after), RUN_FOUND);
	assert_string_equal(after.culprit, f->commits[5]);
	nothing_was_lost(&before, &after);
	assert_judged_once(&after);
	/* each test stands in the log, except one that the kill may have met */
	assert_true(sim->tests <= after.n_steps + after.n_confirmations + 1);
}

static void killed_at_every_write(void **state)
{
	struct fixture *f = *state;
	unsigned int n_cuts = 0;
	off_t before = -1;

	for (unsigned int call = 1;; call++) {
		struct sim sim;
		int r = run_to(f, &sim, call, -1);
		off_t cuts[64], size = log_size(f);
		size_t n = 0;

		if (before >= 0 && size > before)
			n = list_cuts(f, before, cuts, ARRAY_SIZE(cuts));
		for (size_t i = 0; i < n; i++) {
			run_to(f, &sim, call, cuts[i]);
			goes_on_from(f, &sim);
		}
		n_cuts += n;
		before = size;
		if (r == RUN_FOUND)
			break;
	}
	assert_true(n_cuts > 50);
	print_message(
		"kill: the same end after a kill in a write of the log: %u places\n",
		n_cuts);
}

static void set_random(struct fixture *f, int culprit)
{
	static const enum sim_kind others[] = {
		SIM_HANG, SIM_PANIC, SIM_PANIC_REBOOTS, SIM_BROKEN, SIM_UNTESTABLE};

	set_culprit(f, culprit);
	for (int i = 1; i < LAST; i++)
		if (i != culprit && roll(6) == 0)
			f->kinds[number_of(f, i)] = others[roll(ARRAY_SIZE(others))];
}

/* The log begins anew; what the machines make of the commits stays. */
static void begin_again(struct fixture *f, struct sim *sim)
{
	enum sim_kind kinds[COMMITS_MAX];

	memcpy(kinds, f->kinds, sizeof(kinds));
	begin(f, sim, 1);
	memcpy(f->kinds, kinds, sizeof(kinds));
}

/* How a bisection is run. */
enum way {
	WAY_PLAIN,
	WAY_CONFIRMED,
	WAY_WARM,
	WAY_FLAKY,
	WAYS
};

static void set_way(struct fixture *f, struct sim *sim, enum way way)
{
	switch (way) {
	case WAY_CONFIRMED:
		f->confirm = 2;
		break;
	case WAY_WARM:
		f->confirm = 1;
		f->cold = true;
		sim->warm = SIM_WARM;
		break;
	case WAY_FLAKY:
		f->confidence = 95;
		sim->passes_on_bad = 0.3;
		break;
	default:
		break;
	}
}

/* Kills until the bisection comes to its end; how often. */
static unsigned int run_and_kill(struct fixture *f, struct sim *sim, enum way way,
	int *ret_end, struct past *ret_past)
{
	unsigned int kills = 0;

	for (;;) {
		CLEANUP_PAST struct past before = {0};

		assert_int_equal(past_load(f->log, &before, NULL), 0);
		sim->die_at = kills < KILLS_MAX ? sim->calls + 1 + roll(80) : 0;
		*ret_end = run_once(f, sim, ret_past);
		nothing_was_lost(&before, ret_past);
		if (way != WAY_FLAKY)
			assert_judged_once(ret_past);
		if (*ret_end != RUN_STOPPED)
			return kills;
		kills++;
		past_release(ret_past);
	}
}

/* The same bisection, with kills and without; how many there were. */
static unsigned int killed_or_not(struct fixture *f, enum way way)
{
	CLEANUP_PAST struct past alone = {0}, past = {0};
	struct sim sim;
	int end, end_alone;
	unsigned int kills;

	set_random(f, 1 + roll(LAST));
	begin_again(f, &sim);
	set_way(f, &sim, way);
	end_alone = run_once(f, &sim, &alone);
	begin_again(f, &sim);
	set_way(f, &sim, way);
	kills = run_and_kill(f, &sim, way, &end, &past);
	assert_true(sim.tests <= past.n_steps + past.n_confirmations + kills);
	assert_int_equal(end, end_alone);
	/* tests that answer at random may name another commit each time */
	if (way != WAY_FLAKY)
		assert_string_equal(past.culprit, alone.culprit);
	return kills;
}

static void killed_at_random(void **state)
{
	struct fixture *f = *state;
	unsigned int kills = 0;

	for (unsigned int i = 0; i < BISECTIONS; i++)
		kills += killed_or_not(f, i % WAYS);
	print_message("kill: the same end after kills at random: %u bisections, %u kills "
		      "(target >= 500)\n",
		BISECTIONS, kills);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_at_every_write),
		cmocka_unit_test(killed_at_random),
	};

	return cmocka_run_group_tests_name(
		"bisect-kill", tests, make_fixture, drop_fixture);
}
