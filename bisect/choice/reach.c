// SPDX-License-Identifier: GPL-2.0-or-later
#include "reach.h"

#include <errno.h>
#include <string.h>

#define DIGITS 32

reach_row *reach_rows_new(size_t n)
{
	return aligned_alloc(_Alignof(reach_row), (n + 1) * sizeof(reach_row));
}

void reach_rows(
	const struct range *range, const uint32_t *commits, size_t n, reach_row *rows)
{
	const struct graph *graph = &range->graph;

	memset(rows, 0, graph->n * sizeof(*rows));
	for (size_t b = 0; b < n; b++)
		rows[commits[b]][b / 64] |= (uint64_t)1 << b % 64;
	for (size_t i = graph->n; i-- > 0;)
		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++)
			rows[graph->parents[p]] |= rows[i];
}

/* REACH_BITS counters side by side, in binary: digit d of each stands in sums[d].
 * A carry waits until a second one comes, so that two are added at once (the
 * carry-save adders of Harley and Seal). */
struct counters {
	reach_row sums[DIGITS], waiting[DIGITS];
	uint32_t is_waiting; /* a bit a digit */
};

static void count(struct counters *c, const reach_row *add, unsigned int digit)
{
	reach_row row = *add;

	for (; c->is_waiting & (uint32_t)1 << digit; digit++) {
		reach_row a = c->sums[digit], b = c->waiting[digit];
		reach_row either = a ^ b;

		c->sums[digit] = either ^ row;
		row = (a & b) | (either & row);
		c->is_waiting &= ~((uint32_t)1 << digit);
	}
	c->waiting[digit] = row;
	c->is_waiting |= (uint32_t)1 << digit;
}

static uint32_t read_counter(const struct counters *c, size_t b)
{
	uint32_t sum = 0;

	for (unsigned int d = 0; d < DIGITS; d++) {
		uint32_t digit = c->sums[d][b / 64] >> b % 64 & 1;

		if (c->is_waiting & (uint32_t)1 << d)
			digit += c->waiting[d][b / 64] >> b % 64 & 1;
		sum += digit << d;
	}
	return sum;
}

int reach_sum(const struct range *range, const uint32_t *commits, size_t n,
	uint32_t ret_sums[REACH_BITS])
{
	CLEANUP_FREE reach_row *rows = reach_rows_new(range->graph.n);
	struct counters counters = {0};

	if (!rows)
		return -ENOMEM;
	reach_rows(range, commits, n, rows);
	for (size_t i = 0; i < range->graph.n; i++)
		for (uint32_t value = range->value[i]; value; value &= value - 1)
			count(&counters, &rows[i], __builtin_ctz(value));
	for (size_t b = 0; b < n; b++)
		ret_sums[b] = read_counter(&counters, b);
	return 0;
}
