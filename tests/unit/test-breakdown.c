// SPDX-License-Identifier: GPL-2.0-or-later
#include "pxe-server/breakdown.h"

#include <math.h>

#include "lib/cleanup.h"
#include "tests/unit/unit.h"

/* want < 0: not known. */
static void expect(const struct breakdown *b, const double want[PARTS])
{
	for (int i = 0; i < PARTS; i++) {
		if (want[i] < 0)
			assert_true(isnan(b->seconds[i]));
		else
			assert_true(fabs(b->seconds[i] - want[i]) < 1e-6);
	}
}

static void a_whole_boot_adds_up(void **state)
{
	static const struct boot_event events[] = {
		{STAGE_RESET, 100, NAN, NAN}, {STAGE_GRUB, 105, NAN, NAN},
		{STAGE_FIRST, 122, 4, NAN}, /* its kernel began at 118 */
		{STAGE_LIST, 122.2, NAN, NAN}, {STAGE_CHOSEN, 124, NAN, NAN},
		{STAGE_FETCHED, 126, NAN, NAN}, {STAGE_KEXEC, 126.5, NAN, NAN},
		{STAGE_UP, 140, 12, 3}, /* its kernel began at 128 */
	};
	struct breakdown b = breakdown_of(events, ARRAY_SIZE(events));
	double sum = 0;

	(void)state;
	expect(&b, (double[PARTS]){5, 13, 6, 2, 2, 3, 9, 40});
	for (int i = 0; i < PART_TOTAL; i++)
		sum += b.seconds[i];
	assert_true(fabs(sum - b.seconds[PART_TOTAL]) < 1e-6);
}

static void what_was_not_told_is_not_known(void **state)
{
	static const struct boot_event events[] = {
		{STAGE_GRUB, 10, NAN, NAN},
		{STAGE_FIRST, 30, NAN, NAN},
		{STAGE_CHOSEN, 32, NAN, NAN},
	};
	struct breakdown b = breakdown_of(events, ARRAY_SIZE(events));

	(void)state;
	expect(&b, (double[PARTS]){-1, -1, -1, -1, -1, -1, -1, -1});
	b = breakdown_of(NULL, 0);
	expect(&b, (double[PARTS]){-1, -1, -1, -1, -1, -1, -1, -1});
}

static void a_fallback_counts_by_its_last_choice(void **state)
{
	static const struct boot_event events[] = {
		{STAGE_GRUB, 10, NAN, NAN},
		{STAGE_GRUB, 12, NAN, NAN}, /* asked again: GRUB began at 10 */
		{STAGE_FIRST, 22, 2, NAN},
		{STAGE_CHOSEN, 24, NAN, NAN},
		{STAGE_FAILED, 30, NAN, NAN},
		{STAGE_CHOSEN, 31, NAN, NAN},
		{STAGE_FETCHED, 33, NAN, NAN},
		{STAGE_UP, 40, 5, 1},
	};
	struct breakdown b = breakdown_of(events, ARRAY_SIZE(events));

	(void)state;
	expect(&b, (double[PARTS]){-1, 10, 11, 2, 2, 1, 4, 30});
}

static void a_warm_step_has_neither_firmware_nor_grub_nor_first_stage(void **state)
{
	static const struct boot_event events[] = {
		{STAGE_RESET, 100, NAN, NAN}, {STAGE_CHOSEN, 100.5, NAN, NAN},
		{STAGE_FETCHED, 101.5, NAN, NAN}, {STAGE_KEXEC, 101.7, NAN, NAN},
		{STAGE_UP, 105, 3, 1}, /* its kernel began at 102 */
	};
	struct breakdown b = breakdown_of(events, ARRAY_SIZE(events));

	(void)state;
	expect(&b, (double[PARTS]){-1, -1, -1, 1.5, 0.5, 1, 2, 5});
}

static void straight_from_grub_has_no_first_stage(void **state)
{
	static const struct boot_event events[] = {
		{STAGE_RESET, 0, NAN, NAN},
		{STAGE_GRUB, 5, NAN, NAN},
		{STAGE_CHOSEN, 6, NAN, NAN},
		{STAGE_FETCHED, 9, NAN, NAN},
		{STAGE_KEXEC, 9, NAN, NAN},
		{STAGE_UP, 20, 10, 4},
	};
	struct breakdown b = breakdown_of(events, ARRAY_SIZE(events));

	(void)state;
	expect(&b, (double[PARTS]){5, 5, -1, -1, -1, 4, 6, 20});
}

static void clocks_that_differ_a_little_give_no_negative_time(void **state)
{
	static const struct boot_event events[] = {
		{STAGE_GRUB, 10, NAN, NAN},
		{STAGE_FIRST, 20, 10.01, NAN},
		{STAGE_CHOSEN, 21, NAN, NAN},
		{STAGE_FETCHED, 22, NAN, NAN},
		{STAGE_UP, 30, 8.02, 1},
	};
	struct breakdown b = breakdown_of(events, ARRAY_SIZE(events));

	(void)state;
	assert_true(b.seconds[PART_GRUB] == 0);
	assert_true(b.seconds[PART_KEXEC] == 0);
}

static void stages_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < STAGES; i++)
		assert_int_equal(stage_parse(stage_name(i)), i);
	assert_int_equal(stage_parse("nonsense"), -1);
	assert_int_equal(stage_parse(""), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_boot_adds_up),
		cmocka_unit_test(what_was_not_told_is_not_known),
		cmocka_unit_test(a_fallback_counts_by_its_last_choice),
		cmocka_unit_test(
			a_warm_step_has_neither_firmware_nor_grub_nor_first_stage),
		cmocka_unit_test(straight_from_grub_has_no_first_stage),
		cmocka_unit_test(clocks_that_differ_a_little_give_no_negative_time),
		cmocka_unit_test(stages_have_names),
	};

	return cmocka_run_group_tests_name("breakdown", tests, NULL, NULL);
}
