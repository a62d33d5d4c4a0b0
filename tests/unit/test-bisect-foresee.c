// SPDX-License-Identifier: GPL-2.0-or-later
/* What is ordered ahead: the choices that each verdict leads to, the likeliest first. */
#include "bisect/choice/foresee.h"
#include "bisect/run/ahead.h"
#include "tests/unit/bisect-lab.h"

#define LINE 64

struct line {
	uint32_t first[LINE + 1], parents[LINE];
	enum mark marks[LINE];
	uint8_t price_of[LINE], missing[LINE];
	struct graph graph;
	struct known known;
	struct prices prices;
	struct prospect prospect;
};

/* No commit has an image. */
static void make_line(struct line *l)
{
	*l = (struct line){.graph = {.n = LINE, .first = l->first, .parents = l->parents},
		.prices = {.price_of = l->price_of, .seconds = {60, 60, 300}}};
	for (uint32_t i = 0; i < LINE; i++) {
		l->first[i + 1] = i;
		l->parents[i] = i;
		l->price_of[i] = 2;
		l->missing[i] = 1;
	}
	l->known = (struct known){.graph = &l->graph, .marks = l->marks, .bad = LINE - 1};
	l->prospect = (struct prospect){.known = &l->known,
		.prices = &l->prices,
		.missing = l->missing,
		.under_way = FORESEE_NONE,
		.skip = 0.05,
		.confirms = true};
}

static size_t choice_after(struct line *l, size_t commit, enum mark mark)
{
	struct choice choice;

	l->marks[commit] = mark;
	assert_int_equal(choose(&l->known, &l->prices, &choice), 0);
	l->marks[commit] = MARK_NONE;
	return choice.commit;
}

static bool is_among(const struct foreseen *seen, size_t first, size_t commit)
{
	for (size_t i = 0; i < first && i < seen->n; i++)
		if (seen->v[i] == commit)
			return true;
	return false;
}

static void both_outcomes_come_first(void **state)
{
	struct foreseen seen;
	struct line l;

	(void)state;
	make_line(&l);
	l.prospect.under_way = 31;
	assert_int_equal(foresee(&l.prospect, &seen), 0);
	assert_true(is_among(&seen, 2, choice_after(&l, 31, MARK_BAD)));
	assert_true(is_among(&seen, 2, choice_after(&l, 31, MARK_GOOD)));
	/* then their children; none twice, none that is under way */
	assert_true(seen.n >= 6);
	for (size_t i = 0; i < seen.n; i++) {
		assert_int_not_equal(seen.v[i], 31);
		assert_false(is_among(&seen, i, seen.v[i]));
		assert_true(i == 0 || seen.chance[i] <= seen.chance[i - 1]);
	}
	for (size_t i = 0; i < LINE; i++)
		assert_int_equal(l.marks[i], MARK_NONE);
}

static void the_likelier_half_comes_first(void **state)
{
	struct foreseen seen;
	struct line l;

	(void)state;
	make_line(&l);
	l.prospect.under_way = 50;
	assert_int_equal(foresee(&l.prospect, &seen), 0);
	assert_int_equal(seen.v[0], choice_after(&l, 50, MARK_BAD));
	l.prospect.under_way = 10;
	assert_int_equal(foresee(&l.prospect, &seen), 0);
	assert_int_equal(seen.v[0], choice_after(&l, 10, MARK_GOOD));
}

static void what_is_there_is_not_ordered(void **state)
{
	struct foreseen seen;
	struct line l;

	(void)state;
	make_line(&l);
	for (size_t i = 0; i < LINE; i++)
		l.missing[i] = l.price_of[i] = 0;
	l.prospect.under_way = 31;
	assert_int_equal(foresee(&l.prospect, &seen), 0);
	assert_int_equal(seen.n, 0);
}

static void before_the_first_choice_it_is_that(void **state)
{
	struct foreseen seen;
	struct choice choice;
	struct line l;

	(void)state;
	make_line(&l);
	assert_int_equal(foresee(&l.prospect, &seen), 0);
	assert_int_equal(choose(&l.known, &l.prices, &choice), 0);
	assert_int_equal(seen.v[0], choice.commit);
	assert_true(seen.chance[0] > 0.99);
}

/* The last try tells the culprit: it or its child, and their parents, are confirmed. */
static void a_culprit_is_confirmed(void **state)
{
	struct foreseen seen;
	struct line l;

	(void)state;
	make_line(&l);
	l.marks[19] = MARK_GOOD;
	l.marks[21] = MARK_BAD;
	l.prospect.under_way = 20;
	assert_int_equal(foresee(&l.prospect, &seen), 0);
	for (size_t i = 19; i <= 21; i++)
		assert_int_equal(is_among(&seen, seen.n, i), i != 20);
	l.prospect.confirms = false;
	assert_int_equal(foresee(&l.prospect, &seen), 0);
	assert_int_equal(seen.n, 0);
}

/* --- whole runs --- */
/* What is made ahead by so many at a time; 0: nothing is. */
struct made {
	bool has_image[COMMITS_MAX], ahead[COMMITS_MAX];
};

static void begin_ahead(struct fixture *f, struct sim *sim, struct made *made,
	int culprit, unsigned int at_a_time)
{
	begin(f, sim, culprit);
	*made = (struct made){0};
	f->speculates = at_a_time > 0;
	sim->speculate = at_a_time;
	sim->has_image = made->has_image;
	sim->ahead = made->ahead;
}

static void runs_find_the_same(void **state)
{
	struct fixture *f = *state;
	unsigned int used = 0, later = 0, n = 0;

	for (int culprit = 1; culprit <= LAST; culprit += stride(4), n++) {
		double seconds[2];

		for (int with = 0; with < 2; with++) {
			CLEANUP_PAST struct past past = {0};
			struct made made;
			struct sim sim;

			begin_ahead(f, &sim, &made, culprit, with);
			f->confirm = 1;
			assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
			assert_string_equal(past.culprit, f->commits[culprit]);
			seconds[with] = sim.now;
			used += sim.used;
			assert_true(with || !sim.orders);
			/* what is waited for is told, and nothing more */
			for (size_t i = 0; i < past.n_steps; i++)
				assert_true(past.steps[i].cost.seconds[COST_BUILD] <=
					    sim.build_seconds + 0.001);
		}
		later += seconds[1] > seconds[0];
	}
	f->speculates = false;
	f->confirm = 0;
	assert_true(used > n);
	assert_int_equal(later, 0);
}

static void a_build_that_fails_ahead_is_known(void **state)
{
	struct fixture *f = *state;

	for (int culprit = 12; culprit <= 14; culprit++) {
		CLEANUP_PAST struct past past = {0};
		struct made made;
		struct sim sim;

		begin_ahead(f, &sim, &made, culprit, 2);
		for (int i = 3; i <= 10; i++)
			f->kinds[number_of(f, i)] = SIM_BROKEN;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[culprit]);
		for (size_t i = 0; i < past.n_steps; i++)
			if (past.steps[i].verdict == VERDICT_SKIP)
				assert_string_equal(past.steps[i].boot, "");
	}
	f->speculates = false;
}

/* Where tests are repeated, images for both answers are made ahead as well. */
static void repeated_tests_look_ahead_too(void **state)
{
	struct fixture *f = *state;
	unsigned int used = 0, builds[2] = {0};

	for (int culprit = 4; culprit <= 14; culprit += 5) {
		for (int with = 0; with < 2; with++) {
			CLEANUP_PAST struct past past = {0};
			struct made made;
			struct sim sim;

			begin_ahead(f, &sim, &made, culprit, with);
			f->confidence = 95;
			sim.passes_on_bad = 0.2;
			assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
			used += sim.used;
			builds[with] += sim.builds;
		}
	}
	f->speculates = false;
	assert_true(used > 6);
	/* builds that were waited for */
	assert_true(builds[1] < builds[0]);
}

static void goes_on_after_a_kill(void **state)
{
	struct fixture *f = *state;

	for (unsigned int at = 1;; at += stride(5)) {
		CLEANUP_PAST struct past past = {0}, before = {0};
		struct made made;
		struct sim sim;
		int r;

		begin_ahead(f, &sim, &made, 5, 1);
		sim.die_at = at;
		r = run_once(f, &sim, &before);
		if (r == RUN_FOUND)
			break;
		assert_int_equal(r, RUN_STOPPED);
		/* they die with it */
		sim.die_at = sim.n_making = sim.n_wanted = 0;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[5]);
	}
	f->speculates = false;
}

/* With --find-good the bad end is tried before there is a range. */
static void no_range_is_no_prospect(void **state)
{
	struct fixture *f = *state;
	struct step step = {.role = "bad-end"};
	CLEANUP_HISTORY struct history history = {0};
	CLEANUP_PAST struct past past = {0};
	struct world world;
	struct run run;
	struct sim sim;

	begin(f, &sim, 5);
	assert_int_equal(history_open(&history, f->folder, NULL), 0);
	sim.history = &history;
	sim.speculate = 1;
	sim_world(&sim, &world);
	run_init(&run);
	run.bench.world = &world;
	run.history = &history;
	run.past = &past;
	run.goods = &f->failures; /* none */
	run.bad = f->commits[LAST];
	run.speculates = true;
	snprintf(step.commit, sizeof(step.commit), "%s", run.bad);
	ahead_of_step(&run, &step);
	assert_int_equal(sim.n_making + sim.n_wanted, 0);
	run_release(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_outcomes_come_first),
		cmocka_unit_test(the_likelier_half_comes_first),
		cmocka_unit_test(what_is_there_is_not_ordered),
		cmocka_unit_test(before_the_first_choice_it_is_that),
		cmocka_unit_test(a_culprit_is_confirmed),
		cmocka_unit_test(runs_find_the_same),
		cmocka_unit_test(a_build_that_fails_ahead_is_known),
		cmocka_unit_test(repeated_tests_look_ahead_too),
		cmocka_unit_test(goes_on_after_a_kill),
		cmocka_unit_test(no_range_is_no_prospect),
	};

	return cmocka_run_group_tests_name(
		"bisect-foresee", tests, make_fixture, drop_fixture);
}
