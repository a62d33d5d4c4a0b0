// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What bisections cost, expected over all culprits, where some images are there and
 * others must be built: by the plain best split and by information for its price, on the
 * same random histories and prices.
 */
#include <math.h>
#include <string.h>

#include "bisect/choice/choose.h"
#include "graphs.h"

#define MODELS 300
#define COMMITS_MAX 150

struct model {
	struct graph graph;
	uint8_t *price_of;
	uint32_t *image_of;
	struct prices prices;
	uint8_t *is_bad;     /* scratch */
	unsigned int wasted; /* tries of an image that was judged, or does not build */
};

/* Some images are there: those that the builder came by, here and there or in runs; a
 * boot and test costs 1, a build from a hundredth to a hundredfold. */
static void make_model(struct model *m, unsigned int number)
{
	uint32_t n = 4 + bench_roll(COMMITS_MAX - 4), run = 0;
	double there = bench_roll(1000) / 1000.0;
	bool in_runs = number % 2, is_there = false;

	graph_make(&m->graph, n, number % 4 >= 2);
	m->price_of = calloc(n, 1);
	m->image_of = calloc(n, sizeof(*m->image_of));
	m->is_bad = calloc(n, 1);
	if (!m->price_of || !m->image_of || !m->is_bad)
		exit(1);
	m->prices = (struct prices){.price_of = m->price_of, .seconds = {1}};
	for (int p = 1; p < PRICES_MAX; p++)
		m->prices.seconds[p] = 1 + pow(10, bench_roll(4000) / 1000.0 - 2);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t parent = i ? m->graph.parents[m->graph.first[i]] : 0;
		bool merge = m->graph.first[i + 1] - m->graph.first[i] > 1;

		if (!in_runs || run-- == 0) {
			is_there = bench_roll(1000) < there * 1000;
			run = bench_roll(20);
		}
		m->price_of[i] = is_there ? 0 : 1 + bench_roll(1 + number % 7);
		m->image_of[i] = number % 3 == 0 && i && !merge && bench_roll(3) == 0
					 ? m->image_of[parent]
					 : i;
	}
}

static void free_model(struct model *m)
{
	graph_free(&m->graph);
	free(m->price_of);
	free(m->image_of);
	free(m->is_bad);
}

static void count_waste(struct model *m, const enum mark *marks, size_t commit)
{
	for (size_t i = 0; i < m->graph.n; i++)
		m->wasted +=
			marks[i] != MARK_NONE && m->image_of[i] == m->image_of[commit];
}

/* Seconds that are expected from here, each candidate as likely as the others. */
static double expect(struct model *m, enum mark *marks, bool plain)
{
	struct known known = {.graph = &m->graph,
		.marks = marks,
		.bad = m->graph.n - 1,
		.image_of = m->image_of};
	struct choice choice;
	double seconds;

	if (choose(&known, plain ? NULL : &m->prices, &choice) < 0)
		exit(1);
	if (choice.kind != CHOICE_TRY)
		return 0;
	count_waste(m, marks, choice.commit);
	seconds = m->prices.seconds[m->price_of[choice.commit]];
	marks[choice.commit] = MARK_BAD;
	seconds += expect(m, marks, plain) * choice.if_bad / choice.candidates;
	marks[choice.commit] = MARK_GOOD;
	seconds += expect(m, marks, plain) * choice.if_good / choice.candidates;
	marks[choice.commit] = MARK_NONE;
	return seconds;
}

int main(void)
{
	double ratios[MODELS], sum = 0, worst = 0;
	unsigned int wasted = 0;

	for (unsigned int i = 0; i < MODELS; i++) {
		enum mark marks[COMMITS_MAX] = {0};
		struct model m = {0};
		double plain, ours;

		make_model(&m, i);
		plain = expect(&m, marks, true);
		ours = expect(&m, marks, false);
		ratios[i] = plain > 0 ? round(ours / plain * 1e9) / 1e9 : 1;
		sum += ratios[i];
		worst = ratios[i] > worst ? ratios[i] : worst;
		wasted += m.wasted;
		free_model(&m);
	}
	bench_fact("price: random models of cost", MODELS, "");
	bench_at_most("price: expected cost against the plain split, mean of models",
		sum / MODELS, "", 1);
	bench_at_most("price: the same, median", bench_median(ratios, MODELS), "", 1);
	bench_at_most("price: the same, worst model", worst, "", 1);
	bench_at_most("price: boots of an image that was judged", wasted, "", 0);
	return 0;
}
