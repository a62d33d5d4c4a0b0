// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bisect-split REPO REV: the best split of a long history, by git and by tenfold, one
 * after the other, several times; then each answer of a whole bisection, and shapes that
 * are hard.
 */
#include "bisect/choice/choose.h"
#include "bisect/git/history.h"
#include "graphs.h"
#include "lib/child.h"

#define ROUNDS 3
#define HARD 82000

static double ask_git(const char *repo, const char *rev, char ret[IMAGE_COMMIT_TEXT])
{
	char *argv[] = {
		"git", "-C", (char *)repo, "rev-list", "--bisect", (char *)rev, NULL};
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	CLEANUP_BUF struct buf out;
	double start = bench_cpu(true);

	buf_init(&out, 4096);
	spec.argv = argv;
	spec.out = &out;
	if (child_run(&spec, &result, NULL) < 0 || result.exit_code)
		exit(1);
	snprintf(ret, IMAGE_COMMIT_TEXT, "%s", out.data);
	return bench_cpu(true) - start;
}

static double ask_us(const struct known *known, struct choice *ret_choice)
{
	double start = bench_cpu(false);

	if (choose(known, NULL, ret_choice) < 0)
		exit(1);
	return bench_cpu(false) - start;
}

/* Weight of the smaller side at that commit. */
static size_t smaller_side(const struct known *known, size_t commit)
{
	struct known below = {
		.graph = known->graph, .marks = known->marks, .bad = commit};
	CLEANUP_RANGE struct range all = {0}, range = {0};

	if (range_make(known, &all) < 0 || range_make(&below, &range) < 0)
		exit(1);
	return range.total < all.total - range.total ? range.total
						     : all.total - range.total;
}

static void against_git(const char *repo, const char *rev, const struct history *h,
	const struct known *known)
{
	double git[ROUNDS], ours[ROUNDS];
	char commit[IMAGE_COMMIT_TEXT];
	struct choice choice;
	size_t number;

	for (int i = 0; i < ROUNDS; i++) {
		git[i] = ask_git(repo, rev, commit);
		ours[i] = ask_us(known, &choice);
	}
	if (history_find(h, commit, &number) < 0)
		exit(1);
	bench_fact("split: commits", choice.candidates, "");
	bench_fact("split: smaller side, git", smaller_side(known, number), "");
	bench_at_least("split: smaller side, tenfold", smaller_side(known, choice.commit),
		"", smaller_side(known, number));
	bench_fact("split: git rev-list --bisect", bench_median(git, ROUNDS), "s");
	bench_fact("split: tenfold", bench_median(ours, ROUNDS) * 1000, "ms");
	bench_at_least("split: times faster than git",
		bench_median(git, ROUNDS) / bench_median(ours, ROUNDS), "", 100);
}

/* Answers until the end; the slowest choice after an answer. */
static double slowest_answer(struct known *known, enum mark *marks, const uint8_t *is_bad)
{
	struct choice choice;
	double slowest = 0;

	for (;;) {
		double seconds = ask_us(known, &choice);

		slowest = seconds > slowest ? seconds : slowest;
		if (choice.kind != CHOICE_TRY)
			return slowest;
		marks[choice.commit] = is_bad[choice.commit] ? MARK_BAD : MARK_GOOD;
	}
}

static double slowest_of(const struct graph *g, unsigned int bisections)
{
	double slowest = 0;

	for (unsigned int i = 0; i < bisections; i++) {
		CLEANUP_FREE enum mark *marks = calloc(g->n, sizeof(*marks));
		CLEANUP_FREE uint8_t *is_bad = calloc(g->n, 1);
		struct known known = {.graph = g, .marks = marks, .bad = g->n - 1};
		double seconds;

		if (!marks || !is_bad)
			exit(1);
		graph_set_bad(g, bench_roll(g->n), is_bad);
		is_bad[g->n - 1] = 1;
		seconds = slowest_answer(&known, marks, is_bad);
		slowest = seconds > slowest ? seconds : slowest;
	}
	return slowest;
}

static void hard_shapes(void)
{
	for (const struct graph_shape *shape = graph_shapes; shape->name; shape++) {
		struct graph g;
		char name[80];

		graph_make_shape(&g, shape, HARD);
		snprintf(name, sizeof(name), "split: slowest answer, %d commits, %s",
			HARD, shape->name);
		bench_at_most(name, slowest_of(&g, 3) * 1000, "ms", 50);
		graph_free(&g);
	}
}

int main(int argc, char **argv)
{
	struct history h;
	struct err err = ERR_INIT;
	struct strvec goods = STRVEC_INIT;
	char bad[IMAGE_COMMIT_TEXT];
	struct known known;
	double start = bench_cpu(false);

	if (argc != 3 || history_open(&h, argv[1], &err) < 0 ||
		history_resolve(&h, argv[2], bad, &err) < 0 ||
		history_load(&h, &goods, bad, &err) < 0) {
		fprintf(stderr, "bisect-split: %s\n", err.text);
		return 1;
	}
	bench_fact("split: the history read, once a run", bench_cpu(false) - start, "s");
	known = (struct known){.graph = &h.graph,
		.marks = calloc(h.graph.n, sizeof(enum mark)),
		.bad = h.graph.n - 1};
	if (!known.marks)
		return 1;
	against_git(argv[1], argv[2], &h, &known);
	bench_at_most("split: slowest answer, this history",
		slowest_of(&h.graph, 10) * 1000, "ms", 50);
	hard_shapes();
	history_close(&h);
	return 0;
}
