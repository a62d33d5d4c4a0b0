// SPDX-License-Identifier: GPL-2.0-or-later
/* How long the queue takes, and what has come lately. */
#include "builder/queue/schedule.h"

#include <string.h>

#include "builder/job/costs.h"
#include "builder/job/workplace.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "tests/unit/unit.h"

#define C40 "0123456789abcdef0123456789abcdef01234567"
#define NOW 1768046400.0 /* 2026-01-10T12:00:00Z */

static void assert_seconds(double got, double want)
{
	if (got < want - 1e-6 || got > want + 1e-6)
		fail_msg("%f instead of %f", got, want);
}

static void the_first_make_is_a_clean_one(void **state)
{
	struct forecast_place place = {
		.clean = 200, .incremental = 10, .same = 1, .share = 0.9};

	(void)state;
	/* no commit is like another as long as nothing is there */
	assert_seconds(forecast_next(&place, FORECAST_UNKNOWN), 200);
	assert_seconds(forecast_next(&place, FORECAST_UNKNOWN), 0.9 * 1 + 0.1 * 10);
	assert_seconds(forecast_next(&place, FORECAST_MADE), 10);
	assert_seconds(forecast_next(&place, FORECAST_SAME), 1);
}

static void guesses_by_the_other_kind_or_not_at_all(void **state)
{
	struct forecast_place never = {.same = 1, .share = 0.5, .built = true},
			      clean = {.clean = 200, .built = true},
			      small = {.incremental = 10};
	struct forecast all = {0};

	(void)state;
	assert_seconds(forecast_next(&never, FORECAST_UNKNOWN), -1);
	assert_seconds(forecast_next(&clean, FORECAST_MADE), 200);
	assert_seconds(forecast_next(&small, FORECAST_MADE), 10);
	forecast_add(&all, 5);
	assert_false(all.partial);
	forecast_add(&all, -1);
	forecast_add(&all, 7);
	assert_true(all.partial);
	assert_seconds(all.seconds, 12);
}

static void the_mean_is_of_those_that_built(void **state)
{
	static const char text[] = "t\tc1\tclean\tbuilt\t1\t200.0\t1\t2\t3\t4\t5\n"
				   "t\tc2\tincremental\tbuilt\t1\t4.0\t1\t2\t3\t4\t5\n"
				   "t\tc3\tincremental\tfailed\t1\t99.0\t1\t2\t3\t4\t5\n"
				   "t\tc4\tincremental\tbuilt\t1\t8.0\t1\t2\t3\t4\t5\n";
	struct costs costs;

	(void)state;
	costs_parse(text, &costs);
	assert_seconds(costs_mean(&costs, false), 6);
	assert_seconds(costs_mean(&costs, true), 200);
	costs_parse("", &costs);
	assert_seconds(costs_mean(&costs, true), 0);
}

static void counts_the_last_hour_and_day(void **state)
{
	static const struct {
		const char *published, *how;
		bool built;
	} images[] = {
		{"2026-01-10T11:30:00Z", "incremental", true},
		{"2026-01-10T11:00:00Z", "same", true}, /* an hour to the second */
		{"2026-01-10T10:59:59Z", "same", true},
		{"2026-01-10T11:59:59Z", "same", false},
		{"2026-01-09T12:00:00Z", "clean", true},
		{"2026-01-09T11:59:59Z", "clean", true},
		{"long ago", "clean", true},
	};
	struct recent recent = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(images); i++) {
		struct image image = {.built = images[i].built,
			.how = images[i].how,
			.published = images[i].published,
			.seconds = (double)i};

		recent_add(&recent, &image, NOW);
	}
	assert_int_equal(recent.hour.built, 1);
	assert_int_equal(recent.hour.same, 1);
	assert_int_equal(recent.hour.failed, 1);
	assert_int_equal(recent.day.built, 2);
	assert_int_equal(recent.day.same, 2);
	assert_int_equal(recent.day.failed, 1);
	assert_seconds(recent_same_seconds(&recent), 1.5);
	assert_seconds(recent_share(&recent), 0.5);
	assert_seconds(recent_share(&(struct recent){0}), 0);
}

static void write_at(const char *temp, const char *tail, const char *text)
{
	CLEANUP_FREE char *path = buf_format("%s/%s", temp, tail);

	*strrchr(path, '/') = '\0';
	assert_int_equal(dir_make(path, 0755, NULL), 0);
	path[strlen(path)] = '/';
	assert_int_equal(file_write_atomic(path, text, strlen(text), 0644, NULL), 0);
}

static void want(struct queue *queue, const struct conf_tree *tree, const char *id)
{
	struct want want = {.tree = tree, .class = WANT_NEW, .place = queue->n};

	assert_int_equal(image_id_parse(id, &want.id, NULL), 0);
	assert_int_equal(queue_add(queue, &want), 0);
}

/* One workplace that has built, one that has not, one of which nothing is known. */
static void a_queue_over_three_workplaces(void **state)
{
	char temp[] = "/tmp/tenfold-test-XXXXXX", name[] = "t";
	struct conf_tree tree = {.name = name};
	struct recent recent = {.day = {.built = 1, .same = 1}, .same_seconds = 2};
	const enum forecast_kind kinds[5] = {[2] = FORECAST_SAME};
	CLEANUP_QUEUE struct queue queue = {0};
	CLEANUP_SCHEDULE struct schedule plain = {0}, told = {0};

	(void)state;
	assert_non_null(mkdtemp(temp));
	write_at(temp, "work/t/x86_64/a/costs.tsv",
		"t\tc\tincremental\tbuilt\t1\t10.0\t1\t2\t3\t4\t5\n");
	write_at(temp, "work/t/x86_64/a/mark",
		"phase idle\nboot x\nbuilt yes\nfloor 1700000000.000000000\n");
	write_at(temp, "work/t/x86_64/b/costs.tsv",
		"t\tc\tclean\tbuilt\t1\t100.0\t1\t2\t3\t4\t5\n");
	want(&queue, &tree, "x86_64/a/" C40);
	want(&queue, &tree, "x86_64/b/" C40);
	want(&queue, &tree, "x86_64/a/1123456789abcdef0123456789abcdef01234567");
	want(&queue, &tree, "i386/a/" C40);
	want(&queue, &tree, "x86_64/b/1123456789abcdef0123456789abcdef01234567");
	assert_int_equal(schedule_make(temp, &queue, NULL, &recent, 5, &plain), 0);
	assert_seconds(plain.seconds[0], 5 + 6); /* half 2 s, half 10 s */
	assert_seconds(plain.seconds[1], 11 + 100);
	assert_seconds(plain.seconds[2], 111 + 6);
	assert_seconds(plain.seconds[3], -1);
	assert_seconds(plain.seconds[4], -1);
	assert_true(plain.all.partial);
	assert_seconds(plain.all.seconds, 117 + 51);
	assert_int_equal(schedule_make(temp, &queue, kinds, &recent, 5, &told), 0);
	assert_seconds(told.seconds[2], 111 + 2);
	dir_remove(temp, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_make_is_a_clean_one),
		cmocka_unit_test(guesses_by_the_other_kind_or_not_at_all),
		cmocka_unit_test(the_mean_is_of_those_that_built),
		cmocka_unit_test(counts_the_last_hour_and_day),
		cmocka_unit_test(a_queue_over_three_workplaces),
	};

	return cmocka_run_group_tests_name("forecast", tests, NULL, NULL);
}
