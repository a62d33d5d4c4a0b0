// SPDX-License-Identifier: GPL-2.0-or-later
/* How a test answers: what is expected of it, and how often the ends are run. */
#include "bisect/choice/rates.h"

#include <math.h>

#include "tests/unit/unit.h"

#define EXACT 1e-9

static double prior_of_errors(const struct rates *rates)
{
	double all = 0, errors = 0;

	for (size_t i = 0; i < rates->n; i++) {
		all += exp(rates->v[i].prior);
		errors += rates->v[i].errs ? exp(rates->v[i].prior) : 0;
	}
	return errors / all;
}

/* Looking for a fix, what errs is a fixed commit that fails nevertheless. */
static void a_doubter_expects_errors(void **state)
{
	struct rates rates;
	(void)state;

	for (int mirrored = 0; mirrored < 2; mirrored++) {
		rates_unknown(&rates);
		if (mirrored)
			rates_mirror(&rates);
		assert_true(prior_of_errors(&rates) < 0.1);
		rates_doubt(&rates);
		assert_true(fabs(prior_of_errors(&rates) - 0.8) < EXACT);
	}
	rates_known(&rates, 0.5, 0.1);
	rates_doubt(&rates);
	assert_true(fabs(rates.v[0].prior) < EXACT);
}

static bool wants(struct tally good_end)
{
	return rates_good_end_wants(good_end, (struct tally){5, 5}, 0.95);
}

static void ends_are_run_until_they_tell(void **state)
{
	(void)state;
	assert_true(rates_bad_end_wants((struct tally){0, 0}, 1));
	assert_false(rates_bad_end_wants((struct tally){1, 5}, 1));
	assert_true(rates_bad_end_wants((struct tally){7, 30}, 8));
	assert_false(rates_bad_end_wants((struct tally){0, 20}, 1));
	/* 0.5^4 > 5 % > 0.5^5 */
	assert_true(wants((struct tally){0, 4}));
	assert_false(wants((struct tally){0, 5}));
	/* after a fail it takes more, and is not good after three in a row */
	assert_true(wants((struct tally){1, 5}));
	assert_false(wants((struct tally){1, 9}));
	assert_false(wants((struct tally){3, 0}));
	assert_true(rates_good_end_odds((struct tally){3, 0}, (struct tally){5, 5}) < 0);
	assert_true(rates_good_end_odds((struct tally){1, 9}, (struct tally){5, 5}) > 0);
}

static void capacity_is_that_of_the_channel(void **state)
{
	double share;
	(void)state;

	/* binary symmetric, and the Z-channel: log2(1 + (1 - p) p^(p / (1 - p))) */
	assert_true(fabs(rates_capacity(0.9, 0.1, &share) - (1 - rates_entropy(0.1))) <
		    EXACT);
	assert_true(fabs(share - 0.5) < EXACT);
	assert_true(fabs(rates_capacity(0.5, 0, &share) - log2(1.25)) < EXACT);
	assert_true(fabs(share - 0.4) < EXACT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_doubter_expects_errors),
		cmocka_unit_test(ends_are_run_until_they_tell),
		cmocka_unit_test(capacity_is_that_of_the_channel),
	};

	return cmocka_run_group_tests_name("rates", tests, NULL, NULL);
}
