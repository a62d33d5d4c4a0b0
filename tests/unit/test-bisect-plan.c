// SPDX-License-Identifier: GPL-2.0-or-later
/* What hosts do next: which steps are broken off, who waits for whom, what is tried. */
#include "bisect/team/plan.h"

#include <string.h>

#include "tests/unit/unit.h"

#define N 16

/*
 * 0 - 1 - 2 - 3 - ... - 15       or, with a branch:
 *
 * 0 - 1 - 2 - 3 - 4 - 5 - 10 - 11 - ... - 15
 *          \- 6 - 7 - 8 - 9 -/
 */
struct fixture {
	uint32_t first[N + 1], parents[2 * N];
	struct graph graph;
	enum mark marks[N];
	struct known known;
	struct plan_state state;
	struct plan plan;
};

static void make(struct fixture *f, bool branch)
{
	uint32_t edges = 0;

	memset(f, 0, sizeof(*f));
	for (uint32_t i = 0; i < N; i++) {
		f->first[i] = edges;
		if (branch && i == 6)
			f->parents[edges++] = 2;
		else if (branch && i == 10)
			f->parents[edges++] = 5;
		else if (i)
			f->parents[edges++] = i - 1;
		if (branch && i == 10)
			f->parents[edges++] = 9;
	}
	f->first[N] = edges;
	f->graph = (struct graph){.n = N, .first = f->first, .parents = f->parents};
	f->known = (struct known){.graph = &f->graph, .marks = f->marks, .bad = N - 1};
	f->state = (struct plan_state){.known = &f->known, .typical = 100};
}

static void under_way(struct fixture *f, size_t commit, double age)
{
	f->state.steps[f->state.n_steps++] =
		(struct plan_step){.commit = commit, .age = age};
}

static void plan(struct fixture *f)
{
	assert_int_equal(plan_make(&f->state, &f->plan), 0);
}

static void idle_hosts_cut_evenly(void **state)
{
	static struct fixture f;

	(void)state;
	make(&f, false);
	f.state.n_idle = 3;
	plan(&f);
	assert_int_equal(f.plan.tries.n, 3);
	assert_true(f.plan.wait <= 0);
	for (size_t i = 0, before = 0; i < 3; i++) {
		bool found = false;

		/* one in each quarter's end */
		for (size_t j = 0; j < 3; j++)
			found |= f.plan.tries.v[j] + 1 == before + 4;
		assert_true(found);
		before += 4;
	}
}

/* Bad at 5: what is above it tells nothing any more. */
static void a_useless_step_is_broken_off(void **state)
{
	static struct fixture f;

	(void)state;
	make(&f, false);
	f.marks[5] = MARK_BAD;
	under_way(&f, 11, 10);
	under_way(&f, 2, 10);
	f.state.n_idle = 1;
	plan(&f);
	assert_true(f.plan.drop[0]);
	assert_false(f.plan.drop[1]);
	assert_int_equal(f.plan.tries.n, 1);
	assert_true(f.plan.tries.v[0] < 5 && f.plan.tries.v[0] != 2);
}

/* Bad at 5: 8 is no candidate any more, but if it is good, so are 1 and 2. */
static void a_side_branch_may_still_tell(void **state)
{
	static struct fixture f;

	(void)state;
	make(&f, true);
	f.marks[5] = MARK_BAD;
	under_way(&f, 8, 10);
	f.state.n_idle = 1;
	plan(&f);
	assert_false(f.plan.drop[0]);
	/* that would be told by 8 as well */
	assert_int_equal(f.plan.tries.n, 1);
	assert_int_not_equal(f.plan.tries.v[0], 2);
	f.marks[2] = MARK_BAD;
	plan(&f);
	assert_true(f.plan.drop[0]);
}

static void one_that_is_nearly_done_is_waited_for(void **state)
{
	static struct fixture f;

	(void)state;
	make(&f, false);
	under_way(&f, 7, 95);
	f.state.n_idle = 1;
	plan(&f);
	assert_int_equal(f.plan.tries.n, 0);
	assert_true(f.plan.wait > 0 && f.plan.wait < 30);
	/* but not for ever, however numbers are rounded */
	f.state.steps[0].age += f.plan.wait * (1 - 1e-9);
	plan(&f);
	assert_int_equal(f.plan.tries.n, 1);
	/* and not long */
	f.state.steps[0].age = 20;
	plan(&f);
	assert_int_equal(f.plan.tries.n, 1);
	/* nor where it is not known what a step takes */
	f.state.steps[0].age = 95;
	f.state.typical = 0;
	plan(&f);
	assert_int_equal(f.plan.tries.n, 1);
}

/* One that tries the last end will soon cut the range as well. */
static void one_at_the_ends_is_waited_for(void **state)
{
	static struct fixture f;

	(void)state;
	make(&f, false);
	f.state.n_idle = 1;
	f.state.others[f.state.n_others++] = 99;
	plan(&f);
	assert_int_equal(f.plan.tries.n, 0);
	assert_true(f.plan.wait > 0);
	f.state.others[0] = 30;
	plan(&f);
	assert_int_equal(f.plan.tries.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_hosts_cut_evenly),
		cmocka_unit_test(a_useless_step_is_broken_off),
		cmocka_unit_test(a_side_branch_may_still_tell),
		cmocka_unit_test(one_that_is_nearly_done_is_waited_for),
		cmocka_unit_test(one_at_the_ends_is_waited_for),
	};

	return cmocka_run_group_tests_name("bisect-plan", tests, NULL, NULL);
}
