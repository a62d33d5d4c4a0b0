// SPDX-License-Identifier: GPL-2.0-or-later
/* Which images somebody counts on: GET /v1/used, and /v1/holds. */
#include "pxe-server/api.h"

#include "tests/unit/server-world.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define IMAGE_A "x86_64/lab/" A
#define IMAGE_B "x86_64/lab/" B
#define HOST "/v1/hosts/" WORLD_MAC

static int make(void **state)
{
	struct world *w;

	world_make(state);
	w = *state;
	world_image(w, "x86_64", A, "master", 1);
	world_image(w, "x86_64", B, "net/next", 2);
	world_sync(w);
	return 0;
}

/* A machine that was not reset for days still runs what it last booted. */
static void the_last_boot_of_a_host_counts(void **state)
{
	struct world *w = *state;

	world_call(w, "POST", HOST "/boots/0123456789abcdef/events",
		"stage=chosen\nimage=" IMAGE_A);
	world_time += 30 * 86400.0;
	assert_int_equal(world_call(w, "GET", "/v1/used", ""), 200);
	assert_body_has(w, IMAGE_A "\n");
	world_call(w, "POST", HOST "/boots/0123456789abcdee/events",
		"stage=chosen\nimage=" IMAGE_B);
	world_time += 30 * 86400.0;
	assert_int_equal(world_call(w, "GET", "/v1/used", ""), 200);
	assert_body(w, IMAGE_B "\n");
}

static void what_is_held_is_used(void **state)
{
	static const char range[] = IMAGE_A ".." B;
	struct world *w = *state;

	assert_int_equal(world_call(w, "PUT", "/v1/holds/bisect-lab3",
				 IMAGE_B "\n" IMAGE_A ".." B "\n"),
		204);
	assert_int_equal(world_call(w, "PUT", "/v1/holds/other?days=1", IMAGE_A), 204);
	assert_int_equal(world_call(w, "GET", "/v1/used", ""), 200);
	assert_body(w, IMAGE_A "\n" IMAGE_A ".." B "\n" IMAGE_B "\n");
	/* again: in place of what it was */
	assert_int_equal(world_call(w, "PUT", "/v1/holds/bisect-lab3", range), 204);
	assert_int_equal(world_call(w, "GET", "/v1/holds", ""), 200);
	assert_body_has(w, "bisect-lab3\t" IMAGE_A ".." B "\t1970-01-26T13:46:40Z\n");
	assert_int_equal(world_call(w, "DELETE", "/v1/holds/bisect-lab3", ""), 204);
	assert_int_equal(world_call(w, "DELETE", "/v1/holds/bisect-lab3", ""), 404);
	assert_int_equal(world_call(w, "GET", "/v1/used", ""), 200);
	assert_body(w, IMAGE_A "\n");
	/* nobody came back for it */
	world_time += 2 * 86400.0;
	assert_int_equal(world_call(w, "GET", "/v1/used", ""), 200);
	assert_body(w, "");
}

static void a_hold_names_images(void **state)
{
	static const char *const bad[] = {"master", IMAGE_A "..", IMAGE_A "..master",
		IMAGE_A "..." B, ".." B, IMAGE_A "\n../../etc"};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(world_call(w, "PUT", "/v1/holds/x", bad[i]), 400);
		assert_body_has(w, "is neither ARCH/CONFIG/COMMIT40 nor a range");
	}
	assert_int_equal(world_call(w, "PUT", "/v1/holds/x%20y", IMAGE_A), 400);
	assert_int_equal(world_call(w, "PUT", "/v1/holds/x?days=0x", IMAGE_A), 400);
	assert_int_equal(world_call_with(w, "PUT", "/v1/holds/x", IMAGE_A, NULL), 401);
	assert_int_equal(world_call(w, "GET", "/v1/holds", ""), 200);
	assert_body(w, "");
}

#define T(f) cmocka_unit_test_setup_teardown(f, make, world_drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_last_boot_of_a_host_counts),
		T(what_is_held_is_used),
		T(a_hold_names_images),
	};

	return cmocka_run_group_tests_name("holds", tests, NULL, NULL);
}
