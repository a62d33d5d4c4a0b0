// SPDX-License-Identifier: GPL-2.0-or-later
/* Which tests are made side by side where a test does not answer alike each time. */
#include "bisect/choice/beside.h"

#include <stdlib.h>

#include "tests/unit/unit.h"

#define LINE 16

static uint32_t first[LINE + 1], parents[LINE];
static const struct graph line = {.n = LINE, .first = first, .parents = parents};
static const struct belief_goal goal = {.confidence = 0.95, .fails = 2};
static const struct tries none = {0};

static void begin(struct belief *b, double bad)
{
	struct rates rates;

	for (uint32_t i = 0; i < LINE; i++) {
		first[i + 1] = i;
		parents[i] = i;
	}
	rates_known(&rates, bad, 0);
	assert_int_equal(belief_init(b, &line, NULL, &rates), 0);
}

static int compare(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

/* The largest part that k tests leave, if they answer alike each time. */
static size_t largest_part(struct tries *tries)
{
	size_t from = 0, most = 0;

	qsort(tries->v, tries->n, sizeof(*tries->v), compare);
	for (size_t i = 0; i <= tries->n; i++) {
		size_t to = i < tries->n ? tries->v[i] + 1 : LINE;

		most = to - from > most ? to - from : most;
		from = to;
	}
	return most;
}

static void alone_it_is_the_best_one(void **state)
{
	CLEANUP_BELIEF struct belief b;
	struct belief_answer answer, several;
	struct tries tries;

	(void)state;
	begin(&b, 0.7);
	belief_add(&b, 11, true);
	belief_ask(&b, &goal, &answer);
	assert_int_equal(beside_ask(&b, &goal, &none, 1, &several, &tries), 0);
	assert_int_equal(several.kind, BELIEF_TRY);
	assert_int_equal(tries.n, 1);
	assert_int_equal(tries.v[0], answer.next);
}

static void sure_tests_cut_the_line_into_parts(void **state)
{
	(void)state;
	for (size_t hosts = 1; hosts <= 7; hosts++) {
		CLEANUP_BELIEF struct belief b;
		struct belief_answer answer;
		struct tries tries;

		begin(&b, 0.999);
		assert_int_equal(beside_ask(&b, &goal, &none, hosts, &answer, &tries), 0);
		assert_int_equal(tries.n, hosts);
		/* one after the other, as good as halves of halves */
		assert_true(largest_part(&tries) <= (hosts < 3          ? LINE / 2
							    : hosts < 7 ? LINE / 4
									: LINE / 8));
	}
}

/* Who becomes idle gets what the others do not tell already. */
static void what_is_under_way_counts(void **state)
{
	CLEANUP_BELIEF struct belief b;
	struct belief_answer answer;
	struct tries busy = {.v = {7}, .n = 1}, tries;

	(void)state;
	begin(&b, 0.999);
	assert_int_equal(beside_ask(&b, &goal, &busy, 1, &answer, &tries), 0);
	assert_int_equal(tries.n, 1);
	assert_true(tries.v[0] == 3 || tries.v[0] == 11);
	/* a rare failure is looked for again where it tells most */
	belief_release(&b);
	begin(&b, 0.1);
	belief_ask(&b, &goal, &answer);
	busy.v[0] = answer.next;
	assert_int_equal(beside_ask(&b, &goal, &busy, 1, &answer, &tries), 0);
	assert_int_equal(tries.n, 1);
	assert_true(labs((long)tries.v[0] - (long)busy.v[0]) <= 2);
}

static void a_proof_is_made_as_often_as_it_lacks(void **state)
{
	CLEANUP_BELIEF struct belief b;
	struct belief_answer answer;
	struct tries busy = {.v = {5}, .n = 1}, tries;

	(void)state;
	begin(&b, 0.999);
	belief_add(&b, 4, false);
	belief_add(&b, 4, false);
	belief_add(&b, 6, true);
	belief_add(&b, 5, true);
	assert_int_equal(beside_ask(&b, &goal, &none, 4, &answer, &tries), 0);
	assert_int_equal(answer.kind, BELIEF_PROVE);
	assert_int_equal(tries.n, 1);
	assert_int_equal(tries.v[0], 5);
	assert_int_equal(beside_ask(&b, &goal, &busy, 4, &answer, &tries), 0);
	assert_int_equal(tries.n, 0);
	belief_add(&b, 5, true);
	assert_int_equal(beside_ask(&b, &goal, &none, 4, &answer, &tries), 0);
	assert_int_equal(answer.kind, BELIEF_SURE);
	assert_int_equal(tries.n, 0);
}

/* The belief itself stays as it was. */
static void imagining_changes_nothing(void **state)
{
	CLEANUP_BELIEF struct belief b;
	struct belief_answer before, after;
	struct tries tries;

	(void)state;
	begin(&b, 0.5);
	belief_add(&b, 9, true);
	belief_ask(&b, &goal, &before);
	assert_int_equal(beside_ask(&b, &goal, &none, 8, &after, &tries), 0);
	belief_ask(&b, &goal, &after);
	assert_int_equal(after.next, before.next);
	assert_true(after.entropy == before.entropy);
	assert_true(after.gain == before.gain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alone_it_is_the_best_one),
		cmocka_unit_test(sure_tests_cut_the_line_into_parts),
		cmocka_unit_test(what_is_under_way_counts),
		cmocka_unit_test(a_proof_is_made_as_often_as_it_lacks),
		cmocka_unit_test(imagining_changes_nothing),
	};

	return cmocka_run_group_tests_name("beside", tests, NULL, NULL);
}
