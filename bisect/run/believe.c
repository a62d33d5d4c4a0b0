// SPDX-License-Identifier: GPL-2.0-or-later
#include "believe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bisect/judge/confirm.h"
#include "share.h"

#define NEAR 1.1 /* costs nearer than that are taken as equal */

bool believe_is_evidence(const struct past *past, const struct step *step)
{
	/* the reverted bad end is no commit of the history; without kexec is another
	 * question; a verdict that was taken over is that of another step */
	return strcmp(step->role, "revert") && !confirm_is_cold(step->role) &&
	       !*step->same_as && past_counts(past, step);
}

static bool is_good_end(const struct run *run, const char *commit)
{
	for (size_t i = 0; i < run->goods->n; i++)
		if (!strcmp(run->goods->v[i], commit))
			return true;
	return false;
}

static bool shares(const struct believed *b, size_t x, size_t y)
{
	const uint32_t *image_of = b->stock.image_of;

	return image_of[x] != IMAGE_OWN && image_of[x] == image_of[y];
}

/* Each commit's run of equal images; only its first one may be the culprit. */
static void find_runs(struct believed *b, const struct graph *graph)
{
	for (size_t i = 0; i < graph->n; i++) {
		b->same_as[i] = i;
		b->weights[i] = 1;
		for (uint32_t p = graph->first[i]; p < graph->first[i + 1]; p++) {
			if (!shares(b, i, graph->parents[p]))
				continue;
			b->same_as[i] = b->same_as[graph->parents[p]];
			b->weights[i] = 0;
			break;
		}
	}
}

/* What has a good end's image is good, with all that it stands on. */
static void spread_good_ends(struct believed *b, const struct run *run)
{
	const struct graph *graph = &run->history->graph;

	for (size_t g = 0; g < run->goods->n; g++)
		for (size_t i = 0; i < graph->n; i++)
			if (b->stock.price_of[i] == PRICE_THERE &&
				share_is_same(run->bench.world, run->goods->v[g],
					run->history->commits[i]))
				b->weights[i] = -1;
	for (size_t i = graph->n; i-- > 0;)
		for (uint32_t p = graph->first[i];
			b->weights[i] < 0 && p < graph->first[i + 1]; p++)
			b->weights[graph->parents[p]] = -1;
	for (size_t i = 0; i < graph->n; i++)
		b->weights[i] = b->weights[i] > 0;
}

static const double *weights_of(const struct believed *b, size_t n)
{
	size_t ones = 0;

	for (size_t i = 0; i < n; i++)
		ones += b->weights[i] > 0;
	/* nobody left: then images are no evidence */
	return ones && ones < n ? b->weights : NULL;
}

static const double *costs_of(const struct believed *b, size_t n)
{
	const struct prices *prices = &b->stock.prices;
	bool differ = false;

	for (size_t i = 0; i < n; i++) {
		b->costs[i] = prices->seconds[prices->price_of[i]] / 60;
		differ |= b->costs[i] > NEAR * b->costs[0] ||
			  b->costs[0] > NEAR * b->costs[i];
	}
	return differ ? b->costs : NULL;
}

static void skip(struct believed *b, size_t n, size_t number)
{
	belief_skip(&b->belief, number);
	for (size_t i = 0; i < n; i++)
		if (shares(b, i, number))
			belief_skip(&b->belief, i);
}

static void add_steps(struct believed *b, const struct run *run)
{
	const struct step *step;
	size_t number;

	for (size_t i = 0; (step = past_step(run->past, i)); i++) {
		bool failed = step->verdict == VERDICT_BAD;
		bool is_in = history_find(run->history, step->commit, &number) == 0;

		if (!believe_is_evidence(run->past, step))
			continue;
		if (is_in && step->verdict == VERDICT_SKIP)
			skip(b, run->history->graph.n, number);
		else if (is_in && step->warm)
			belief_add_warm(&b->belief, b->same_as[number], failed);
		else if (is_in)
			belief_add(&b->belief, b->same_as[number], failed);
		else if (step->verdict != VERDICT_SKIP && is_good_end(run, step->commit))
			belief_add_good_end(&b->belief, failed);
	}
	for (size_t i = 0; i < run->history->graph.n; i++)
		if (b->stock.marks[i] == MARK_BROKEN)
			belief_skip(&b->belief, i);
}

int believe(const struct run *run, struct believed *ret, struct err *err)
{
	const struct graph *graph = &run->history->graph;
	size_t n = graph->n + 1;
	struct belief_facts facts;
	struct rates rates;
	int r = stock_take(
		&ret->stock, run->history, run->past, run->bad, run->bench.world, err);

	if (r < 0)
		return r;
	ret->weights = calloc(n, sizeof(*ret->weights));
	ret->costs = calloc(n, sizeof(*ret->costs));
	ret->same_as = calloc(n, sizeof(*ret->same_as));
	if (!ret->weights || !ret->costs || !ret->same_as)
		return err_set(err, -ENOMEM, "out of memory");
	find_runs(ret, graph);
	spread_good_ends(ret, run);
	facts = (struct belief_facts){
		.weights = weights_of(ret, graph->n), .costs = costs_of(ret, graph->n)};
	rates_unknown(&rates);
	if (run->bench.rules->find_fix)
		rates_mirror(&rates);
	if (belief_init(&ret->belief, graph, &facts, &rates) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	add_steps(ret, run);
	return 0;
}

void believed_release(struct believed *b)
{
	belief_release(&b->belief);
	stock_release(&b->stock);
	free(b->weights);
	free(b->costs);
	free(b->same_as);
	*b = (struct believed){0};
}
