// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs.h"

#include <string.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/file.h"

#define COMMITS_MIN 8
#define COMMITS_MAX 200

static void die(const char *what)
{
	fprintf(stderr, "labs: %s\n", what);
	exit(1);
}

static void *array(size_t n, size_t size)
{
	void *v = calloc(n, size);

	if (!v)
		die("no memory");
	return v;
}

static void run_git(const char *folder, const char *line, const char *input)
{
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;

	if (strvec_split(&words, line, NULL) < 0)
		die("no command");
	spec.argv = words.v;
	spec.cwd = folder;
	spec.input = input;
	if (child_run(&spec, &result, NULL) < 0 || result.exit_code)
		die(line);
}

/* Branch hNNN: a good end, which is tag gNNN, and the graph on it. */
static void write_history(struct buf *b, unsigned int number, unsigned int *mark)
{
	struct graph graph;
	unsigned int first = *mark + 1;

	graph_make(
		&graph, COMMITS_MIN + bench_roll(COMMITS_MAX - COMMITS_MIN), number % 2);
	for (uint32_t i = 0; i <= graph.n; i++) {
		buf_addf(b, "commit refs/heads/h%u\nmark :%u\n", number, ++*mark);
		buf_addf(b, "committer A <a@example.org> %u +0000\ndata 2\nxx\n",
			1700000000 + i);
		if (i && graph.first[i - 1] == graph.first[i])
			buf_addf(b, "from :%u\n", first);
		for (uint32_t p = i ? graph.first[i - 1] : 0; i && p < graph.first[i];
			p++)
			buf_addf(b, "%s :%u\n",
				p == graph.first[i - 1] ? "from" : "merge",
				first + 1 + graph.parents[p]);
		buf_addc(b, '\n');
		if (i == 0)
			buf_addf(b, "reset refs/tags/g%u\nfrom :%u\n\n", number, *mark);
	}
	graph_free(&graph);
}

void lab_open(struct lab *lab, unsigned int histories)
{
	CLEANUP_BUF struct buf stream;
	unsigned int mark = 0;

	*lab = (struct lab){0};
	/* each record is fsynced: thousands of them are for memory */
	snprintf(lab->folder, sizeof(lab->folder), "%s/tenfold-bench-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(lab->folder))
		die("no folder");
	snprintf(lab->log, sizeof(lab->log), "%s/log", lab->folder);
	buf_init(&stream, 64 * 1024 * 1024);
	for (unsigned int i = 0; i < histories; i++)
		write_history(&stream, i, &mark);
	if (buf_check(&stream) < 0)
		die("no memory");
	run_git(lab->folder, "git init -q --bare .", NULL);
	run_git(lab->folder, "git fast-import --quiet", stream.data);
}

static void forget(struct lab *lab)
{
	if (lab->history.repo)
		history_close(&lab->history);
	strvec_release(&lab->goods);
	free(lab->kinds);
	free(lab->image_of);
	free(lab->has_image);
	free(lab->had_image);
	free(lab->booted);
}

void lab_close(struct lab *lab)
{
	forget(lab);
	dir_remove(lab->folder, NULL);
}

/* Its first parent; itself if it has none. */
static size_t parent_of(const struct graph *g, size_t i)
{
	return g->first[i] < g->first[i + 1] ? g->parents[g->first[i]] : i;
}

static bool may_share(const struct lab *lab, size_t i)
{
	uint32_t owner = lab->image_of[i];
	enum sim_kind kind = owner == SIM_OUTSIDE ? SIM_GOOD : lab->kinds[owner];

	return i != lab->culprit && kind == lab->kinds[i];
}

/* Runs of commits that nothing can notice, some that undo the one before, and some at the
 * beginning that have the good end's image. */
static void share_images(struct lab *lab)
{
	const struct graph *g = &lab->history.graph;
	unsigned int often = bench_roll(8);

	for (size_t i = 0; i < g->n; i++) {
		size_t parent = parent_of(g, i), before = parent_of(g, parent);

		lab->image_of[i] = i;
		if (i == parent && bench_roll(3) == 0)
			lab->image_of[i] = SIM_OUTSIDE;
		else if (bench_roll(10) < often)
			lab->image_of[i] = lab->image_of[parent];
		else if (bench_roll(20) == 0)
			lab->image_of[i] = lab->image_of[before];
		if (!may_share(lab, i))
			lab->image_of[i] = i;
	}
}

/* Some do not build, in runs; the ends do. Those share no image. */
static void break_builds(struct lab *lab)
{
	size_t n = lab->history.graph.n, left = 0;
	unsigned int often = bench_roll(3);

	for (size_t i = 0; i + 1 < n; i++) {
		if (!left && bench_roll(60) < often)
			left = 1 + bench_roll(6);
		if (left && i != lab->culprit) {
			lab->kinds[i] = SIM_BROKEN;
			lab->image_of[i] = i;
		}
		left -= left > 0;
	}
	for (size_t i = 0; i < n; i++)
		if (lab->image_of[i] < n && lab->kinds[lab->image_of[i]] == SIM_BROKEN)
			lab->image_of[i] = i;
}

static void load_range(struct lab *lab, unsigned int number)
{
	struct history *h = &lab->history;
	char name[32];

	snprintf(name, sizeof(name), "g%u", number);
	if (history_open(h, lab->folder, NULL) < 0)
		die("no repository");
	if (history_resolve(h, name, lab->bad, NULL) < 0)
		die("no good end");
	strvec_add(&lab->goods, lab->bad);
	snprintf(name, sizeof(name), "h%u", number);
	if (history_resolve(h, name, lab->bad, NULL) < 0 ||
		history_load(h, &lab->goods, lab->bad, NULL) < 0)
		die("no range");
}

void lab_set(struct lab *lab, unsigned int number)
{
	unsigned int there = bench_roll(101);
	uint8_t *is_bad;
	size_t n;

	forget(lab);
	load_range(lab, number);
	n = lab->history.graph.n;
	lab->kinds = array(n, sizeof(*lab->kinds));
	lab->image_of = array(n, sizeof(*lab->image_of));
	lab->has_image = array(n, sizeof(bool));
	lab->had_image = array(n, sizeof(bool));
	lab->booted = array(n + 1, sizeof(bool));
	is_bad = array(n, 1);
	lab->culprit = bench_roll(n);
	graph_set_bad(&lab->history.graph, lab->culprit, is_bad);
	for (size_t i = 0; i < n; i++)
		lab->kinds[i] = is_bad[i] ? SIM_BAD : SIM_GOOD;
	free(is_bad);
	share_images(lab);
	break_builds(lab);
	for (size_t i = 0; i < n; i++)
		lab->had_image[i] = bench_roll(100) < there;
}

void lab_sim(struct lab *lab, struct sim *sim)
{
	size_t n = lab->history.graph.n;

	sim_init(sim, &lab->history, lab->kinds);
	sim->image_of = lab->image_of;
	sim->has_image = memcpy(lab->has_image, lab->had_image, n * sizeof(bool));
	sim->booted = memset(lab->booted, 0, (n + 1) * sizeof(bool));
}

static bool is_right(const struct lab *lab, const struct run *run, int end)
{
	const char *culprit = lab->history.commits[lab->culprit];

	if (end == RUN_FOUND)
		return !strcmp(run->past->culprit, culprit);
	return end == RUN_ONLY_SKIPPED && strstr(run->words.data, culprit);
}

void lab_bisect(struct lab *lab, struct sim *sim, struct outcome *ret)
{
	static const struct limits limits = {30, 30, 30, 30, 30, 30};
	static const char start[] = "git bisect start\n";
	const struct rules rules = {.attempts = 1,
		.on_boot_failure = VERDICT_SKIP,
		.on_timeout = VERDICT_BAD};
	CLEANUP_PAST struct past past = {0};
	struct journal journal = {.fd = -1};
	struct err err = ERR_INIT;
	struct world world;
	struct run run;
	int end;

	if (file_write_atomic(lab->log, start, strlen(start), 0644, NULL) < 0 ||
		journal_open(&journal, lab->log, NULL) < 0)
		die("no log");
	sim_world(sim, &world);
	run_init(&run);
	run.bench = (struct bench){.world = &world,
		.rules = &rules,
		.drive = {.world = &world, .limits = &limits, .poll = 1, .patience = 20}};
	run.history = &lab->history;
	run.journal = &journal;
	run.past = &past;
	run.goods = &lab->goods;
	run.bad = lab->bad;
	run.speculates = sim->speculate > 0;
	end = run_bisection(&run, &err);
	*ret = (struct outcome){.right = is_right(lab, &run, end),
		.boots = sim->boots_made,
		.wasted = sim->wasted,
		.builds = sim->builds,
		.seconds = sim->now};
	run_release(&run);
	journal_close(&journal);
}
