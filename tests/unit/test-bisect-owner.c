// SPDX-License-Identifier: GPL-2.0-or-later
/* What the owner had chosen for the host's next boot is there again after a run. */
#include "tests/unit/bisect-lab.h"

#define CHOSEN "x86_64/lab/1111111111111111111111111111111111111111"
#define ANEW "x86_64/lab/2222222222222222222222222222222222222222"

static void choose_next(struct sim *sim, const char *image, bool wait)
{
	snprintf(sim->next, sizeof(sim->next), "%s", image);
	sim->next_waits = wait;
}

static void is_put_back_at_the_end(void **state)
{
	struct fixture *f = *state;

	for (int wait = 0; wait < 2; wait++) {
		CLEANUP_PAST struct past past = {0};
		struct sim sim;

		begin(f, &sim, 5);
		choose_next(&sim, CHOSEN, wait);
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[5]);
		assert_string_equal(sim.next, CHOSEN);
		assert_int_equal(sim.next_waits, wait);
		assert_false(past.owner_noted);
	}
}

/* Each call that reaches the world may be the last one before a kill. */
static void is_put_back_after_a_kill(void **state)
{
	struct fixture *f = *state;
	unsigned int kills = 0;
	struct sim sim;

	for (unsigned int at = 1;; at++) {
		CLEANUP_PAST struct past before = {0}, past = {0};
		int r;

		begin(f, &sim, 5);
		choose_next(&sim, CHOSEN, true);
		sim.die_at = at;
		r = run_once(f, &sim, &before);
		if (r == RUN_FOUND)
			break;
		kills++;
		sim.die_at = 0;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(sim.next, CHOSEN);
		assert_true(sim.next_waits);
	}
	assert_true(kills > 50);
}

static void a_choice_made_meanwhile_holds(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past before = {0}, past = {0};
	struct sim sim;

	begin(f, &sim, 5);
	choose_next(&sim, CHOSEN, true);
	sim.die_at = 60;
	assert_int_equal(run_once(f, &sim, &before), RUN_STOPPED);
	assert_true(before.owner_noted);
	sim.die_at = 0;
	choose_next(&sim, ANEW, false);
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_string_equal(sim.next, ANEW);
	assert_false(sim.next_waits);
}

/* A new run over a killed one: what that had left gives way, what others chose does not.
 */
static void a_run_put_aside_gives_it_back(void **state)
{
	struct fixture *f = *state;

	for (int which = 0; which < 3; which++) {
		CLEANUP_PAST struct past past = {0};
		struct world world;
		struct sim sim;

		begin(f, &sim, 5);
		sim_world(&sim, &world);
		past.owner_noted = true;
		past.owner_next = (struct chosen){.image = CHOSEN, .wait = true};
		snprintf(past.last, sizeof(past.last), "%s", f->commits[7]);
		if (which == 1)
			snprintf(sim.next, sizeof(sim.next), "x86_64/lab/%s",
				f->commits[7]);
		if (which == 2)
			choose_next(&sim, ANEW, false);
		assert_int_equal(
			owner_give_back_over(&past, NULL, world.server, &sim, NULL), 0);
		assert_string_equal(sim.next, which == 2 ? ANEW : CHOSEN);
	}
}

/* A new run instead of going on: nothing of the old one is ever taken for the owner's. */
static void a_killed_run_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	unsigned int kills = 0, left = 0;

	for (unsigned int at = 1;; at += 2) {
		CLEANUP_PAST struct past before = {0}, past = {0};
		struct world world;
		struct sim sim;

		begin(f, &sim, 5);
		sim.die_at = at;
		if (run_once(f, &sim, &before) == RUN_FOUND)
			break;
		kills++;
		left += *sim.next != '\0';
		sim.die_at = 0;
		sim_world(&sim, &world);
		if (past_load(f->log, &past, NULL) == 0)
			assert_int_equal(owner_give_back_over(
						 &past, NULL, world.server, &sim, NULL),
				0);
		assert_string_equal(sim.next, "");
	}
	assert_true(kills > 25);
	assert_true(left > 5);
}

/* A log of one host, and a run of two that goes on with it; and the other way round. */
static void more_hosts_and_fewer(void **state)
{
	struct fixture *f = *state;
	char text[512], image[IMAGE_ID_TEXT];

	for (int which = 0; which < 4; which++) {
		CLEANUP_PAST struct past past = {0};
		const char *host = which < 2 ? "" : " host=lab3";
		struct world world;
		struct sim sim;

		begin(f, &sim, 5);
		sim_world(&sim, &world);
		snprintf(text, sizeof(text),
			"# tenfold: event=start host=lab3\n"
			"# tenfold: event=owner-next%s image=" CHOSEN " wait=yes\n"
			"# tenfold: event=step step=1%s commit=%s candidates=0\n",
			host, host, f->commits[7]);
		assert_int_equal(past_parse(text, strlen(text), &past, NULL), 0);
		snprintf(image, sizeof(image), "x86_64/lab/%s", f->commits[7]);
		choose_next(&sim, image, false);
		assert_int_equal(owner_give_back_over(&past, which % 2 ? "lab3" : NULL,
					 world.server, &sim, NULL),
			0);
		assert_string_equal(sim.next, CHOSEN);
	}
}

static void nothing_chosen_stays_so(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;

	begin(f, &sim, 5);
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_string_equal(sim.next, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_put_back_at_the_end),
		cmocka_unit_test(is_put_back_after_a_kill),
		cmocka_unit_test(a_choice_made_meanwhile_holds),
		cmocka_unit_test(a_run_put_aside_gives_it_back),
		cmocka_unit_test(a_killed_run_leaves_nothing),
		cmocka_unit_test(more_hosts_and_fewer),
		cmocka_unit_test(nothing_chosen_stays_so),
	};

	return cmocka_run_group_tests_name(
		"bisect-owner", tests, make_fixture, drop_fixture);
}
