// SPDX-License-Identifier: GPL-2.0-or-later
#include "belief.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inform.h"

static double weight_of(const struct belief *b, size_t commit)
{
	return b->facts.weights ? b->facts.weights[commit] : 1;
}

static void sum_weights(struct belief *b)
{
	for (size_t p = 0; p < b->graph->n; p++) {
		double w = weight_of(b, b->strands.commit_at[p]);

		b->weight_to[p + 1] = b->weight_to[p] + w;
		b->detail_to[p + 1] = b->detail_to[p] + (w > 0 ? w * log2(w) : 0);
	}
}

/* most: strands that there may be */
static int allocate(struct belief *b, size_t most)
{
	size_t n = b->graph->n + 1;

	b->proofs = calloc(n, sizeof(*b->proofs));
	b->share = calloc(most, sizeof(*b->share));
	b->outlooks = calloc(most, sizeof(*b->outlooks));
	b->values = calloc(most, sizeof(*b->values));
	b->sums = calloc(most, sizeof(*b->sums));
	if (!b->is_copy) {
		b->untestable = calloc(n, sizeof(*b->untestable));
		b->weight_to = calloc(n, sizeof(*b->weight_to));
		b->detail_to = calloc(n, sizeof(*b->detail_to));
		b->marks = calloc(n, sizeof(*b->marks));
	}
	return b->proofs && b->untestable && b->weight_to && b->detail_to && b->marks &&
			       b->share && b->outlooks && b->values && b->sums
		       ? 0
		       : -ENOMEM;
}

int belief_init(struct belief *b, const struct graph *graph,
	const struct belief_facts *facts, const struct rates *rates)
{
	*b = (struct belief){.graph = graph, .rates = *rates, .doubting = *rates};
	rates_doubt(&b->doubting);
	if (facts)
		b->facts = *facts;
	if (allocate(b, graph->n + 1) < 0 || strands_init(&b->strands, graph) < 0) {
		belief_release(b);
		return -ENOMEM;
	}
	sum_weights(b);
	return 0;
}

int belief_copy(const struct belief *from, size_t tests, struct belief *ret)
{
	size_t n = from->graph->n + 1;

	*ret = (struct belief){.graph = from->graph,
		.facts = from->facts,
		.rates = from->rates,
		.doubting = from->doubting,
		.all = from->all,
		.good_end = from->good_end,
		.untestable = from->untestable,
		.n_untestable = from->n_untestable,
		.is_copy = true,
		.weight_to = from->weight_to,
		.detail_to = from->detail_to,
		.marks = from->marks};
	if (allocate(ret, from->strands.n + tests) < 0 ||
		strands_copy(&from->strands, from->graph, tests, &ret->strands) < 0) {
		belief_release(ret);
		return -ENOMEM;
	}
	memcpy(ret->proofs, from->proofs, n * sizeof(*ret->proofs));
	return 0;
}

void belief_release(struct belief *b)
{
	strands_release(&b->strands);
	free(b->proofs);
	if (!b->is_copy) {
		free(b->untestable);
		free(b->weight_to);
		free(b->detail_to);
		free(b->marks);
	}
	free(b->share);
	free(b->outlooks);
	free(b->values);
	free(b->sums);
	*b = (struct belief){0};
}

static void count(struct tally *tally, bool failed)
{
	tally->fails += failed;
	tally->passes += !failed;
}

void belief_add_warm(struct belief *b, size_t commit, bool failed)
{
	count(&b->all, failed);
	strands_count(&b->strands, commit, failed);
}

void belief_add(struct belief *b, size_t commit, bool failed)
{
	belief_add_warm(b, commit, failed);
	b->proofs[commit] += failed;
}

void belief_add_good_end(struct belief *b, bool failed)
{
	count(&b->good_end, failed);
}

void belief_skip(struct belief *b, size_t commit)
{
	b->n_untestable += !b->untestable[commit];
	b->untestable[commit] = true;
}

/* Outlooks that were computed: strands with the same tally have the same. */
#define MEMO 256
struct memo {
	struct tally bad;
	bool is_set;
	struct outlook outlook;
};

static void look_out(const struct belief *b, const struct rates *rates, struct memo *memo,
	const struct tally *bad, struct outlook *ret)
{
	struct memo *m = &memo[(bad->fails * 31 + bad->passes) % MEMO];
	struct tally good = {b->all.fails - bad->fails + b->good_end.fails,
		b->all.passes - bad->passes + b->good_end.passes};

	if (!m->is_set || m->bad.fails != bad->fails || m->bad.passes != bad->passes) {
		*m = (struct memo){.bad = *bad, .is_set = true};
		rates_weigh(rates, *bad, good, &m->outlook);
	}
	*ret = m->outlook;
}

static double prior_of(const struct belief *b, const struct strand *v)
{
	return b->weight_to[v->to] - b->weight_to[v->from];
}

void belief_weigh(struct belief *b, bool doubted)
{
	const struct rates *rates = doubted ? &b->doubting : &b->rates;
	double most = -INFINITY, sum = 0;
	struct memo memo[MEMO] = {0};

	for (size_t i = 0; i < b->strands.n; i++) {
		double prior = prior_of(b, &b->strands.v[i]);

		look_out(b, rates, memo, &b->strands.v[i].bad, &b->outlooks[i]);
		b->share[i] = prior > 0 ? log(prior) + b->outlooks[i].weight : -INFINITY;
		most = fmax(most, b->share[i]);
	}
	for (size_t i = 0; i < b->strands.n; i++) {
		b->share[i] = exp(b->share[i] - most);
		sum += b->share[i];
	}
	for (size_t i = 0; i < b->strands.n; i++)
		b->share[i] /= sum;
}

static void insert(struct belief_answer *ret, size_t commit, double share)
{
	size_t at = ret->n_top;

	if (at == BELIEF_TOP && share <= ret->top[at - 1].share)
		return;
	at = at < BELIEF_TOP ? ret->n_top++ : at - 1;
	for (; at > 0 && ret->top[at - 1].share < share; at--)
		ret->top[at] = ret->top[at - 1];
	ret->top[at] = (struct belief_share){commit, share};
}

static void find_top(const struct belief *b, struct belief_answer *ret)
{
	for (size_t i = 0; i < b->strands.n; i++) {
		const struct strand *v = &b->strands.v[i];
		double dense = b->share[i] / prior_of(b, v);
		uint32_t tail =
			v->to - v->from > BELIEF_TOP ? v->to - BELIEF_TOP : v->from;

		if (!(b->share[i] > 0))
			continue;
		/* with equal weights its last ones are as good as any */
		for (uint32_t p = b->facts.weights ? v->from : tail; p < v->to; p++) {
			size_t commit = b->strands.commit_at[p];

			insert(ret, commit, dense * weight_of(b, commit));
		}
	}
}

static void sum_up(const struct belief *b, struct belief_answer *ret)
{
	for (size_t i = 0; i < b->strands.n; i++) {
		const struct strand *v = &b->strands.v[i];
		double share = b->share[i], prior = prior_of(b, v);

		if (!(share > 0))
			continue;
		ret->bad += share * b->outlooks[i].bad;
		ret->good += share * b->outlooks[i].good;
		ret->entropy -=
			share * log2(share / prior) +
			share / prior * (b->detail_to[v->to] - b->detail_to[v->from]);
	}
}

/* Whether some test has a part of the first n of `top` on its bad side, but not all. */
static bool can_tell_apart(struct belief *b, const struct belief_share *top, size_t n)
{
	uint64_t all = n < 64 ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
	const struct graph *g = b->graph;

	memset(b->marks, 0, g->n * sizeof(*b->marks));
	for (size_t i = 0; i < n; i++)
		b->marks[top[i].commit] |= UINT64_C(1) << i;
	for (size_t i = 0; i < g->n; i++) {
		for (uint32_t e = g->first[i]; e < g->first[i + 1]; e++)
			b->marks[i] |= b->marks[g->parents[e]];
		if (b->marks[i] && b->marks[i] != all && !b->untestable[i])
			return true;
	}
	return false;
}

/* The fewest that hold the confidence, if there are few. */
static size_t count_tied(const struct belief_answer *ret, double confidence)
{
	double sum = 0;

	for (size_t i = 0; i < ret->n_top; i++) {
		sum += ret->top[i].share;
		if (sum >= confidence)
			return i + 1;
	}
	return 0;
}

/* Whether the best one is to be tested itself before it is named. */
static bool wants_proof(
	const struct belief *b, const struct belief_goal *goal, size_t best)
{
	return b->proofs[best] < goal->fails && !b->untestable[best];
}

/* Who is how likely; whether one holds the confidence. */
static bool is_settled(struct belief *b, bool doubted, const struct belief_goal *goal,
	struct belief_answer *ret)
{
	*ret = (struct belief_answer){.kind = BELIEF_SURE, .doubted = doubted};
	belief_weigh(b, doubted);
	find_top(b, ret);
	sum_up(b, ret);
	return ret->top[0].share >= goal->confidence;
}

static void set_next(struct belief_answer *ret, const struct inform *best)
{
	ret->kind = BELIEF_TRY;
	ret->next = best->commit;
	ret->gain = best->gain;
	ret->next_is_bad = best->is_bad;
}

void belief_ask(
	struct belief *b, const struct belief_goal *goal, struct belief_answer *ret)
{
	struct inform best;

	if (is_settled(b, false, goal, ret) &&
		(!goal->doubt || is_settled(b, true, goal, ret))) {
		ret->next = ret->top[0].commit;
		if (wants_proof(b, goal, ret->next))
			ret->kind = BELIEF_PROVE;
		return;
	}
	ret->kind = BELIEF_TIED;
	ret->n_tied = b->n_untestable ? count_tied(ret, goal->confidence) : 0;
	if (ret->n_tied && !can_tell_apart(b, ret->top, ret->n_tied))
		return;
	best = inform_best(b);
	ret->n_tied = best.gain < 0 ? ret->n_top : 0;
	if (best.gain >= 0)
		set_next(ret, &best);
}
