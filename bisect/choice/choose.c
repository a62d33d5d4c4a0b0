// SPDX-License-Identifier: GPL-2.0-or-later
#include "choose.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/cleanup.h"

enum {
	REACHED = 1,
	KNOWN_GOOD = 2
};

/* Spreads a bit from each commit that has it to all its ancestors. */
static void spread(const struct graph *graph, uint8_t *bits, uint8_t bit)
{
	for (size_t i = graph->n; i-- > 0;) {
		if (!(bits[i] & bit))
			continue;
		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++)
			bits[graph->parents[p]] |= bit;
	}
}

size_t choose_candidates(const struct graph *graph, const enum mark *marks, size_t bad,
	uint8_t *is_candidate)
{
	size_t count = 0;

	for (size_t i = 0; i < graph->n; i++)
		is_candidate[i] = marks[i] == MARK_GOOD ? KNOWN_GOOD : 0;
	is_candidate[bad] |= REACHED;
	spread(graph, is_candidate, REACHED);
	spread(graph, is_candidate, KNOWN_GOOD);
	for (size_t i = 0; i < graph->n; i++) {
		is_candidate[i] = is_candidate[i] == REACHED;
		count += is_candidate[i];
	}
	return count;
}

/* Candidates reachable from a merge, itself included, by walking all of them: the
 * sides of a merge may share ancestors, so weights cannot be added. */
static uint32_t weigh_merge(const struct graph *graph, const uint8_t *is_candidate,
	uint32_t *stamps, size_t merge)
{
	uint32_t stamp = merge + 1, count = 0, open = 1;

	stamps[merge] = stamp;
	for (size_t i = merge + 1; open && i-- > 0;) {
		if (stamps[i] != stamp)
			continue;
		open--;
		count++;
		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++) {
			uint32_t parent = graph->parents[p];

			if (is_candidate[parent] && stamps[parent] != stamp) {
				stamps[parent] = stamp;
				open++;
			}
		}
	}
	return count;
}

/* weights[i] = candidates reachable from candidate i, itself included. */
static void weigh(const struct graph *graph, const uint8_t *is_candidate,
	uint32_t *weights, uint32_t *stamps)
{
	for (size_t i = 0; i < graph->n; i++) {
		uint32_t below = 0, parents = 0;

		if (!is_candidate[i])
			continue;
		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++) {
			if (!is_candidate[graph->parents[p]])
				continue;
			below = weights[graph->parents[p]];
			parents++;
		}
		weights[i] = parents > 1 ? weigh_merge(graph, is_candidate, stamps, i)
					 : below + 1;
	}
}

static void pick(const struct graph *graph, const enum mark *marks, size_t bad,
	const uint8_t *is_candidate, const uint32_t *weights, struct choice *choice)
{
	size_t best = 0;

	choice->kind = choice->candidates > 1 ? CHOICE_ONLY_SKIPPED : CHOICE_FOUND;
	choice->commit = bad;
	for (size_t i = 0; i < graph->n; i++) {
		size_t if_bad = weights[i], if_good = choice->candidates - if_bad;
		size_t smaller = if_bad < if_good ? if_bad : if_good;

		if (!is_candidate[i] || i == bad || marks[i] != MARK_NONE ||
			smaller <= best)
			continue;
		best = smaller;
		choice->kind = CHOICE_TRY;
		choice->commit = i;
		choice->if_bad = if_bad;
		choice->if_good = if_good;
	}
}

int choose(const struct graph *graph, const enum mark *marks, size_t bad,
	struct choice *ret_choice)
{
	CLEANUP_FREE uint8_t *is_candidate = calloc(graph->n, sizeof(*is_candidate));
	CLEANUP_FREE uint32_t *weights = calloc(graph->n, sizeof(*weights));
	CLEANUP_FREE uint32_t *stamps = calloc(graph->n, sizeof(*stamps));
	struct choice choice = {.kind = CHOICE_CONTRADICTION, .commit = bad};

	if (!is_candidate || !weights || !stamps)
		return -ENOMEM;
	choice.candidates = choose_candidates(graph, marks, bad, is_candidate);
	if (choice.candidates) {
		weigh(graph, is_candidate, weights, stamps);
		pick(graph, marks, bad, is_candidate, weights, &choice);
	}
	*ret_choice = choice;
	return 0;
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
