// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Several hosts on a test that does not answer alike each time: rounds of tests side by
 * side until the culprit is named, against one host, and against hosts that all test the
 * one commit that tells most. Rates are not known to anybody.
 */
#include "bisect/choice/beside.h"

#include "bench.h"
#include "graphs.h"

#define COMMITS 16384
#define SEARCHES 100
#define GOOD_PASSES 60
#define ROUNDS_MAX 4000

struct sums {
	unsigned int rounds, tests, right;
	double slowest;
};

static bool fails(bool is_bad, double rate)
{
	return is_bad && bench_roll(1000) < 1000 * rate;
}

/* What was seen at the ends before. */
static void begin(struct belief *b, const struct graph *line, double rate)
{
	struct rates rates;

	rates_unknown(&rates);
	if (belief_init(b, line, NULL, &rates) < 0)
		exit(1);
	for (int i = 0; i < 8;) {
		bool failed = fails(true, rate);

		belief_add(b, COMMITS - 1, failed);
		i += failed;
	}
	for (int i = 0; i < GOOD_PASSES; i++)
		belief_add_good_end(b, false);
}

static void ask(struct belief *b, size_t hosts, bool alike, struct belief_answer *answer,
	struct tries *tries, double *slowest)
{
	const struct belief_goal goal = {.confidence = 0.95, .fails = 2, .doubt = true};
	const struct tries none = {0};
	double start = bench_cpu(false), took;

	if (beside_ask(b, &goal, &none, alike ? 1 : hosts, answer, tries) < 0)
		exit(1);
	took = bench_cpu(false) - start;
	*slowest = took > *slowest ? took : *slowest;
	while (alike && tries->n && tries->n < hosts)
		tries->v[tries->n++] = tries->v[0];
}

static void search(const struct graph *line, double rate, size_t hosts, bool alike,
	struct sums *sums)
{
	size_t culprit = bench_roll(COMMITS);
	CLEANUP_BELIEF struct belief b;
	struct belief_answer answer;
	struct tries tries;

	begin(&b, line, rate);
	for (unsigned int round = 0; round < ROUNDS_MAX; round++) {
		ask(&b, hosts, alike, &answer, &tries, &sums->slowest);
		if (!tries.n)
			break;
		for (size_t i = 0; i < tries.n; i++)
			belief_add(&b, tries.v[i], fails(tries.v[i] >= culprit, rate));
		sums->rounds++;
		sums->tests += tries.n;
	}
	sums->right += answer.kind == BELIEF_SURE && answer.top[0].commit == culprit;
}

static struct sums run(const struct graph *line, double rate, size_t hosts, bool alike)
{
	struct sums sums = {0};

	for (int i = 0; i < SEARCHES; i++)
		search(line, rate, hosts, alike, &sums);
	return sums;
}

static void print(double rate, size_t hosts, const char *how, const struct sums *sums,
	const struct sums *one)
{
	printf("flaky, fails %.1f on bad, %zu host%s%s: %.1f rounds, %.1f tests, right "
	       "%u "
	       "of %d, %.2f x as fast as one\n",
		rate, hosts, hosts == 1 ? "" : "s", how, (double)sums->rounds / SEARCHES,
		(double)sums->tests / SEARCHES, sums->right, SEARCHES,
		(double)one->rounds / sums->rounds);
	fflush(stdout);
}

int main(void)
{
	static const double rates[] = {0.9, 0.5, 0.2};
	struct graph line;
	double slowest = 0;

	graph_make(&line, COMMITS, false);
	for (int i = 0; i < 3; i++) {
		struct sums one = run(&line, rates[i], 1, false);

		print(rates[i], 1, "", &one, &one);
		for (size_t hosts = 2; hosts <= 8; hosts *= 2) {
			struct sums alike = run(&line, rates[i], hosts, true);
			struct sums beside = run(&line, rates[i], hosts, false);

			print(rates[i], hosts, " at one commit", &alike, &one);
			print(rates[i], hosts, "", &beside, &one);
			slowest = beside.slowest > slowest ? beside.slowest : slowest;
		}
	}
	bench_fact("flaky, several hosts: slowest choice, ms of processor",
		1000 * slowest, "");
	graph_free(&line);
	return 0;
}
