// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Searches with a test that does not answer alike each time, simulated: the runs against
 * the information bound, how often the answer is right, and whether shares of belief are
 * what they say. The check of the ends comes first and is counted apart. Who does not
 * know the rates cannot be calibrated at each of them; so there is one more arm, where
 * each search has rates of its own, drawn from the prior.
 */
#include "bisect/choice/belief.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define COMMITS 16384
#define CONFIDENCE 0.95
#define BAD_END_FAILS 8
#define PROOFS 2
#define RUNS_MAX 4000
#define BINS 10
#define SHARES_FROM 200 /* fewer searches say nothing of how often they are right */

/* What is simulated. */
struct arm {
	const char *history;
	const struct graph *graph;
	double bad, good; /* true rates of fails */
	bool known;
	unsigned int searches;
};

/* What came of it. */
struct result {
	unsigned int searches, right, proven_right;
	double runs, squares, ends, proofs, stated, proven_stated, slowest;
	struct {
		double stated, right;
		unsigned int n;
	} bins[BINS]; /* of the best commit's share, at each step */
};

static uint64_t state = 0x9e3779b97f4a7c15u;

/* xorshift: the same searches each time */
static double roll(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) * 0x1p-53;
}

static void make_graph(struct graph *g, bool merges)
{
	size_t edges = 0, fork = 0, main_tip = 0, left = 0;

	*g = (struct graph){.n = COMMITS,
		.first = calloc(COMMITS + 1, sizeof(*g->first)),
		.parents = calloc(2 * COMMITS, sizeof(*g->parents))};
	if (!g->first || !g->parents)
		exit(1);
	/* with merges: topic branches of 1 to 25 commits, from 1 to 200 commits back */
	for (size_t i = 0; i < COMMITS; i++) {
		g->first[i] = edges;
		if (i && !left && merges && i + 30 < COMMITS) {
			fork = (size_t)(roll() * 200) + 1;
			fork = fork < i ? i - fork : 0;
			g->parents[edges++] = fork;
			left = 1 + roll() * 25;
			main_tip = i - 1;
		} else if (i) {
			g->parents[edges++] = i - 1;
			left -= left > 0;
			if (merges && !left && main_tip && main_tip != i - 1)
				g->parents[edges++] = main_tip;
		}
	}
	g->first[COMMITS] = edges;
}

/* ancestors[i]: commit i or something below it is the culprit. */
static void spread(const struct graph *g, size_t culprit, uint8_t *is_bad)
{
	for (size_t i = 0; i < g->n; i++) {
		is_bad[i] = i == culprit;
		for (uint32_t e = g->first[i]; e < g->first[i + 1]; e++)
			is_bad[i] |= is_bad[g->parents[e]];
	}
}

static unsigned int check_ends(const struct arm *arm, struct belief *b)
{
	struct tally bad = {0}, good = {0};

	while (rates_bad_end_wants(bad, BAD_END_FAILS)) {
		bool failed = roll() < arm->bad;

		bad.fails += failed;
		bad.passes += !failed;
		belief_add(b, arm->graph->n - 1, failed);
	}
	while (rates_good_end_wants(good, bad, CONFIDENCE)) {
		bool failed = roll() < arm->good;

		good.fails += failed;
		good.passes += !failed;
		belief_add_good_end(b, failed);
	}
	return bad.fails + bad.passes + good.fails + good.passes;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void note_step(
	struct result *result, const struct belief_answer *answer, bool right)
{
	int bin = answer->top[0].share * BINS;

	bin = bin < BINS ? bin : BINS - 1;
	result->bins[bin].stated += answer->top[0].share;
	result->bins[bin].right += right;
	result->bins[bin].n++;
}

static void note_end(struct result *result, const struct belief_answer *answer,
	bool right, unsigned int runs)
{
	result->searches++;
	result->right += right;
	result->runs += runs;
	result->squares += (double)runs * runs;
	result->stated += answer->top[0].share;
}

/* One step; false at the end. */
static bool step(const struct arm *arm, struct belief *b, const struct belief_goal *goal,
	const uint8_t *is_bad, struct belief_answer *answer)
{
	belief_ask(b, goal, answer);
	if (answer->kind != BELIEF_TRY && answer->kind != BELIEF_PROVE)
		return false;
	belief_add(
		b, answer->next, roll() < (is_bad[answer->next] ? arm->bad : arm->good));
	return true;
}

/* As they are taken to be where nobody knows them. */
static void draw_rates(struct arm *arm)
{
	struct rates rates;
	double sum = 0;
	size_t i = 0;

	rates_unknown(&rates);
	for (size_t k = 0; k < rates.n; k++)
		sum += exp(rates.v[k].prior);
	sum *= roll();
	while (i + 1 < rates.n && sum >= exp(rates.v[i].prior))
		sum -= exp(rates.v[i++].prior);
	arm->bad = rates.v[i].bad;
	arm->good = rates.v[i].good;
}

static void search(const struct arm *arm, struct result *result)
{
	static uint8_t is_bad[COMMITS];
	size_t culprit = roll() * COMMITS;
	const struct belief_goal stated = {.confidence = CONFIDENCE},
				 proven = {.confidence = CONFIDENCE,
					 .fails = PROOFS,
					 .doubt = true};
	struct belief_answer answer;
	CLEANUP_BELIEF struct belief b;
	struct rates rates;
	unsigned int runs = 0;
	double start;

	if (arm->known)
		rates_known(&rates, arm->bad, arm->good);
	else
		rates_unknown(&rates);
	if (belief_init(&b, arm->graph, NULL, &rates) < 0)
		exit(1);
	spread(arm->graph, culprit, is_bad);
	if (!arm->known)
		result->ends += check_ends(arm, &b);
	for (; start = seconds(), step(arm, &b, &stated, is_bad, &answer); runs++) {
		result->slowest = fmax(result->slowest, seconds() - start);
		note_step(result, &answer, answer.top[0].commit == culprit);
		if (runs == RUNS_MAX)
			break;
	}
	note_end(result, &answer, answer.top[0].commit == culprit, runs);
	while (!arm->known && step(arm, &b, &proven, is_bad, &answer))
		result->proofs++;
	result->proven_right += answer.top[0].commit == culprit;
	result->proven_stated += answer.top[0].share;
}

static void print(const char *name, const char *what, double value, const char *rule,
	double target, bool met)
{
	printf("%s: %s %.3f (target %s %.2f)%s\n", name, what, value, rule, target,
		met ? "" : " MISS");
}

static void print_at_most(const char *name, const char *what, double value, double target)
{
	print(name, what, value, "<=", target, value <= target);
}

static double worst_bin(const struct result *r)
{
	double worst = 0;

	for (int i = 0; i < BINS; i++)
		if (r->bins[i].n >= 500)
			worst = fmax(worst, fabs(r->bins[i].stated - r->bins[i].right) /
						    r->bins[i].n);
	return 100 * worst;
}

static void print_bins(const char *name, const struct result *r)
{
	printf("%s: believed/right in %%:", name);
	for (int i = 0; i < BINS; i++)
		if (r->bins[i].n >= 500)
			printf(" %.0f/%.0f", 100 * r->bins[i].stated / r->bins[i].n,
				100 * r->bins[i].right / r->bins[i].n);
	printf("\n");
}

static void print_shares(const char *name, const struct result *r)
{
	double right = (double)r->right / r->searches;

	print(name, "right, %", 100 * right, ">=", 100 * CONFIDENCE, right >= CONFIDENCE);
	print_at_most(name, "believed at the end - right, points off",
		100 * fabs(r->stated / r->searches - right), 2);
	print_at_most(name, "worst bin of belief, points off", worst_bin(r), 2);
	print_bins(name, r);
}

static void print_result(const struct arm *arm, const struct result *r)
{
	double capacity = rates_capacity(arm->bad, arm->good, NULL);
	double bits = log2(COMMITS), error = 1 - CONFIDENCE;
	double bound = bits / capacity, mean = r->runs / r->searches;
	double fano = ((1 - error) * bits - rates_entropy(error)) / capacity;
	char name[160];

	snprintf(name, sizeof(name), "%s, fails %.1f on bad, %.2f on good, rates %s",
		arm->history, arm->bad, arm->good, arm->known ? "known" : "unknown");
	printf("%s: %.1f runs (+- %.1f), bound %.1f, %u searches\n", name, mean,
		sqrt((r->squares / r->searches - mean * mean) / r->searches), bound,
		r->searches);
	if (!arm->known)
		printf("%s: %.1f runs before, at both ends\n", name,
			r->ends / r->searches);
	print_at_most(name, "runs / bound", mean / bound, arm->known ? 1.05 : 1.15);
	printf("%s: runs / the bound that lets 5 %% be wrong (Fano) %.3f\n", name,
		mean / fano);
	print_at_most(name, "slowest choice, ms of processor", 1000 * r->slowest, 50);
	if (r->searches < SHARES_FROM) {
		printf("%s: right: %u of %u\n", name, r->right, r->searches);
		return;
	}
	print_shares(name, r);
	if (!arm->known) {
		double right = (double)r->proven_right / r->searches;

		printf("%s: %.1f runs more until it is named: doubted, and failed %d "
		       "times itself\n",
			name, r->proofs / r->searches, PROOFS);
		print_at_most(name, "runs until it is named / bound",
			(mean + r->proofs / r->searches) / bound, 1.15);
		print(name, "right when it is named, %", 100 * right,
			">=", 100 * CONFIDENCE, right >= CONFIDENCE);
		print_at_most(name, "believed then - right, points off",
			100 * fabs(r->proven_stated / r->searches - right), 2);
	}
}

static void run(const char *history, const struct graph *graph, double bad, double good,
	bool known, unsigned int searches)
{
	struct arm arm = {.history = history,
		.graph = graph,
		.bad = bad,
		.good = good,
		.known = known,
		.searches = searches};
	struct result result = {0};

	for (unsigned int i = 0; i < searches; i++)
		search(&arm, &result);
	print_result(&arm, &result);
	fflush(stdout);
}

static void run_drawn(const struct graph *graph, unsigned int searches)
{
	struct result result = {0};

	for (unsigned int i = 0; i < searches; i++) {
		struct arm arm = {.graph = graph};

		draw_rates(&arm);
		search(&arm, &result);
	}
	print_shares("linear, rates unknown, drawn from the prior", &result);
	fflush(stdout);
}

/* A plain bisection of a line, which takes a commit for good that has passed so often. */
static bool bisect_plainly(double bad, unsigned int passes, unsigned int *runs)
{
	size_t culprit = roll() * COMMITS, low = 0, high = COMMITS - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;
		bool failed = false;

		for (unsigned int i = 0; !failed && i < passes; i++, ++*runs)
			failed = middle >= culprit && roll() < bad;
		if (failed)
			high = middle;
		else
			low = middle + 1;
	}
	return low == culprit;
}

/* Those who know the rate, and repeat each test as often as it takes to be right with the
 * confidence, and those who do not repeat it. */
static void run_plain(double bad, unsigned int searches)
{
	for (unsigned int passes = 1;; passes++) {
		unsigned int runs = 0, right = 0;

		for (unsigned int i = 0; i < searches; i++)
			right += bisect_plainly(bad, passes, &runs);
		if (passes == 1)
			printf("linear, fails %.1f on bad, plain bisection: right, %% "
			       "%.3f, %.1f runs\n",
				bad, 100.0 * right / searches, (double)runs / searches);
		if (right < CONFIDENCE * searches)
			continue;
		printf("linear, fails %.1f on bad, each commit until it fails, at most "
		       "%u times: right, %% %.3f, %.1f runs\n",
			bad, passes, 100.0 * right / searches, (double)runs / searches);
		return;
	}
}

int main(void)
{
	static const double rates[] = {0.9, 0.5, 0.2};
	struct graph line, merged;

	make_graph(&line, false);
	make_graph(&merged, true);
	printf("flaky failures: n = %d, confidence %.2f; bound: log2(n) / capacity\n",
		COMMITS, CONFIDENCE);
	for (int i = 0; i < 3; i++)
		run_plain(rates[i], 4000);
	for (int known = 1; known >= 0; known--)
		for (int i = 0; i < 3; i++)
			run("linear", &line, rates[i], 0, known, known ? 4000 : 2000);
	run_drawn(&line, 2000);
	for (int known = 1; known >= 0; known--)
		for (int i = 0; i < 3; i++)
			run("linear", &line, rates[i], 0.02, known, 400);
	for (int known = 1; known >= 0; known--)
		for (int i = 0; i < 3; i++)
			run("merges", &merged, rates[i], 0, known, 40);
	return 0;
}
