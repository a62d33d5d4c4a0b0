// SPDX-License-Identifier: GPL-2.0-or-later
#include "inform.h"

#include <math.h>

/* What the sums over strands are of. */
enum {
	FAILS,   /* how much likelier a fail is, for being bad */
	ENTROPY, /* how much more entropy the answer has */
	SHARE    /* of belief */
};

struct search {
	struct belief *b;
	struct strand_sum none; /* share of fails, and its entropy, if nothing is bad */
	struct inform best;
	double best_rate; /* bits a minute */
};

static double weight_of(const struct belief *b, uint32_t from, uint32_t to)
{
	return b->weight_to[to] - b->weight_to[from];
}

/* A test that has a strand up to a place, and all below it, on its bad side. */
static struct inform look_at(const struct search *s, uint32_t strand,
	const struct strand_sum *below, uint32_t place)
{
	const struct belief *b = s->b;
	const struct strand *v = &b->strands.v[strand];
	const struct strand_sum *value = &b->values[strand];
	double whole = weight_of(b, v->from, v->to), sums[3];
	double part = whole > 0 ? weight_of(b, v->from, place + 1) / whole : 0;

	for (int i = 0; i < 3; i++)
		sums[i] = s->none.v[i] + below->v[i] + part * value->v[i];
	return (struct inform){.commit = b->strands.commit_at[place],
		.gain = rates_entropy(sums[FAILS]) - sums[ENTROPY],
		.is_bad = sums[SHARE],
		.fails = sums[FAILS]};
}

static void consider(
	struct search *s, uint32_t strand, const struct strand_sum *below, uint32_t place)
{
	const struct belief *b = s->b;
	struct inform test = look_at(s, strand, below, place);
	double rate = test.gain;

	if (b->untestable[test.commit])
		return;
	if (b->facts.costs)
		rate /= b->facts.costs[test.commit];
	if (s->best.gain >= 0 && rate <= s->best_rate)
		return;
	s->best_rate = rate;
	s->best = test;
	s->best.gain = fmax(test.gain, 0);
}

/* The first place in [from, to) up to which the weight reaches a sum; to: none. */
static uint32_t find_place(const struct belief *b, uint32_t from, uint32_t to, double sum)
{
	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (b->weight_to[middle + 1] < sum)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* The two testable commits around a place. */
static void consider_around(
	struct search *s, uint32_t strand, const struct strand_sum *below, uint32_t place)
{
	const struct belief *b = s->b;
	const struct strand *v = &b->strands.v[strand];
	uint32_t at = place;

	while (at > v->from && b->untestable[b->strands.commit_at[at - 1]])
		at--;
	if (at > v->from)
		consider(s, strand, below, at - 1);
	at = place;
	while (at + 1 < v->to && b->untestable[b->strands.commit_at[at]])
		at++;
	if (at < v->to)
		consider(s, strand, below, at);
}

/* Where the gain's slope is 0: entropy'(fails) = log2((1 - fails) / fails). */
static void search_strand(
	struct search *s, uint32_t strand, const struct strand_sum *below)
{
	const struct belief *b = s->b;
	const struct strand *v = &b->strands.v[strand];
	const struct strand_sum *value = &b->values[strand];
	double part = 1, fails;

	if (value->v[FAILS] > 0) {
		fails = 1 / (1 + exp2(value->v[ENTROPY] / value->v[FAILS]));
		part = (fails - s->none.v[FAILS] - below->v[FAILS]) / value->v[FAILS];
	}
	part = part < 0 ? 0 : part > 1 ? 1 : part;
	consider_around(s, strand, below,
		find_place(b, v->from, v->to - 1,
			b->weight_to[v->from] + part * weight_of(b, v->from, v->to)));
}

static void set_values(struct search *s)
{
	const struct belief *b = s->b;

	for (size_t i = 0; i < b->strands.n; i++) {
		const struct outlook *o = &b->outlooks[i];
		double share = b->share[i], good = rates_entropy(o->good);

		s->none.v[FAILS] += share * o->good;
		s->none.v[ENTROPY] += share * good;
		b->values[i].v[FAILS] = share * (o->bad - o->good);
		b->values[i].v[ENTROPY] = share * (rates_entropy(o->bad) - good);
		b->values[i].v[SHARE] = share;
	}
}

struct inform inform_best(struct belief *b)
{
	struct search s = {.b = b, .best = {.gain = -1}};

	set_values(&s);
	for (size_t i = 0; i < b->strands.n; i++) {
		uint32_t at = b->strands.order[i];
		const struct strand *v = &b->strands.v[at];
		struct strand_sum below =
			strands_below(&b->strands, at, b->values, b->sums);

		for (int k = 0; k < 3; k++)
			b->sums[at].v[k] = below.v[k] + b->values[at].v[k];
		if (!b->facts.costs)
			search_strand(&s, at, &below);
		else
			for (uint32_t p = v->from; p < v->to; p++)
				consider(&s, at, &below, p);
	}
	return s.best;
}

struct inform inform_at(struct belief *b, size_t commit)
{
	struct search s = {.b = b};
	uint32_t place = b->strands.place_of[commit];
	uint32_t strand = b->strands.strand_at[place];
	struct strand_sum below;

	set_values(&s);
	below = strands_below(&b->strands, strand, b->values, b->sums);
	return look_at(&s, strand, &below, place);
}
