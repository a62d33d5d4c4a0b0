// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What it saves to make images ahead: whole bisections by the controller's own code in
 * the simulated lab, with build costs, each with and without. A step takes about 20 s
 * there when the image is there.
 */
#include <math.h>
#include <string.h>

#include "bisect/team/foretell.h"
#include "labs.h"

#define HISTORIES 360
#define LARGE 82000
#define HOSTS 4
#define ARMS 3 /* images made at a time in the background: 0, 1, 2 */

/* Kinds of labs: whether there are images before, and how long one takes. */
enum {
	QUICK, /* no images, a build takes less than a step */
	SLOW,  /* no images, a build takes longer */
	SOME,  /* some images are there, any build */
	GROUPS
};

static const char *const group_names[] = {
	[QUICK] = "no images, builds of 5 to 20 s",
	[SLOW] = "no images, builds of 20 s to 5 min",
	[SOME] = "some images, builds of 5 s to 5 min",
};

struct sums {
	double ratios[GROUPS][HISTORIES];
	size_t n[GROUPS];
	unsigned int orders, used, wasted, wrong;
};

/* A commit costs half to twice the usual. */
static double make_costs(const struct lab *lab, int group, double *costs)
{
	double chance = bench_roll(1000) / 1000.0;
	double usual = group == QUICK  ? 5 * pow(4, chance)
		       : group == SLOW ? 20 * pow(15, chance)
				       : 5 * pow(60, chance);

	for (size_t i = 0; i < lab->history.graph.n; i++) {
		costs[i] = usual * pow(2, bench_roll(2000) / 1000.0 - 1);
		lab->had_image[i] &= group == SOME;
	}
	return usual;
}

static void bisect(struct lab *lab, double *costs, double usual, unsigned int arm,
	struct sums *sums, struct outcome *ret)
{
	bool *ahead = calloc(lab->history.graph.n, sizeof(*ahead));
	struct sim sim;

	if (!ahead)
		exit(1);
	lab_sim(lab, &sim);
	sim.build_seconds = usual;
	sim.build_costs = costs;
	sim.speculate = arm;
	sim.ahead = ahead;
	lab_bisect(lab, &sim, ret);
	sums->orders += sim.orders;
	sums->used += sim.used;
	sums->wasted += ret->wasted;
	sums->wrong += !ret->right;
	free(ahead);
}

static void tell(struct sums *sums, unsigned int arm)
{
	char name[128];

	for (int g = 0; g < GROUPS; g++) {
		snprintf(name, sizeof(name),
			"ahead: %u at a time, %s: time to that without", arm,
			group_names[g]);
		bench_at_most(name, bench_median(sums->ratios[g], sums->n[g]), "", 1);
	}
	snprintf(name, sizeof(name), "ahead: %u at a time, images ordered ahead", arm);
	bench_fact(name, sums->orders, "");
	snprintf(name, sizeof(name), "ahead: %u at a time, those that were used", arm);
	bench_fact(name, 100.0 * sums->used / (sums->orders ? sums->orders : 1), "%");
	snprintf(name, sizeof(name), "ahead: %u at a time, wasted boots", arm);
	bench_at_most(name, sums->wasted, "", 0);
	snprintf(name, sizeof(name), "ahead: %u at a time, wrong culprits", arm);
	bench_at_most(name, sums->wrong, "", 0);
}

/* The same for hosts whose tries cut it evenly. */
static void time_a_look_of_several(const struct prospect *prospect)
{
	struct plan_state state = {.known = prospect->known,
		.prices = prospect->prices,
		.n_steps = HOSTS,
		.typical = 60};
	struct foreseen seen;
	double start = bench_cpu(false);

	for (size_t i = 0; i < HOSTS; i++)
		state.steps[i].commit = LARGE / (HOSTS + 1) * (i + 1);
	if (foretell(&state, prospect->missing, true, &seen) < 0)
		exit(1);
	bench_fact("ahead: a look ahead for 4 hosts, 82000 commits",
		(bench_cpu(false) - start) * 1000, "ms");
}

/* What it costs to look ahead, on a large history. */
static void time_a_look(void)
{
	struct known known = {.bad = LARGE - 1};
	struct prices prices = {.seconds = {60, 60, 120}};
	struct prospect prospect = {.known = &known,
		.prices = &prices,
		.under_way = LARGE / 2,
		.skip = 0.05,
		.confirms = true};
	uint8_t *missing = calloc(LARGE, 1);
	enum mark *marks = calloc(LARGE, sizeof(*marks));
	struct foreseen seen;
	struct graph graph;
	double start;

	if (!missing || !marks)
		exit(1);
	graph_make(&graph, LARGE, true);
	memset(missing, 2, LARGE);
	known.graph = &graph;
	known.marks = marks;
	prices.price_of = prospect.missing = missing;
	start = bench_cpu(false);
	if (foresee(&prospect, &seen) < 0)
		exit(1);
	bench_fact("ahead: a look ahead, 82000 commits",
		(bench_cpu(false) - start) * 1000, "ms");
	time_a_look_of_several(&prospect);
	free(missing);
	free(marks);
	graph_free(&graph);
}

int main(void)
{
	static struct sums sums[ARMS];
	struct lab lab;

	lab_open(&lab, HISTORIES);
	for (unsigned int i = 0; i < HISTORIES; i++) {
		struct outcome outcomes[ARMS];
		double *costs, usual;

		lab_set(&lab, i);
		costs = calloc(lab.history.graph.n, sizeof(*costs));
		if (!costs)
			return 1;
		usual = make_costs(&lab, i % GROUPS, costs);
		for (unsigned int arm = 0; arm < ARMS; arm++) {
			bisect(&lab, costs, usual, arm, &sums[arm], &outcomes[arm]);
			sums[arm].ratios[i % GROUPS][sums[arm].n[i % GROUPS]++] =
				outcomes[arm].seconds / outcomes[0].seconds;
		}
		free(costs);
	}
	time_a_look();
	bench_fact("ahead: bisections, by the controller's own code", HISTORIES, "");
	for (unsigned int arm = 1; arm < ARMS; arm++)
		tell(&sums[arm], arm);
	lab_close(&lab);
	return 0;
}
