// SPDX-License-Identifier: GPL-2.0-or-later
/* The belief against the same sums done the long way, on random graphs with merges. */
#include "bisect/choice/belief.h"

#include <math.h>

#include "tests/unit/unit.h"

#define COMMITS_MAX 40
#define EXACT 1e-9

static unsigned int random_state = 1;

static unsigned int roll(unsigned int sides)
{
	random_state = random_state * 1103515245 + 12345;
	return (random_state >> 16) % sides;
}

struct fixture {
	struct graph graph;
	uint32_t first[COMMITS_MAX + 1], parents[3 * COMMITS_MAX];
	bool reaches[COMMITS_MAX][COMMITS_MAX]; /* [i][k]: k is i or below it */
	struct tally tests[COMMITS_MAX], good_end;
};

static void link_parent(struct fixture *f, size_t i, size_t parent, uint32_t *edges)
{
	f->parents[(*edges)++] = parent;
	for (size_t k = 0; k < f->graph.n; k++)
		f->reaches[i][k] |= f->reaches[parent][k];
}

/* About a fifth are merges, a fifth start from a far commit, some have no parent. */
static void make_graph(struct fixture *f, size_t n, bool is_line)
{
	uint32_t edges = 0;

	*f = (struct fixture){.graph = {.n = n}};
	f->graph.first = f->first;
	f->graph.parents = f->parents;
	for (size_t i = 0; i < n; i++) {
		f->first[i] = edges;
		f->reaches[i][i] = true;
		if (i && (is_line || roll(12)))
			link_parent(f, i, is_line || roll(5) ? i - 1 : roll(i), &edges);
		if (i > 1 && !is_line && edges > f->first[i] && !roll(5)) {
			size_t other = roll(i);

			if (other != f->parents[f->first[i]])
				link_parent(f, i, other, &edges);
		}
	}
	f->first[n] = edges;
}

static void add_test(struct fixture *f, struct belief *b, size_t commit, bool failed)
{
	f->tests[commit].fails += failed;
	f->tests[commit].passes += !failed;
	belief_add(b, commit, failed);
}

/* The joint weight of a culprit and a pair of rates. */
static double weight(const struct fixture *f, const struct rate *r, size_t culprit)
{
	double sum = exp(r->prior) * pow(r->good, f->good_end.fails) *
		     pow(1 - r->good, f->good_end.passes);

	for (size_t i = 0; i < f->graph.n; i++) {
		double p = f->reaches[i][culprit] ? r->bad : r->good;

		sum *= pow(p, f->tests[i].fails) * pow(1 - p, f->tests[i].passes);
	}
	return sum;
}

struct long_way {
	double share[COMMITS_MAX], bad[COMMITS_MAX], good[COMMITS_MAX];
};

static void compute(const struct fixture *f, const struct belief *b,
	const struct rates *rates, struct long_way *ret)
{
	double all = 0;

	*ret = (struct long_way){0};
	for (size_t c = 0; c < f->graph.n; c++) {
		double prior = b->facts.weights ? b->facts.weights[c] : 1;

		for (size_t i = 0; i < rates->n; i++) {
			double w = prior * weight(f, &rates->v[i], c);

			ret->share[c] += w;
			ret->bad[c] += w * rates->v[i].bad;
			ret->good[c] += w * rates->v[i].good;
		}
		all += ret->share[c];
	}
	for (size_t c = 0; c < f->graph.n; c++) {
		if (ret->share[c] > 0) {
			ret->bad[c] /= ret->share[c];
			ret->good[c] /= ret->share[c];
		}
		ret->share[c] /= all;
	}
}

static double gain_of(const struct fixture *f, const struct long_way *w, size_t commit)
{
	double fails = 0, rest = 0;

	for (size_t c = 0; c < f->graph.n; c++) {
		double p = f->reaches[commit][c] ? w->bad[c] : w->good[c];

		fails += w->share[c] * p;
		rest += w->share[c] * rates_entropy(p);
	}
	return rates_entropy(fails) - rest;
}

static void check_answer(const struct fixture *f, struct belief *b,
	const struct rates *rates, const struct belief_answer *answer)
{
	double best = -1, entropy = 0;
	struct long_way w;

	compute(f, b, rates, &w);
	for (size_t i = 0; i < answer->n_top; i++) {
		assert_true(fabs(answer->top[i].share - w.share[answer->top[i].commit]) <
			    EXACT);
		assert_true(!i || answer->top[i].share <= answer->top[i - 1].share);
	}
	for (size_t c = 0; c < f->graph.n; c++) {
		double cost = b->facts.costs ? b->facts.costs[c] : 1;

		assert_true(w.share[c] <= answer->top[0].share + EXACT);
		if (w.share[c] > 0)
			entropy -= w.share[c] * log2(w.share[c]);
		if (!b->untestable[c])
			best = fmax(best, gain_of(f, &w, c) / cost);
	}
	assert_true(fabs(answer->entropy - entropy) < 1e-6);
	if (answer->kind == BELIEF_TRY) {
		double gain = gain_of(f, &w, answer->next);
		double cost = b->facts.costs ? b->facts.costs[answer->next] : 1;
		double is_bad = 0;

		for (size_t c = 0; c < f->graph.n; c++)
			is_bad += f->reaches[answer->next][c] ? w.share[c] : 0;
		assert_true(fabs(answer->gain - gain) < EXACT);
		assert_true(fabs(answer->next_is_bad - is_bad) < EXACT);
		assert_true(gain / cost > best - EXACT);
	}
}

/* Any tests at all, not those asked for: also such that contradict each other. */
static void agrees_with_the_long_way(void **state)
{
	static const struct belief_goal goal = {.confidence = 0.999};
	static const struct belief_goal doubt = {.confidence = 0.2, .doubt = true};
	(void)state;

	for (int graph = 0; graph < 300; graph++) {
		double weights[COMMITS_MAX], costs[COMMITS_MAX];
		struct belief_facts facts = {.weights = graph % 3 ? NULL : weights,
			.costs = graph % 4 ? NULL : costs};
		CLEANUP_BELIEF struct belief b;
		struct belief_answer answer;
		struct rates rates;
		struct fixture f;
		size_t n = 2 + roll(COMMITS_MAX - 2);
		bool is_sure;

		make_graph(&f, n, graph % 5 == 0);
		for (size_t i = 0; i < n; i++) {
			weights[i] = roll(4);
			costs[i] = 1 + roll(3);
		}
		weights[n - 1] = 1;
		if (graph % 2)
			rates_known(&rates, 0.6, 0.05);
		else
			rates_unknown(&rates);
		assert_int_equal(belief_init(&b, &f.graph, &facts, &rates), 0);
		f.good_end.passes = 2;
		belief_add_good_end(&b, false);
		belief_add_good_end(&b, false);
		for (int test = 0; test < 12; test++) {
			belief_ask(&b, &goal, &answer);
			check_answer(&f, &b, &b.rates, &answer);
			is_sure = answer.top[0].share >= doubt.confidence;
			belief_ask(&b, &doubt, &answer);
			check_answer(&f, &b, is_sure ? &b.doubting : &b.rates, &answer);
			if (!roll(6))
				belief_skip(&b, roll(n));
			add_test(&f, &b, roll(n), roll(2));
		}
	}
}

static void a_sure_test_is_a_bisection(void **state)
{
	static const struct belief_goal goal = {.confidence = 0.95};
	(void)state;

	for (size_t culprit = 0; culprit < 32; culprit++) {
		CLEANUP_BELIEF struct belief b;
		struct belief_answer answer;
		struct rates rates;
		struct fixture f;
		int runs = 0;

		make_graph(&f, 32, true);
		rates_known(&rates, 1, 0);
		assert_int_equal(belief_init(&b, &f.graph, NULL, &rates), 0);
		while (belief_ask(&b, &goal, &answer), answer.kind == BELIEF_TRY) {
			belief_add(&b, answer.next, culprit <= answer.next);
			runs++;
		}
		assert_int_equal(answer.kind, BELIEF_SURE);
		assert_int_equal(answer.top[0].commit, culprit);
		assert_int_equal(runs, 5);
	}
}

/* 0 - 1 - ... - 19, of which 8, 9 and 10 cannot be tested. */
static void untestable_ones_stay_culprits(void **state)
{
	static const struct belief_goal goal = {.confidence = 0.95, .fails = 2};
	CLEANUP_BELIEF struct belief b;
	struct belief_answer answer;
	struct rates rates;
	struct fixture f;
	(void)state;

	make_graph(&f, 20, true);
	rates_known(&rates, 0.7, 0.01);
	assert_int_equal(belief_init(&b, &f.graph, NULL, &rates), 0);
	for (size_t i = 8; i <= 10; i++)
		belief_skip(&b, i);
	while (belief_ask(&b, &goal, &answer), answer.kind == BELIEF_TRY) {
		assert_true(answer.next < 8 || answer.next > 10);
		belief_add(&b, answer.next, answer.next >= 9 && roll(10) < 7);
	}
	assert_int_equal(answer.kind, BELIEF_TIED);
	assert_int_equal(answer.n_tied, 4);
	for (size_t i = 0; i < answer.n_tied; i++)
		assert_in_range(answer.top[i].commit, 8, 11);
}

/* A false fail below the culprit: passes below it prove nothing, the commit itself does.
 */
static void a_culprit_is_tested_itself(void **state)
{
	static const struct belief_goal goal = {.confidence = 0.95, .fails = 2};
	CLEANUP_BELIEF struct belief b;
	struct belief_answer answer;
	struct rates rates;
	struct fixture f;
	bool asked = false;
	(void)state;

	make_graph(&f, 16, true);
	rates_unknown(&rates);
	assert_int_equal(belief_init(&b, &f.graph, NULL, &rates), 0);
	for (int i = 0; i < 8; i++)
		belief_add(&b, 15, true);
	belief_add(&b, 9, true);
	belief_add(&b, 4, true); /* false */
	while (belief_ask(&b, &goal, &answer),
		answer.kind == BELIEF_TRY || answer.kind == BELIEF_PROVE) {
		asked |= answer.kind == BELIEF_PROVE && answer.top[0].commit == 4;
		belief_add(&b, answer.next, answer.next >= 9);
	}
	assert_true(asked);
	assert_int_equal(answer.kind, BELIEF_SURE);
	assert_int_equal(answer.top[0].commit, 9);
}

/* A suspect that failed twice, in a search that saw a good commit fail now and then. */
static void a_doubter_wants_more(void **state)
{
	static const struct belief_goal goal = {.confidence = 0.95, .fails = 2};
	static const struct belief_goal doubt = {
		.confidence = 0.95, .fails = 2, .doubt = true};
	CLEANUP_BELIEF struct belief b;
	struct belief_answer answer;
	struct rates rates;
	struct fixture f;
	(void)state;

	make_graph(&f, 40, true);
	rates_unknown(&rates);
	assert_int_equal(belief_init(&b, &f.graph, NULL, &rates), 0);
	for (int i = 0; i < 40; i++)
		belief_add(&b, 39, i % 5 == 0);
	for (int i = 0; i < 40; i++)
		belief_add(&b, 19, false);
	for (int i = 0; i < 10; i++)
		belief_add(&b, 20, i % 5 == 0);
	belief_ask(&b, &goal, &answer);
	assert_int_equal(answer.kind, BELIEF_SURE);
	assert_int_equal(answer.top[0].commit, 20);
	assert_false(answer.doubted);
	belief_ask(&b, &doubt, &answer);
	assert_true(answer.doubted);
	assert_int_equal(answer.kind, BELIEF_TRY);
	assert_true(answer.good > 0);
}

static void one_image_is_no_culprit(void **state)
{
	static const struct belief_goal goal = {.confidence = 0.95};
	double weights[20];
	struct belief_facts facts = {.weights = weights};
	CLEANUP_BELIEF struct belief b;
	struct belief_answer answer;
	struct rates rates;
	struct fixture f;
	(void)state;

	make_graph(&f, 20, true);
	for (size_t i = 0; i < 20; i++)
		weights[i] = i % 4 == 0; /* the rest share the image of those before */
	rates_known(&rates, 1, 0);
	assert_int_equal(belief_init(&b, &f.graph, &facts, &rates), 0);
	while (belief_ask(&b, &goal, &answer), answer.kind == BELIEF_TRY)
		belief_add(&b, answer.next, answer.next >= 12);
	assert_int_equal(answer.kind, BELIEF_SURE);
	assert_int_equal(answer.top[0].commit, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_long_way),
		cmocka_unit_test(a_sure_test_is_a_bisection),
		cmocka_unit_test(untestable_ones_stay_culprits),
		cmocka_unit_test(a_culprit_is_tested_itself),
		cmocka_unit_test(a_doubter_wants_more),
		cmocka_unit_test(one_image_is_no_culprit),
	};

	return cmocka_run_group_tests_name("belief", tests, NULL, NULL);
}
