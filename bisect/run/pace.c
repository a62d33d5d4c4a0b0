// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bisect/choice/choose.h"

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Steps without a boot cost next to nothing and come in runs: they are no measure. */
static double median_step(const struct past *past)
{
	CLEANUP_FREE double *costs = NULL;
	const struct step *step;
	size_t n = 0;

	costs = calloc(past->n_steps + past->n_confirmations + 1, sizeof(*costs));
	for (size_t i = 0; costs && (step = past_step(past, i)); i++)
		if (*step->boot && step->cost.seconds[COST_TOTAL] >= 0)
			costs[n++] = step->cost.seconds[COST_TOTAL];
	if (!n)
		return -1;
	qsort(costs, n, sizeof(*costs), compare);
	return (costs[(n - 1) / 2] + costs[n / 2]) / 2;
}

/* The candidates that the step under way, or the last one, was chosen from. */
static size_t candidates_left(const struct past *past)
{
	const struct step *last = past->n_steps ? &past->steps[past->n_steps - 1] : NULL;

	if (past->roster.n > 1 && roster_candidates(&past->roster))
		return roster_candidates(&past->roster);
	if (*past->current)
		return past->current_candidates;
	return last ? (last->candidates + 1) / 2 : 0;
}

/* Steps one after the other: k hosts cut what is left in k + 1 parts each time. */
static unsigned int steps_left(const struct past *past, size_t candidates)
{
	size_t hosts = roster_at_work(&past->roster);
	double steps;

	if (hosts < 2 || candidates < 2)
		return choose_steps(candidates);
	steps = ceil(log2(candidates) / log2(hosts + 1));
	return steps > 1 ? (unsigned int)steps - 1 : 0;
}

/* Tests that are repeated: what was expected when the last one was chosen. */
static void measure_repeated(const struct past *past, struct pace *pace)
{
	size_t hosts = roster_at_work(&past->roster);

	pace->left =
		hosts > 1 ? (past->belief_left + hosts - 1) / hosts : past->belief_left;
	if (pace->left && pace->step >= 0)
		pace->left_seconds = pace->step * pace->left;
}

void pace_measure(const struct past *past, size_t candidates, unsigned int confirm,
	struct pace *ret_pace)
{
	/* the culprit, one parent, and the revert once */
	unsigned int confirmations = confirm ? 2 * confirm + 1 : 0;
	struct pace pace = {.done = past->n_steps + past->n_confirmations,
		.step = median_step(past),
		.left_seconds = -1};

	if (*past->belief && !*past->result) {
		measure_repeated(past, &pace);
		*ret_pace = pace;
		return;
	}
	if (!*past->result && !past->n_confirmations)
		pace.left =
			steps_left(past, candidates ? candidates : candidates_left(past));
	if (!*past->result && pace.step >= 0) {
		confirmations -= past->n_confirmations < confirmations
					 ? past->n_confirmations
					 : confirmations;
		pace.left_seconds = pace.step * (pace.left + confirmations +
							((candidates || *past->current) &&
								!past->n_confirmations));
	}
	*ret_pace = pace;
}

void pace_words(double seconds, struct buf *b)
{
	long minutes = lround(seconds / 60);

	if (seconds < 60)
		buf_adds(b, "less than a minute");
	else if (minutes < 60)
		buf_addf(b, "about %ld min", minutes);
	else
		buf_addf(b, "about %ld h %ld min", minutes / 60, minutes % 60);
}
