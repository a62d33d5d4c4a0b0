// SPDX-License-Identifier: GPL-2.0-or-later
/* What is ordered ahead for several hosts: the plans that their verdicts lead to. */
#include "bisect/team/foretell.h"

#include "tests/unit/team-shop.h"

#define LINE 64

struct line {
	uint32_t first[LINE + 1], parents[LINE];
	enum mark marks[LINE];
	uint8_t missing[LINE];
	struct graph graph;
	struct known known;
	struct plan_state state;
};

/* No commit has an image; all cost the same. */
static void make_line(struct line *l)
{
	*l = (struct line){
		.graph = {.n = LINE, .first = l->first, .parents = l->parents}};
	for (uint32_t i = 0; i < LINE; i++) {
		l->first[i + 1] = i;
		l->parents[i] = i;
		l->missing[i] = 1;
	}
	l->known = (struct known){.graph = &l->graph, .marks = l->marks, .bad = LINE - 1};
	l->state = (struct plan_state){.known = &l->known, .typical = 60};
}

static void add_step(struct line *l, size_t commit, double age)
{
	l->state.steps[l->state.n_steps++] = (struct plan_step){commit, age};
}

static bool is_among(const struct foreseen *seen, size_t first, size_t commit)
{
	for (size_t i = 0; i < first && i < seen->n; i++)
		if (seen->v[i] == commit)
			return true;
	return false;
}

/* Marks those up to a commit good and the others bad, as if that one were the last good.
 */
static void judge_steps(struct line *l, size_t last_good, size_t first, size_t n)
{
	for (size_t i = first; i < first + n; i++) {
		size_t commit = l->state.steps[i].commit;

		l->marks[commit] = commit <= last_good ? MARK_GOOD : MARK_BAD;
	}
}

static struct plan plan_of(struct line *l, size_t hosts, const struct tries *under_way)
{
	struct plan_state state = {.known = &l->known};
	struct plan plan;

	for (size_t i = 0; under_way && i < under_way->n; i++)
		state.steps[state.n_steps++].commit = under_way->v[i];
	state.n_idle = hosts - state.n_steps;
	assert_int_equal(plan_make(&state, &plan), 0);
	return plan;
}

static void each_way_of_a_round_is_seen(void **state)
{
	struct foreseen seen;
	struct line l;

	(void)state;
	make_line(&l);
	for (size_t cut = 15; cut < 63; cut += 16)
		add_step(&l, cut, 5);
	assert_int_equal(foretell(&l.state, l.missing, true, &seen), 0);
	/* four parts, three tries each; none twice, none that is under way */
	assert_true(seen.n >= 12);
	for (size_t i = 0; i < seen.n; i++) {
		assert_false(is_among(&seen, i, seen.v[i]));
		assert_true(i == 0 || seen.chance[i] <= seen.chance[i - 1] + 1e-9);
		for (size_t k = 0; k < 3; k++)
			assert_int_not_equal(seen.v[i], l.state.steps[k].commit);
	}
	for (size_t i = 0; i < LINE; i++)
		assert_int_equal(l.marks[i], MARK_NONE);
	for (size_t culprit = 8; culprit < LINE; culprit += 16) {
		struct plan plan;

		judge_steps(&l, culprit - 1, 0, 3);
		plan = plan_of(&l, 3, NULL);
		for (size_t k = 0; k < plan.tries.n; k++)
			assert_true(is_among(&seen, 12, plan.tries.v[k]));
		memset(l.marks, 0, sizeof(l.marks));
	}
}

static void before_the_first_round_it_is_that(void **state)
{
	struct foreseen seen;
	struct plan plan;
	struct line l;

	(void)state;
	make_line(&l);
	for (size_t i = 0; i < 4; i++)
		l.state.others[l.state.n_others++] = 10;
	assert_int_equal(foretell(&l.state, l.missing, true, &seen), 0);
	plan = plan_of(&l, 4, NULL);
	assert_int_equal(plan.tries.n, 4);
	for (size_t k = 0; k < 4; k++) {
		assert_true(is_among(&seen, 4, plan.tries.v[k]));
		assert_true(seen.chance[k] > 0.99);
	}
}

/* One is nearly done, the other has just begun, and goes on if it still tells something.
 */
static void steps_that_began_later_end_later(void **state)
{
	struct foreseen seen;
	struct plan plan;
	struct line l;

	(void)state;
	make_line(&l);
	add_step(&l, 21, 55);
	add_step(&l, 42, 1);
	assert_int_equal(foretell(&l.state, l.missing, true, &seen), 0);
	judge_steps(&l, 30, 0, 1);
	plan = plan_of(&l, 2, &(struct tries){{42}, 1});
	assert_int_equal(plan.tries.n, 1);
	assert_true(is_among(&seen, 1, plan.tries.v[0]));
	/* bad: 42 tells nothing then, and both hosts are free */
	judge_steps(&l, 10, 0, 1);
	plan = plan_of(&l, 2, NULL);
	assert_int_equal(plan.tries.n, 2);
	for (size_t k = 0; k < 2; k++)
		assert_true(is_among(&seen, seen.n, plan.tries.v[k]));
}

static void what_is_there_is_not_seen(void **state)
{
	struct foreseen seen;
	struct line l;

	(void)state;
	make_line(&l);
	memset(l.missing, 0, sizeof(l.missing));
	add_step(&l, 31, 5);
	assert_int_equal(foretell(&l.state, l.missing, true, &seen), 0);
	assert_int_equal(seen.n, 0);
}

static void a_culprit_and_its_parents_are_seen(void **state)
{
	struct foreseen seen;
	struct line l;

	(void)state;
	make_line(&l);
	l.marks[19] = MARK_GOOD;
	l.marks[22] = MARK_BAD;
	add_step(&l, 20, 5);
	add_step(&l, 21, 5);
	assert_int_equal(foretell(&l.state, l.missing, true, &seen), 0);
	assert_true(is_among(&seen, seen.n, 19));
	assert_true(is_among(&seen, seen.n, 22));
	assert_int_equal(seen.n, 2);
	assert_int_equal(foretell(&l.state, l.missing, false, &seen), 0);
	assert_int_equal(seen.n, 0);
}

/* --- whole runs --- */
struct sums {
	double seconds;
	unsigned int orders, used, withdrawn, awaited;
};

static void bisect(struct fixture *f, int culprit, size_t hosts, bool speculates,
	double seconds, struct sums *sums)
{
	CLEANUP_PAST struct past past = {0};
	struct sim_crew crew;
	struct shop shop;

	team_begin(f, &crew, culprit, hosts);
	shop_open(&shop, &crew, seconds);
	f->confirm = 1;
	f->speculates = speculates;
	assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[culprit]);
	steps_are_sound(f, &past);
	sums->seconds += crew.now;
	sums->orders += shop.orders;
	sums->used += shop.used;
	sums->withdrawn += shop.withdrawn;
	sums->awaited += shop.awaited;
	crew_end(&crew);
	f->confirm = 0;
	f->speculates = false;
}

/* For make bench-bisect. */
static void print_figures(
	size_t hosts, double seconds, const struct sums *without, const struct sums *with)
{
	double ratio = with->seconds / without->seconds;

	print_message("ahead: %zu hosts, builds of %.0f s: time to that without: "
		      "%.3f (target <= 1.000)%s\n",
		hosts, seconds, ratio, ratio <= 1 ? "" : " MISS");
	print_message("ahead: %zu hosts, builds of %.0f s: %u ordered ahead, %u used, %u "
		      "withdrawn; %u waited for, %u without\n",
		hosts, seconds, with->orders, with->used, with->withdrawn, with->awaited,
		without->awaited);
}

static void runs_find_the_same_sooner(void **state)
{
	struct fixture *f = *state;

	for (size_t hosts = 1; hosts <= 4; hosts++) {
		for (int seconds = 10; seconds <= 90; seconds += 80) {
			struct sums without = {0}, with = {0};

			for (int culprit = 1; culprit <= LAST; culprit += stride(4)) {
				bisect(f, culprit, hosts, false, seconds, &without);
				bisect(f, culprit, hosts, true, seconds, &with);
			}
			print_figures(hosts, seconds, &without, &with);
			assert_int_equal(without.orders, 0);
			assert_true(with.used > 0);
			assert_true(with.seconds < without.seconds);
			/* a slow one is waited for even so, but not as long */
			if (seconds < 20)
				assert_true(with.awaited < without.awaited);
		}
	}
}

/* One host takes them; what it may test next is made meanwhile all the same. */
static void repeated_tests_of_several_hosts_look_ahead(void **state)
{
	struct fixture *f = *state;
	unsigned int used = 0, awaited[2] = {0};

	for (int culprit = 4; culprit <= 14; culprit += 5) {
		for (int with = 0; with < 2; with++) {
			CLEANUP_PAST struct past past = {0};
			struct sim_crew crew;
			struct shop shop;

			team_begin(f, &crew, culprit, 2);
			shop_open(&shop, &crew, 10);
			for (size_t i = 0; i < crew.n; i++)
				crew.v[i].sim.passes_on_bad = 0.2;
			f->confidence = 95;
			f->speculates = with;
			assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
			used += shop.used;
			awaited[with] += shop.awaited;
			crew_end(&crew);
		}
	}
	f->speculates = false;
	f->confidence = 0;
	assert_true(used > 0);
	assert_true(awaited[1] < awaited[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way_of_a_round_is_seen),
		cmocka_unit_test(before_the_first_round_it_is_that),
		cmocka_unit_test(steps_that_began_later_end_later),
		cmocka_unit_test(what_is_there_is_not_seen),
		cmocka_unit_test(a_culprit_and_its_parents_are_seen),
		cmocka_unit_test(runs_find_the_same_sooner),
		cmocka_unit_test(repeated_tests_of_several_hosts_look_ahead),
	};

	return cmocka_run_group_tests_name(
		"bisect-foretell", tests, make_fixture, drop_fixture);
}
