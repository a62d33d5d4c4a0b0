// SPDX-License-Identifier: GPL-2.0-or-later
/* What the page and the metrics show of builds. */
#include "pxe-server/api.h"

#include "pxe-server/builder-report.h"
#include "tests/unit/server-world.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define F "ffffffffffffffffffffffffffffffffffffffff"
#define IMAGE_A "x86_64/lab/" A
#define NOON 1768046400 /* 2026-01-10T12:00:00Z */

static int make(void **state)
{
	struct world *w;

	world_make(state);
	w = *state;
	world_image(w, "x86_64", A, "master", 1);
	world_sync(w);
	world_time = NOON;
	return 0;
}

static const char said[] =
	"{\"time\": \"2026-01-10T11:59:20Z\", \"watched\": true, \"left\": 100,"
	" \"queue\": {\"wish\": 1, \"new\": 2, \"backfill\": 3}, \"running\": ["
	"{\"id\": \"" IMAGE_A "\", \"phase\": \"<b>\", \"percent\": 40,"
	" \"since\": \"2026-01-10T11:58:20Z\", \"left\": 70}]}";

/* The page and the metrics tell what the builder said, and how old it is; what the
 * catalogue and the disk tell needs no builder. */
static void what_the_builder_is_at(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_call(w, "GET", "/", ""), 200);
	assert_body_has(w, "no builder has watched yet");
	assert_body_has(w, "<p>last hour: 0 images");
	assert_int_equal(world_call(w, "GET", "/metrics", ""), 200);
	assert_null(strstr(w->rp.body.data, "tenfold_builder_"));
	assert_body_has(w, "tenfold_store_bytes{state=\"free\"} ");
	world_write(w, "builder.json", said);
	assert_int_equal(world_call(w, "GET", "/", ""), 200);
	assert_body_has(w, "<p>a builder watches; queue: 1 wished for, 2 new, 3 "
			   "back-fill, about 60 s left <span class=\"dim\">"
			   "(as of 40 s ago)</span></p>");
	assert_body_has(w, "<td>&lt;b&gt;</td><td>40 %</td><td>100 s</td><td>30 s</td>");
	world_time += 7300;
	assert_int_equal(world_call(w, "GET", "/", ""), 200);
	assert_body_has(w, "about 0 s left <span class=\"dim\">(as of 2.0 h ago)");
	assert_int_equal(world_call(w, "GET", "/metrics", ""), 200);
	assert_body_has(w, "\ntenfold_builder_report_time_seconds 1768046360\n");
	assert_body_has(w, "\ntenfold_builder_watching 1\n");
	assert_body_has(w, "\ntenfold_builder_running 1\n");
	assert_body_has(w, "\ntenfold_builder_queue{class=\"backfill\"} 3\n");
	assert_body_has(w, "\ntenfold_builder_left_seconds 100\n");
	world_write(w, "builder.json", "{\"time\": 5}");
	assert_int_equal(world_call(w, "GET", "/", ""), 200);
	assert_body_has(w, "no builder has watched yet");
}

/* The store of the tests has two images and their dates; one failure joins them. */
static void rates_and_failures(void **state)
{
	static const char failure[] =
		"{\"id\": \"x86_64/lab/" F "\", \"status\": \"failed\","
		" \"published\": \"2026-01-10T12:00:00Z\", \"branch\": \"main\","
		" \"subject\": \"it <breaks>\", \"files\": {}}";
	struct world *w = *state;

	world_write(w, "failed/x86_64/lab/" F "/image.json", failure);
	world_sync(w);
	world_time = NOON + 1800;
	assert_int_equal(world_call(w, "GET", "/", ""), 200);
	assert_body_has(w, "<td>it &lt;breaks&gt;</td>");
	assert_int_equal(world_call(w, "GET", "/metrics", ""), 200);
	assert_body_has(
		w, "\ntenfold_recent_builds{result=\"failed\",window=\"1h\"} 1\n");
	world_time += 3600;
	assert_int_equal(world_call(w, "GET", "/metrics", ""), 200);
	assert_body_has(
		w, "\ntenfold_recent_builds{result=\"failed\",window=\"1h\"} 0\n");
	assert_body_has(
		w, "\ntenfold_recent_builds{result=\"failed\",window=\"1d\"} 1\n");
	world_time += 86400;
	assert_int_equal(world_call(w, "GET", "/", ""), 200);
	assert_null(strstr(w->rp.body.data, "does not build<th>"));
	assert_body_has(w, "last day: 0, 0, 0;");
}

/* What somebody else might have put there. */
static void takes_no_nonsense(void **state)
{
	static const char *const bad[] = {"", "{", "[]", "null", "7", "{}",
		"{\"time\": \"yesterday\"}", "{\"time\": {}}"};
	static const char odd[] =
		"{\"time\": \"2026-01-10T12:00:00Z\", \"queue\": [1], \"left\": \"x\","
		" \"running\": [1, {}, {\"id\": \"../x\", \"phase\": \"a\"},"
		" {\"id\": \"" IMAGE_A "\", \"phase\": 5}]}";
	struct builder_report report;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_true(
			builder_report_parse(bad[i], strlen(bad[i]), &report, NULL) < 0);
	assert_int_equal(builder_report_parse(odd, strlen(odd), &report, NULL), 0);
	assert_int_equal(report.n_running, 0);
	assert_int_equal(report.queued[0], 0);
	assert_true(report.left == 0);
}

#define test(name) cmocka_unit_test_setup_teardown(name, make, world_drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(what_the_builder_is_at),
		test(rates_and_failures),
		cmocka_unit_test(takes_no_nonsense),
	};

	return cmocka_run_group_tests_name("api-builder", tests, NULL, NULL);
}
