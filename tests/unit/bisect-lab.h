/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A history, made by git, and the simulated lab on it; shared by the tests that run whole
 * bisections.
 */
#ifndef TENFOLD_TESTS_BISECT_LAB_H
#define TENFOLD_TESTS_BISECT_LAB_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bisect/run/owner.h"
#include "bisect/run/releases.h"
#include "bisect/run/run.h"
#include "bisect/sim/sim.h"
#include "lib/child.h"
#include "lib/file.h"
#include "tests/unit/unit.h"

#define COMMITS_MAX 32

/*
 * 0 (good end, outside) - 1 - 2 - 3 -------- 7 - 8 - 9(merge) - 10 - ... - 16 (bad end)
 *                                \- 4 - 5 - 6 -------/
 * Names are the subjects; numbers in the graph are found by them.
 */
#define MERGE 9
#define LAST 16

struct fixture {
	char folder[64], log[80];
	struct history history;
	char commits[COMMITS_MAX][IMAGE_COMMIT_TEXT]; /* by name */
	struct strvec goods;
	struct strvec failures; /* --failure */
	unsigned int confirm;   /* --confirm; 0: none */
	unsigned int confidence, end_fails;
	bool cold;
	bool speculates;
	bool find_fix, first_parent;
	const struct releases *releases;  /* --find-good */
	struct past *meanwhile;           /* what others judge */
	enum sim_kind kinds[COMMITS_MAX]; /* by number */
};

static void write_commit(struct buf *b, int i)
{
	int parent = i == 4 ? 3 : i == 7 ? 3 : i - 1;

	buf_addf(b, "commit refs/heads/main\nmark :%d\n", i + 1);
	buf_addf(b, "author A U Thor <a@example.org> %d +0000\n", 1700000000 + i);
	buf_addf(b, "committer A U Thor <a@example.org> %d +0000\n", 1700000000 + i);
	buf_addf(b, "data 2\n%02d\n", i);
	if (i)
		buf_addf(b, "from :%d\n", (i == MERGE ? 8 : parent) + 1);
	if (i == MERGE)
		buf_addf(b, "merge :%d\n", 6 + 1);
	buf_addc(b, '\n');
}

static void git(const char *folder, const char *line, const char *input)
{
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	CLEANUP_BUF struct buf out;

	buf_init(&out, 64 * 1024);
	assert_int_equal(strvec_split(&words, line, NULL), 0);
	spec.argv = words.v;
	spec.cwd = folder;
	spec.input = input;
	spec.out = &out;
	spec.timeout = 60;
	assert_int_equal(child_run(&spec, &result, NULL), 0);
	if (result.exit_code)
		print_error("%s\n", out.data);
	assert_int_equal(result.exit_code, 0);
}

static void read_commits(struct fixture *f)
{
	CLEANUP_BUF struct buf path, marks;
	int mark;

	buf_init(&path, 256);
	buf_init(&marks, 64 * 1024);
	buf_addf(&path, "%s/marks", f->folder);
	assert_int_equal(file_read(path.data, &marks, NULL), 0);
	for (const char *line = marks.data; *line; line = strchr(line, '\n') + 1) {
		char commit[IMAGE_COMMIT_TEXT];

		assert_int_equal(sscanf(line, ":%d %40s", &mark, commit), 2);
		memcpy(f->commits[mark - 1], commit, sizeof(commit));
	}
}

static int make_fixture(void **state)
{
	static struct fixture f;
	CLEANUP_BUF struct buf stream;

	/* each record is fsynced: thousands of them are for memory */
	snprintf(f.folder, sizeof(f.folder), "%s/tenfold-run-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(f.folder));
	snprintf(f.log, sizeof(f.log), "%s/log", f.folder);
	buf_init(&stream, 64 * 1024);
	for (int i = 0; i <= LAST; i++)
		write_commit(&stream, i);
	git(f.folder, "git init -q -b main .", NULL);
	git(f.folder, "git fast-import --quiet --export-marks=marks", stream.data);
	read_commits(&f);
	strvec_add(&f.goods, f.commits[0]);
	assert_int_equal(history_open(&f.history, f.folder, NULL), 0);
	assert_int_equal(history_load(&f.history, &f.goods, f.commits[LAST], NULL), 0);
	assert_int_equal(f.history.graph.n, LAST);
	*state = &f;
	return 0;
}

static int drop_fixture(void **state)
{
	struct fixture *f = *state;

	history_close(&f->history);
	strvec_release(&f->goods);
	strvec_release(&f->failures);
	return dir_remove(f->folder, NULL);
}

static size_t number_of(const struct fixture *f, int name)
{
	size_t number;

	assert_int_equal(history_find(&f->history, f->commits[name], &number), 0);
	return number;
}

static bool is_ancestor(int a, int b)
{
	if (a == b || a <= 3)
		return a <= b;
	if (a >= MERGE || b < MERGE)
		return a <= b && ((a <= 6) == (b <= 6) || b >= MERGE);
	return true;
}

/* All that comes after the culprit is bad; others are good. */
static void set_culprit(struct fixture *f, int culprit)
{
	for (int i = 1; i <= LAST; i++)
		f->kinds[number_of(f, i)] = is_ancestor(culprit, i) ? SIM_BAD : SIM_GOOD;
}

/* What a log begins with. */
static inline void write_start(const struct fixture *f, const char *start)
{
	assert_int_equal(file_write_atomic(f->log, start, strlen(start), 0644, NULL), 0);
}

static void begin(struct fixture *f, struct sim *sim, int culprit)
{
	write_start(f, "git bisect start\n");
	strvec_release(&f->failures);
	f->confirm = 0;
	f->cold = false;
	f->confidence = f->end_fails = 0;
	set_culprit(f, culprit);
	sim_init(sim, &f->history, f->kinds);
}

/* Some candidates that are hard to try. */
static inline void set_hard(struct fixture *f)
{
	f->kinds[number_of(f, 8)] = SIM_HANG;
	f->kinds[number_of(f, MERGE)] = SIM_PANIC_REBOOTS;
	f->kinds[number_of(f, 10)] = SIM_BROKEN;
	f->kinds[number_of(f, 3)] = SIM_PANIC;
}

/* As session_find_good() does: the graph has the whole history already. */
static inline int find_good(
	struct fixture *f, struct run *run, struct strvec *goods, struct err *err)
{
	size_t good;
	int r;

	if (!f->releases)
		return RUN_GOING;
	run->goods = goods;
	r = run_releases(run, f->releases, &good, err);
	if (r == RUN_GOING)
		strvec_add(goods, f->releases->commits.v[good]);
	return r;
}

static const struct limits limits = {.reboot = 20,
	.firmware = 30,
	.grub = 30,
	.first_stage = 30,
	.fetch = 30,
	.kexec = 30};

static inline struct bench make_bench(
	const struct world *world, const struct rules *rules)
{
	return (struct bench){.world = world,
		.rules = rules,
		.drive = {.world = world, .limits = &limits, .poll = 1, .patience = 20}};
}

static inline struct rules make_rules(
	const struct fixture *f, enum verdict on_boot_failure)
{
	return (struct rules){.attempts = 3,
		.on_boot_failure = on_boot_failure,
		.on_timeout = VERDICT_BAD,
		.find_fix = f->find_fix,
		.backoff = 2};
}

/* A run on what the log has by now. */
static inline void open_run(struct fixture *f, struct run *run, struct past *past,
	struct journal *journal, const struct world *world, const struct rules *rules)
{
	struct err err = ERR_INIT;
	int r;

	*past = (struct past){0};
	r = past_load(f->log, past, &err);
	assert_true(r == 0 || r == -ENOENT);
	assert_int_equal(journal_open(journal, f->log, &err), 0);
	run_init(run);
	run->bench = make_bench(world, rules);
	run->history = &f->history;
	run->journal = journal;
	run->past = past;
	run->goods = &f->goods;
	run->failures = &f->failures;
	run->confirm = f->confirm;
	run->cold = f->cold;
	run->first_parent = f->first_parent;
	run->speculates = f->speculates;
	run->confidence = f->confidence;
	run->end_fails = f->end_fails;
	run->bad = f->commits[LAST];
}

/* One controller's life on that lab and log. */
static inline int control(struct fixture *f, struct sim *sim, struct run *run,
	struct past *past, enum verdict on_boot_failure)
{
	struct rules rules = make_rules(f, on_boot_failure);
	struct journal journal = {.fd = -1};
	struct strvec goods = STRVEC_INIT;
	struct err err = ERR_INIT;
	struct world world;
	int r;

	sim_world(sim, &world);
	open_run(f, run, past, &journal, &world, &rules);
	r = find_good(f, run, &goods, &err);
	if (r == RUN_GOING)
		r = run_bisection(run, &err);
	strvec_release(&goods);
	if (r < 0)
		print_error("%s\n", err.text);
	drive_leave(&run->bench.drive);
	if (!sim->die_at || sim->calls < sim->die_at)
		owner_give_back(run);
	journal_close(&journal);
	return r;
}

static inline int run_once(struct fixture *f, struct sim *sim, struct past *past)
{
	struct run run;
	int r = control(f, sim, &run, past, VERDICT_SKIP);

	run_release(&run);
	return r;
}

static inline void assert_judged_once(const struct past *past)
{
	for (size_t i = 0; i < past->n_steps; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(
				past->steps[i].commit, past->steps[j].commit);
}

/* git makes the same of the log: that commit is the first bad one. */
static inline void assert_git_replays(const struct fixture *f, const char *culprit)
{
	CLEANUP_BUF struct buf ref, path;

	buf_init(&ref, 1024);
	buf_init(&path, 1024);
	git(f->folder, "git bisect replay log", NULL);
	buf_addf(&path, "%s/.git/refs/bisect/bad", f->folder);
	assert_int_equal(file_read(path.data, &ref, NULL), 0);
	assert_memory_equal(ref.data, culprit, 40);
}

#endif
