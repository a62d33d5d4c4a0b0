// SPDX-License-Identifier: GPL-2.0-or-later
/* Kills at every step of freezing and thawing: no image is ever lost. */
#include "builder/cold/freeze.h"

#include <unistd.h>

#include "tests/unit/freezer-world.h"
#include "tests/unit/kill-before.h"

/* What a child that is to be killed works on. */
struct task {
	struct world *w;
	const struct image_id *id;
};

static void run_freeze(void *ctx)
{
	const struct task *task = ctx;
	struct frozen frozen;

	freeze(task->w, task->id, &frozen, NULL);
}

static void run_thaw(void *ctx)
{
	const struct task *task = ctx;
	bool cold;

	thaw_image(&task->w->store, task->id, &cold, NULL);
}

/* However far a freeze came, the image comes back whole, and freezing goes on. */
static void survives_a_kill_at_any_step_of_freezing(void **state)
{
	struct world *w = *state;
	struct image_id a = cold_image(&w->store, 'a', 100, GZIP);
	struct image_id b = cold_image(&w->store, 'b', 300, GZIP);
	struct task task = {w, &b};
	int n = 1;
	char path[256];

	must_freeze(w, &a);
	pack_name(w, &b, path);
	for (; kill_before(n, run_freeze, &task); n += stride(3)) {
		must_thaw(w, &b);
		must_freeze(w, &b);
		assert_int_equal(count_packs(w), 2);
		must_thaw(w, &b);
		assert_int_equal(unlink(path), 0);
	}
	assert_true(n > 10);
	must_thaw(w, &a);
}

static void survives_a_kill_at_any_step_of_thawing(void **state)
{
	struct world *w = *state;
	struct image_id a = cold_image(&w->store, 'a', 100, GZIP);
	struct task task = {w, &a};
	int n = 1;

	must_freeze(w, &a);
	for (; kill_before(n, run_thaw, &task); n += stride(3)) {
		must_thaw(w, &a);
		must_freeze(w, &a);
	}
	assert_true(n > 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			survives_a_kill_at_any_step_of_freezing, setup, teardown),
		cmocka_unit_test_setup_teardown(
			survives_a_kill_at_any_step_of_thawing, setup, teardown),
	};

	return cmocka_run_group_tests_name("freeze-kill", tests, NULL, NULL);
}
