// SPDX-License-Identifier: GPL-2.0-or-later
#include "builder/queue/queue.h"

#include <string.h>

#include "lib/cleanup.h"
#include "tests/unit/unit.h"

/* A commit whose digits are all c. */
static struct want want_of(char c, size_t place)
{
	struct want want = {.place = place};

	memcpy(want.id.arch, "x86_64", 7);
	memcpy(want.id.config, "lab", 4);
	memset(want.id.commit, c, 40);
	return want;
}

/* The order as one word: "cab". */
static void assert_order(struct queue *queue, const char *order)
{
	char word[32] = "";

	queue_sort(queue);
	for (size_t i = 0; i < queue->n; i++)
		word[i] = queue->v[i].id.commit[0];
	assert_string_equal(word, order);
}

static void by_class_and_in_each_by_its_own_rule(void **state)
{
	/* in the order that is right; what decides stands in the comments */
	static const struct want wants[] = {
		{.class = WANT_WISH, .asked = true, .when = 10, .place = 9},
		{.class = WANT_WISH, .asked = true, .when = 20}, /* later */
		{.class = WANT_NEW, .tip = true, .place = 0},
		{.class = WANT_NEW, .tip = true, .place = 3},
		{.class = WANT_NEW, .place = 1}, /* no tip; newest first */
		{.class = WANT_NEW, .place = 2},
		{.class = WANT_BACKFILL, .asked = true, .when = 1, .place = 9},
		{.class = WANT_BACKFILL, .asked = true, .when = 2}, /* later */
		{.class = WANT_BACKFILL, .place = 0},               /* nobody waits */
		{.class = WANT_BACKFILL, .place = 1},
	};
	static const int orders[][ARRAY_SIZE(wants)] = {
		{9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
		{4, 0, 9, 3, 6, 1, 8, 2, 7, 5},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		CLEANUP_QUEUE struct queue queue = {0};

		for (size_t j = 0; j < ARRAY_SIZE(wants); j++) {
			struct want want = wants[orders[i][j]];

			memset(want.id.commit, 'a' + orders[i][j], 40);
			assert_int_equal(queue_add(&queue, &want), 0);
		}
		assert_order(&queue, "abcdefghij");
	}
}

static void a_wish_for_what_is_queued_lifts_it(void **state)
{
	CLEANUP_QUEUE struct queue queue = {0};
	struct want a = want_of('a', 0), b = want_of('b', 1), again = want_of('b', 0);

	(void)state;
	a.class = b.class = WANT_NEW;
	b.watched = true;
	b.branch = strdup("main");
	again.class = WANT_WISH;
	again.asked = true;
	again.branch = strdup("other");
	queue_add(&queue, &a);
	queue_add(&queue, &b);
	queue_add(&queue, &again);
	assert_order(&queue, "ba");
	assert_string_equal(queue.v[0].branch, "main");
	/* whoever asks may go: the branch wants it all the same */
	assert_true(queue.v[0].watched);
	assert_true(queue.v[0].asked);
}

static void a_range_lifts_nothing_and_a_wish_in_it_goes_first(void **state)
{
	CLEANUP_QUEUE struct queue queue = {0};
	struct want a = want_of('a', 0), b = want_of('b', 1), range = want_of('b', 0),
		    c = want_of('c', 0), wish = want_of('c', 0);

	(void)state;
	a.class = b.class = WANT_NEW;
	range.class = c.class = WANT_BACKFILL;
	range.asked = c.asked = wish.asked = true;
	range.when = c.when = 5;
	wish.class = WANT_WISH;
	wish.when = 9;
	queue_add(&queue, &a);
	queue_add(&queue, &range);
	queue_add(&queue, &b);
	queue_add(&queue, &c);
	assert_order(&queue, "abc");
	queue_add(&queue, &wish);
	assert_order(&queue, "cab");
	assert_true(queue.v[0].when == 9);
}

static void what_failed_on_the_machine_rests(void **state)
{
	CLEANUP_QUEUE struct queue queue = {0}, fresh = {0};
	struct want a = want_of('a', 0), b = want_of('b', 1);

	(void)state;
	queue_add(&queue, &a);
	queue_add(&queue, &b);
	queue_next(&queue, 0)->rests_until = 60;
	queue_add(&fresh, &b);
	queue_add(&fresh, &a);
	queue_sort(&fresh);
	queue_carry_rests(&fresh, &queue);
	assert_int_equal(queue_next(&fresh, 59)->id.commit[0], 'b');
	assert_int_equal(queue_next(&fresh, 60)->id.commit[0], 'a');
	fresh.v[0].rests_until = fresh.v[1].rests_until = 99;
	assert_null(queue_next(&fresh, 60));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_class_and_in_each_by_its_own_rule),
		cmocka_unit_test(a_wish_for_what_is_queued_lifts_it),
		cmocka_unit_test(a_range_lifts_nothing_and_a_wish_in_it_goes_first),
		cmocka_unit_test(what_failed_on_the_machine_rests),
	};

	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
