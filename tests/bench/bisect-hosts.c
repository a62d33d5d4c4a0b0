// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bisections on 1 to 8 hosts, simulated: rounds when all hosts go in step, against
 * ceil(log_{k+1} n); and the time when each host goes on as soon as it is idle and
 * steps take from half to one and a half times the usual.
 */
#include <math.h>

#include "bisect/choice/several.h"
#include "graphs.h"

#define BISECTIONS 1000
#define HOSTS_MAX 8
#define COMMITS_MIN 24
#define COMMITS_MAX 1500

struct lab {
	struct graph graph;
	enum mark *marks;
	uint8_t *is_bad;
	size_t culprit;
	struct known known;
};

static void make_lab(struct lab *lab, bool merges)
{
	uint32_t n = COMMITS_MIN + bench_roll(COMMITS_MAX - COMMITS_MIN);

	graph_make(&lab->graph, n, merges);
	lab->marks = calloc(n, sizeof(*lab->marks));
	lab->is_bad = calloc(n, 1);
	if (!lab->marks || !lab->is_bad)
		exit(1);
	lab->culprit = bench_roll(n);
	graph_set_bad(&lab->graph, lab->culprit, lab->is_bad);
	lab->known =
		(struct known){.graph = &lab->graph, .marks = lab->marks, .bad = n - 1};
}

static void free_lab(struct lab *lab)
{
	graph_free(&lab->graph);
	free(lab->marks);
	free(lab->is_bad);
}

static void judge(struct lab *lab, size_t commit)
{
	lab->marks[commit] = lab->is_bad[commit] ? MARK_BAD : MARK_GOOD;
}

static bool is_over(struct lab *lab)
{
	struct choice choice;

	if (choose(&lab->known, NULL, &choice) < 0)
		exit(1);
	if (choice.kind == CHOICE_TRY)
		return false;
	if (choice.kind != CHOICE_FOUND || choice.commit != lab->culprit) {
		fprintf(stderr, "bisect-hosts: a wrong culprit\n");
		exit(1);
	}
	return true;
}

static void more(struct lab *lab, const struct tries *under_way, size_t wanted,
	struct tries *ret_tries)
{
	if (choose_several(&lab->known, NULL, under_way, wanted, ret_tries) < 0)
		exit(1);
}

/* What a step takes; 1 on average. */
static double step_time(void)
{
	return 0.5 + bench_roll(1000) / 1000.0;
}

/* Each round takes as long as its longest step. */
static unsigned int in_step(struct lab *lab, size_t hosts, double *time)
{
	unsigned int rounds = 0;

	for (; !is_over(lab); rounds++) {
		struct tries none = {0}, tries;
		double longest = 0;

		more(lab, &none, hosts, &tries);
		if (!tries.n)
			exit(1);
		for (size_t i = 0; i < tries.n; i++) {
			double step = step_time();

			longest = step > longest ? step : longest;
			judge(lab, tries.v[i]);
		}
		*time += longest;
	}
	return rounds;
}

/* Time until the culprit is known, where no host waits for another. */
static double side_by_side(struct lab *lab, size_t hosts)
{
	struct tries running = {0}, fresh;
	double due[HOSTS_MAX] = {0}, now = 0;

	while (!is_over(lab)) {
		size_t next = 0;

		more(lab, &running, hosts - running.n, &fresh);
		for (size_t i = 0; i < fresh.n; i++) {
			due[running.n] = now + step_time();
			running.v[running.n++] = fresh.v[i];
		}
		for (size_t i = 1; i < running.n; i++)
			next = due[i] < due[next] ? i : next;
		now = due[next];
		judge(lab, running.v[next]);
		running.v[next] = running.v[--running.n];
		due[next] = due[running.n];
	}
	return now;
}

static void measure(size_t hosts, bool merges)
{
	double time = 0, time_in_step = 0, rounds = 0, least = 0;
	int over = -100;
	char name[96];

	for (int i = 0; i < BISECTIONS; i++) {
		struct lab lab;
		unsigned int ideal, took;

		make_lab(&lab, merges);
		ideal = (unsigned int)ceil(log2(lab.graph.n) / log2(hosts + 1) - 1e-9);
		took = in_step(&lab, hosts, &time_in_step);
		over = (int)took - (int)ideal > over ? (int)took - (int)ideal : over;
		rounds += took;
		least += log2(lab.graph.n) / log2(hosts + 1);
		for (size_t c = 0; c < lab.graph.n; c++)
			lab.marks[c] = MARK_NONE;
		time += side_by_side(&lab, hosts);
		free_lab(&lab);
	}
	snprintf(name, sizeof(name), "hosts: %zu, %s, most rounds above ceil(log)", hosts,
		merges ? "merges" : "a line");
	bench_at_most(name, over, "", merges);
	printf("hosts: %zu, %s, means: %.2f rounds (log_%zu n is %.2f); time in steps, "
	       "in rounds %.2f, each at once %.2f\n",
		hosts, merges ? "merges" : "a line", rounds / BISECTIONS, hosts + 1,
		least / BISECTIONS, time_in_step / BISECTIONS, time / BISECTIONS);
	fflush(stdout);
}

int main(void)
{
	for (int merges = 0; merges < 2; merges++)
		for (size_t hosts = 1; hosts <= HOSTS_MAX; hosts++)
			measure(hosts, merges);
	return 0;
}
