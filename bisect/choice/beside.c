// SPDX-License-Identifier: GPL-2.0-or-later
#include "beside.h"

#include <errno.h>
#include <stdlib.h>

#include "inform.h"

/* Less likely ones are left out of account. */
#define FUTURES_MAX 8
#define UNLIKELY 0.005

/* A test that tells less than this part of what the best one would alone is not made. */
#define LEAST_GAIN 0.05

/* What may be believed when all that is under way has answered. */
struct future {
	struct belief belief;
	double chance;
	struct inform best;
};

struct futures {
	struct future v[2 * FUTURES_MAX];
	size_t n;
	bool doubted;
};

static void release(struct futures *f)
{
	for (size_t i = 0; i < f->n; i++)
		belief_release(&f->v[i].belief);
}
#define CLEANUP_FUTURES CLEANUP(release)

static void look(struct future *future, bool doubted)
{
	belief_weigh(&future->belief, doubted);
	future->best = inform_best(&future->belief);
}

static int begin(struct futures *f, const struct belief *b, bool doubted)
{
	*f = (struct futures){.doubted = doubted};
	f->v[0].chance = 1;
	if (belief_copy(b, 2 * TRIES_MAX, &f->v[0].belief) < 0)
		return -ENOMEM;
	f->n = 1;
	look(&f->v[0], doubted);
	return 0;
}

static int by_chance(const void *a, const void *b)
{
	double x = ((const struct future *)a)->chance;
	double y = ((const struct future *)b)->chance;

	return (x < y) - (x > y);
}

static void keep_likely_ones(struct futures *f)
{
	qsort(f->v, f->n, sizeof(*f->v), by_chance);
	while (f->n > FUTURES_MAX || f->v[f->n - 1].chance < UNLIKELY * f->v[0].chance)
		belief_release(&f->v[--f->n].belief);
}

/* A test of that commit is under way: it fails in one half of the futures. */
static int imagine(struct futures *f, size_t commit)
{
	size_t n = f->n;

	for (size_t i = 0; i < n; i++) {
		struct future *fails = &f->v[i], *passes = &f->v[f->n];
		double chance = inform_at(&fails->belief, commit).fails;

		if (belief_copy(&fails->belief, 2 * TRIES_MAX, &passes->belief) < 0)
			return -ENOMEM;
		f->n++;
		passes->chance = fails->chance * (1 - chance);
		fails->chance *= chance;
		belief_add(&passes->belief, commit, false);
		belief_add(&fails->belief, commit, true);
	}
	keep_likely_ones(f);
	for (size_t i = 0; i < f->n; i++)
		look(&f->v[i], f->doubted);
	return 0;
}

static double gain_of(struct futures *f, size_t commit)
{
	double gain = 0;

	for (size_t i = 0; i < f->n; i++)
		gain += f->v[i].chance * inform_at(&f->v[i].belief, commit).gain;
	return gain;
}

/* The best of those that are the best in some future. */
static double choose(struct futures *f, size_t *ret_commit)
{
	double best = -1, best_rate = -1;

	for (size_t i = 0; i < f->n; i++) {
		const struct inform *test = &f->v[i].best;
		const double *costs = f->v[i].belief.facts.costs;
		double gain, rate;

		if (test->gain < 0)
			continue;
		gain = gain_of(f, test->commit);
		rate = costs ? gain / costs[test->commit] : gain;
		if (rate <= best_rate)
			continue;
		best = gain;
		best_rate = rate;
		*ret_commit = test->commit;
	}
	return best;
}

static int try(const struct belief *b, const struct belief_answer *answer,
	const struct tries *under_way, size_t wanted, struct tries *ret)
{
	CLEANUP_FUTURES struct futures f = {0};
	int r;

	if (!under_way->n && wanted == 1) {
		*ret = (struct tries){.v = {answer->next}, .n = 1};
		return 0;
	}
	r = begin(&f, b, answer->doubted);
	for (size_t i = 0; !r && i < under_way->n; i++)
		r = imagine(&f, under_way->v[i]);
	while (!r && ret->n < wanted) {
		size_t commit = answer->next;

		if (choose(&f, &commit) < LEAST_GAIN * answer->gain)
			break;
		ret->v[ret->n++] = commit;
		r = imagine(&f, commit);
	}
	return r;
}

static void prove(const struct belief *b, const struct belief_goal *goal, size_t culprit,
	const struct tries *under_way, size_t wanted, struct tries *ret)
{
	unsigned int fails = b->proofs[culprit];

	for (size_t i = 0; i < under_way->n; i++)
		fails += under_way->v[i] == culprit;
	for (; fails < goal->fails && ret->n < wanted; fails++)
		ret->v[ret->n++] = culprit;
}

int beside_ask(struct belief *b, const struct belief_goal *goal,
	const struct tries *under_way, size_t wanted, struct belief_answer *ret,
	struct tries *ret_tries)
{
	*ret_tries = (struct tries){0};
	wanted = wanted < TRIES_MAX ? wanted : TRIES_MAX;
	belief_ask(b, goal, ret);
	if (ret->kind == BELIEF_PROVE)
		prove(b, goal, ret->next, under_way, wanted, ret_tries);
	return ret->kind == BELIEF_TRY ? try(b, ret, under_way, wanted, ret_tries) : 0;
}
