// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bisections on 1 to 8 hosts, simulated, each decision by plan_make(): rounds when all
 * hosts go in step, against ceil(log_{k+1}) of the distinct images; and the time when no
 * host waits for all others, against that of rounds, where steps take from half to one
 * and a half times the usual.
 */
#include <math.h>
#include <string.h>

#include "bisect/team/plan.h"
#include "graphs.h"

#define BISECTIONS 1000
#define TIMED 200 /* of them also by the clock */
#define HOSTS_MAX 8
#define COMMITS_MIN 24
#define COMMITS_MAX 1500

enum shape {
	LINE,
	IMAGES, /* a line where two commits of three have their parent's image */
	MERGES,
	SHAPES
};

static const char *const shape_names[SHAPES] = {"a line", "shared images", "merges"};

struct lab {
	struct graph graph;
	enum mark *marks;
	uint8_t *is_bad;
	uint32_t *image_of;
	double *seconds; /* of a step, by commit; 1 on average */
	size_t distinct; /* images */
	size_t culprit;
	struct known known;
};

static void make_images(struct lab *lab, enum shape shape)
{
	lab->distinct = 0;
	for (size_t i = 0; i < lab->graph.n; i++) {
		bool is_own = shape != IMAGES || !i || bench_roll(3) == 0;

		lab->image_of[i] = is_own ? i : lab->image_of[i - 1];
		lab->distinct += is_own;
	}
	/* who shares its parent's image cannot be the first bad one */
	while (lab->image_of[lab->culprit] != lab->culprit)
		lab->culprit--;
}

static void make_lab(struct lab *lab, enum shape shape)
{
	uint32_t n = COMMITS_MIN + bench_roll(COMMITS_MAX - COMMITS_MIN);

	graph_make(&lab->graph, n, shape == MERGES);
	lab->marks = calloc(n, sizeof(*lab->marks));
	lab->image_of = calloc(n, sizeof(*lab->image_of));
	lab->seconds = calloc(n, sizeof(*lab->seconds));
	lab->is_bad = calloc(n, 1);
	if (!lab->marks || !lab->is_bad || !lab->image_of || !lab->seconds)
		exit(1);
	for (uint32_t i = 0; i < n; i++)
		lab->seconds[i] = 0.5 + bench_roll(1000) / 1000.0;
	lab->culprit = bench_roll(n);
	make_images(lab, shape);
	graph_set_bad(&lab->graph, lab->culprit, lab->is_bad);
	lab->known = (struct known){.graph = &lab->graph,
		.marks = lab->marks,
		.bad = n - 1,
		.image_of = lab->image_of};
}

static void free_lab(struct lab *lab)
{
	graph_free(&lab->graph);
	free(lab->marks);
	free(lab->is_bad);
	free(lab->image_of);
	free(lab->seconds);
}

static void begin_again(struct lab *lab)
{
	memset(lab->marks, 0, lab->graph.n * sizeof(*lab->marks));
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

static void make_plan(struct plan_state *state, struct plan *ret_plan)
{
	if (plan_make(state, ret_plan) < 0)
		exit(1);
}

/* Each round takes as long as its longest step. */
static unsigned int in_rounds(struct lab *lab, size_t hosts, double *ret_time)
{
	unsigned int rounds = 0;

	*ret_time = 0;
	for (; !is_over(lab); rounds++) {
		struct plan_state state = {.known = &lab->known, .n_idle = hosts};
		struct plan plan;
		double longest = 0;

		make_plan(&state, &plan);
		if (!plan.tries.n)
			exit(1);
		for (size_t i = 0; i < plan.tries.n; i++) {
			double step = lab->seconds[plan.tries.v[i]];

			longest = step > longest ? step : longest;
			judge(lab, plan.tries.v[i]);
		}
		*ret_time += longest;
	}
	return rounds;
}

/* The hosts of a bisection where nobody waits for all the others. */
struct team {
	struct {
		bool busy;
		size_t commit;
		double began, due;
	} hosts[HOSTS_MAX];
	size_t n;
	double now;
};

/* As bisect/team/team.c does; when news comes at the latest. */
static double hand_out(struct lab *lab, struct team *team)
{
	struct plan_state state = {.known = &lab->known, .typical = 1};
	size_t whose[HOSTS_MAX], next = 0;
	struct plan plan;
	bool any = false;

	for (size_t i = 0; i < team->n; i++) {
		if (!team->hosts[i].busy) {
			state.n_idle++;
			continue;
		}
		whose[state.n_steps] = i;
		state.steps[state.n_steps++] =
			(struct plan_step){.commit = team->hosts[i].commit,
				.age = team->now - team->hosts[i].began};
	}
	make_plan(&state, &plan);
	for (size_t i = 0; i < team->n && next < plan.tries.n; i++) {
		if (team->hosts[i].busy)
			continue;
		team->hosts[i].busy = true;
		team->hosts[i].commit = plan.tries.v[next++];
		team->hosts[i].began = team->now;
		team->hosts[i].due = team->now + lab->seconds[team->hosts[i].commit];
	}
	/* who broke a step off comes back at once */
	for (size_t i = 0; i < state.n_steps; i++) {
		team->hosts[whose[i]].busy = !plan.drop[i];
		any |= plan.drop[i];
	}
	if (any)
		return team->now;
	return plan.wait > 0 ? team->now + plan.wait : INFINITY;
}

static double side_by_side(struct lab *lab, size_t hosts)
{
	struct team team = {.n = hosts};

	while (!is_over(lab)) {
		double until = hand_out(lab, &team), first = INFINITY;
		size_t which = 0;

		for (size_t i = 0; i < hosts; i++) {
			if (team.hosts[i].busy && team.hosts[i].due < first) {
				first = team.hosts[i].due;
				which = i;
			}
		}
		team.now = first < until ? first : until;
		if (first >= until)
			continue;
		team.hosts[which].busy = false;
		judge(lab, team.hosts[which].commit);
	}
	return team.now;
}

static void measure(size_t hosts, enum shape shape)
{
	double time = 0, time_in_rounds = 0, rounds = 0, least = 0;
	int over = -100;
	char name[96];

	for (int i = 0; i < BISECTIONS; i++) {
		unsigned int ideal, took;
		struct lab lab;
		double seconds;

		make_lab(&lab, shape);
		ideal = (unsigned int)ceil(log2(lab.distinct) / log2(hosts + 1) - 1e-9);
		took = in_rounds(&lab, hosts, &seconds);
		over = (int)took - (int)ideal > over ? (int)took - (int)ideal : over;
		rounds += took;
		least += log2(lab.distinct) / log2(hosts + 1);
		if (i < TIMED) {
			time_in_rounds += seconds;
			begin_again(&lab);
			time += side_by_side(&lab, hosts);
		}
		free_lab(&lab);
	}
	snprintf(name, sizeof(name), "hosts: %zu, %s, most rounds above ceil(log)", hosts,
		shape_names[shape]);
	bench_at_most(name, over, "", shape == MERGES);
	snprintf(name, sizeof(name), "hosts: %zu, %s, time against rounds", hosts,
		shape_names[shape]);
	bench_at_most(name, time / time_in_rounds, "", 1);
	printf("hosts: %zu, %s, means: %.2f rounds (log_%zu n is %.2f); time in steps, "
	       "in rounds %.2f, side by side %.2f\n",
		hosts, shape_names[shape], rounds / BISECTIONS, hosts + 1,
		least / BISECTIONS, time_in_rounds / TIMED, time / TIMED);
	fflush(stdout);
}

int main(void)
{
	for (int shape = 0; shape < SHAPES; shape++)
		for (size_t hosts = 1; hosts <= HOSTS_MAX; hosts++)
			measure(hosts, shape);
	return 0;
}
