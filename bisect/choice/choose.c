// SPDX-License-Identifier: GPL-2.0-or-later
#include "choose.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "away.h"
#include "small.h"
#include "weigh.h"

#define AWAYS 16 /* classes of distance from a skipped commit, by powers of 2 */
#define CLASSES (PRICES_MAX * AWAYS)
#define NEAR 1.1 /* prices nearer than that are taken as equal */
#define NOT_TO_TRY 0xff
#define BY_SKIPS 0xfe /* a class of those that were skipped */

/* Bits that a test gives which is bad with chance w / n. */
static double bits(double w, double n)
{
	double p = w / n, q = 1 - p;

	return p <= 0 || q <= 0 ? 0 : -(p * log2(p) + q * log2(q));
}

struct search {
	const struct range *range;
	const struct prices *prices; /* NULL: all the same */
	struct weigh weigh;
	uint8_t *class_of; /* by number in the range: price * AWAYS + away */
	uint32_t *away;    /* generations to the nearest skipped commit */
	unsigned int n_skipped;
};

static unsigned int price_of(const struct search *s, size_t i)
{
	return s->prices ? s->prices->price_of[s->range->outer[i]] : 0;
}

static double seconds_of(const struct search *s, unsigned int price)
{
	return s->prices ? s->prices->seconds[price] : 1;
}

static void set_classes(struct search *s)
{
	for (size_t i = 0; i < s->range->graph.n; i++)
		s->class_of[i] = s->range->marks[i] == MARK_NONE  ? price_of(s, i) * AWAYS
				 : s->range->marks[i] == MARK_BAD ? NOT_TO_TRY
								  : BY_SKIPS;
}

static void class_by_distance(struct search *s)
{
	s->n_skipped = away_measure(s->range, s->away);
	for (size_t i = 0; i < s->range->graph.n; i++) {
		unsigned int power = 0;

		while (power + 1 < AWAYS && s->away[i] >> (power + 1))
			power++;
		if (s->class_of[i] < CLASSES)
			s->class_of[i] += power;
	}
}

/* What little is saved on one price is not worth a worse split, over all. */
static double rounded(const struct search *s, double seconds)
{
	double least = seconds;

	for (size_t i = 0; s->prices && i < PRICES_MAX; i++)
		if (s->prices->seconds[i] > 0 && s->prices->seconds[i] < least)
			least = s->prices->seconds[i];
	return seconds < NEAR * least ? least : seconds;
}

/* What the commit of a goal is worth: bits a second. */
static double worth(const struct search *s, const struct goal *goal)
{
	double chance = away_chance((uint32_t)1 << goal->class % AWAYS, s->n_skipped);

	if (goal->distance == UINT32_MAX)
		return 0;
	return chance * bits(goal->weight, s->range->total) /
	       rounded(s, seconds_of(s, goal->class / AWAYS));
}

/* The best split of each class that occurs. */
static int find_splits(struct search *s, struct goal *goals, size_t *ret_n)
{
	bool occurs[0x100] = {false};
	size_t n = 0;

	for (size_t i = 0; i < s->range->graph.n; i++)
		occurs[s->class_of[i]] = true;
	for (unsigned int class = 0; class < NOT_TO_TRY; class ++)
		if (occurs[class])
			goals[n++] =
				(struct goal){.class = class, .twice = s->range->total};
	*ret_n = n;
	return weigh_find(&s->weigh, s->class_of, goals, n);
}

static const struct goal *best_goal(
	const struct search *s, const struct goal *goals, size_t n)
{
	const struct goal *best = NULL;

	for (size_t g = 0; g < n; g++)
		if (goals[g].class != BY_SKIPS && worth(s, &goals[g]) > 0 &&
			(!best || worth(s, &goals[g]) > worth(s, best)))
			best = &goals[g];
	return best;
}

/* True if one that was skipped would have been the best split by far and wide. */
static bool best_was_skipped(const struct goal *goals, size_t n)
{
	uint32_t tried = UINT32_MAX, skipped = UINT32_MAX;

	for (size_t g = 0; g < n; g++)
		if (goals[g].class == BY_SKIPS)
			skipped = goals[g].distance;
		else if (goals[g].distance < tried)
			tried = goals[g].distance;
	return skipped < tried;
}

static void take(
	const struct search *s, size_t commit, uint32_t weight, struct choice *choice)
{
	choice->kind = CHOICE_TRY;
	choice->commit = s->range->outer[commit];
	choice->if_bad = weight;
	choice->if_good = s->range->total - weight;
}

static int split(struct search *s, struct choice *choice)
{
	struct goal goals[CLASSES + 1];
	const struct goal *best;
	size_t n;
	int r;

	set_classes(s);
	r = find_splits(s, goals, &n);
	if (!r && best_was_skipped(goals, n)) {
		class_by_distance(s);
		r = find_splits(s, goals, &n);
	}
	if (r < 0)
		return r;
	best = best_goal(s, goals, n);
	if (best)
		take(s, best->commit, best->weight, choice);
	return 0;
}

static bool have_prices(const struct search *s)
{
	for (size_t i = 0; s->prices && i < s->range->graph.n; i++)
		if (seconds_of(s, price_of(s, i)) != seconds_of(s, price_of(s, 0)))
			return true;
	return false;
}

/* -E2BIG: that is too much to look at. */
static int plan_to_the_end(struct search *s, struct choice *choice)
{
	size_t n = s->range->graph.n, commit;
	double seconds[SMALL_MAX];
	int r;

	for (size_t i = 0; i < n; i++)
		seconds[i] = s->range->marks[i] == MARK_NONE
				     ? seconds_of(s, price_of(s, i))
				     : 0;
	r = small_cheapest(s->range, seconds, &commit);
	if (r < 0 || commit == n)
		return r;
	r = weigh_exact(&s->weigh, &(uint32_t){commit}, 1);
	take(s, commit, s->weigh.low[commit], choice);
	return r;
}

static int search(struct search *s, struct choice *choice)
{
	size_t n = s->range->graph.n;
	int r = weigh_init(&s->weigh, s->range);

	s->class_of = calloc(n, sizeof(*s->class_of));
	s->away = calloc(n, sizeof(*s->away));
	if (r < 0 || !s->class_of || !s->away)
		return -ENOMEM;
	if (!have_prices(s))
		s->prices = NULL;
	r = s->prices && n <= SMALL_MAX ? plan_to_the_end(s, choice) : -E2BIG;
	return r == -E2BIG ? split(s, choice) : r;
}

/* The one that is left. */
static size_t last_candidate(const struct range *range)
{
	size_t i = 0;

	while (!range->value[i])
		i++;
	return range->outer[i];
}

int choose(
	const struct known *known, const struct prices *prices, struct choice *ret_choice)
{
	struct choice choice = {.kind = CHOICE_CONTRADICTION, .commit = known->bad};
	CLEANUP_RANGE struct range range = {0};
	struct search s = {.range = &range, .prices = prices};
	int r = range_make(known, &range);

	if (r < 0)
		return r;
	choice.candidates = range.total;
	if (range.total == 1) {
		choice.kind = CHOICE_FOUND;
		choice.commit = last_candidate(&range);
	} else if (range.total > 1) {
		choice.kind = CHOICE_ONLY_SKIPPED;
		r = search(&s, &choice);
	}
	weigh_release(&s.weigh);
	free(s.class_of);
	free(s.away);
	if (r == 0)
		*ret_choice = choice;
	return r;
}

unsigned int choose_steps(size_t candidates)
{
	unsigned int log2 = 0;
	size_t power = 1;

	if (candidates < 3)
		return 0;
	while (power * 2 <= candidates) {
		power *= 2;
		log2++;
	}
	return power < 3 * (candidates - power) ? log2 : log2 - 1;
}
