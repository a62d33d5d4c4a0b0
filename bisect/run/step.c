// SPDX-License-Identifier: GPL-2.0-or-later
#include "step.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "share.h"

static double now(struct bench *bench)
{
	return bench->world->clock->now(bench->world->clock_ctx);
}

static void phase(struct bench *bench, const char *text)
{
	bench->world->view->phase(bench->world->view_ctx, text);
}

enum step_end step_judge_test(const struct rules *rules, const struct test_result *test,
	bool lost, enum verdict *ret_verdict, char *ret_why, size_t size)
{
	if (test->timed_out || (lost && test->exit_code != 0)) {
		*ret_verdict = rules->on_timeout;
		snprintf(ret_why, size, "%s the test, which %s",
			lost ? "the host went down during" : "no end of", test->words);
		return STEP_JUDGED;
	}
	if (lost) {
		snprintf(ret_why, size,
			"the test passed, but the host no longer ran the image at its "
			"end");
		return STEP_LAB;
	}
	snprintf(ret_why, size, "the test %s", test->words);
	if (test->exit_code < 0 || test->exit_code >= 128)
		return STEP_ABORT;
	*ret_verdict = test->exit_code == 0     ? VERDICT_GOOD
		       : test->exit_code == 125 ? VERDICT_SKIP
						: VERDICT_BAD;
	return STEP_JUDGED;
}

static enum step_end judged(struct step *step, enum verdict verdict, const char *why)
{
	step->verdict = verdict;
	snprintf(step->why, sizeof(step->why), "%s", why);
	return STEP_JUDGED;
}

static enum step_end failed(struct step *step, int r, const char *why)
{
	snprintf(step->why, sizeof(step->why), "%.380s", why);
	return r == -EINTR ? STEP_STOPPED : STEP_LAB;
}

static void look_ahead(struct bench *bench, const struct step *step)
{
	if (bench->look_ahead)
		bench->look_ahead(bench->ctx, step);
}

struct look_out {
	const char *commit;
	bool coming;
};

static void see_coming(void *ctx, const char *commit, double since)
{
	struct look_out *l = ctx;

	/* what was begun just now was begun for this step */
	l->coming |= since > 1 && !strcmp(commit, l->commit);
}

static bool is_coming(struct bench *bench, const char *commit)
{
	const struct world *w = bench->world;
	struct look_out l = {.commit = commit};

	w->builder->coming(w->builder_ctx, see_coming, &l);
	return l.coming;
}

/* Has the image: STEP_JUDGED with skip when there cannot be one. *ret_there tells. */
static enum step_end have_image(struct bench *bench, struct step *step,
	struct candidate *candidate, bool *ret_there)
{
	const struct world *w = bench->world;
	struct err err = ERR_INIT;
	double start;
	int r = w->builder->find(w->builder_ctx, step->commit, candidate, &err);

	*ret_there = r == 0;
	if (r == 0)
		return STEP_JUDGED;
	if (r == -ENOEXEC)
		return judged(step, VERDICT_SKIP, "it does not build (known before)");
	if (r != -ENOENT)
		return failed(step, r, err.text);
	look_ahead(bench, step);
	phase(bench, is_coming(bench, step->commit)
			     ? "waiting for its image, which is being made"
			     : "building");
	start = now(bench);
	r = w->builder->build(w->builder_ctx, step->commit, &err);
	if (step->cost.seconds[COST_BUILD] < 0)
		step->cost.seconds[COST_BUILD] = 0;
	step->cost.seconds[COST_BUILD] += now(bench) - start;
	if (r == -ENOEXEC)
		return judged(step, VERDICT_SKIP, "it does not build");
	if (r < 0)
		return failed(step, r, err.text);
	r = w->builder->find(w->builder_ctx, step->commit, candidate, &err);
	*ret_there = r == 0;
	return r == 0 ? STEP_JUDGED : failed(step, r, err.text);
}

/* True if the image was judged before, on another commit: then that is the verdict. */
static bool take_over(struct bench *bench, struct step *step)
{
	const struct step *other;

	if (!bench->shared)
		return false;
	if (bench->refresh_shared)
		bench->refresh_shared(bench->ctx);
	other = share_find(bench->shared, bench->world, step->commit);
	if (!other)
		return false;
	share_take(step, other);
	return true;
}

/* What the console tells of a failure: all of it for patterns given by hand, and the
 * lines of trouble behind `from`. */
static void look_at_console(struct bench *bench, off_t from)
{
	const struct world *w = bench->world;
	struct failure *failure = &bench->failure;
	CLEANUP_BUF struct buf tail;

	buf_init(&tail, failure->text.max);
	w->machine->console_text(w->machine_ctx, -1, &failure->text);
	w->machine->console_text(w->machine_ctx, from, &tail);
	console_lines(tail.data, &failure->lines);
}

/* A failure other than the one that is looked for says nothing of it. */
static void count_only_this(struct bench *bench, struct step *step)
{
	const struct signature *wanted = bench->signature;
	CLEANUP_BUF struct buf b;

	buf_init(&b, sizeof(step->why) - 1);
	if (step->verdict != VERDICT_BAD || !wanted || signature_is_empty(wanted) ||
		signature_matches(wanted, &bench->failure))
		return;
	buf_addf(&b, "another failure: %.150s; looked for is ", step->why);
	signature_describe(wanted, &b);
	step->verdict = VERDICT_SKIP;
	step->another = true;
	snprintf(step->why, sizeof(step->why), "%s", b.data);
}

/* From "it fails" and "it passes" to the newer and the older state. */
static void settle(struct bench *bench, struct step *step)
{
	count_only_this(bench, step);
	if (!bench->rules->find_fix || step->verdict == VERDICT_SKIP)
		return;
	step->verdict = step->verdict == VERDICT_BAD ? VERDICT_GOOD : VERDICT_BAD;
}

static enum step_end boot_failed(
	struct bench *bench, struct step *step, const struct trip *trip)
{
	struct failure *failure = &bench->failure;

	failure->kind = trip->failure;
	look_at_console(bench, -1);
	failure->stage = console_stage(failure->text.data);
	/* which of the two was seen first is chance */
	if (failure->kind == FAILURE_HANG &&
		strstr(failure->text.data, "Kernel panic - not syncing"))
		failure->kind = FAILURE_PANIC;
	judged(step, bench->rules->on_boot_failure, trip->why);
	settle(bench, step);
	return STEP_JUDGED;
}

static void see_test(struct bench *bench, struct test_result *test, bool lost, off_t from)
{
	struct failure *failure = &bench->failure;

	failure->cases = test->failed;
	failure->exit_code = test->exit_code;
	failure->kind = lost                   ? FAILURE_DIED
			: test->timed_out      ? FAILURE_TIMEOUT
			: test->exit_code == 0 ? FAILURE_NONE
					       : FAILURE_TEST;
	look_at_console(bench, from);
}

static enum step_end test_it(struct bench *bench, struct step *step,
	const struct candidate *candidate, const struct trip *trip)
{
	const struct world *w = bench->world;
	struct test_result test = {0};
	off_t console;
	struct err err = ERR_INIT;
	enum step_end end;
	bool lost;
	int r;

	drive_listen(&bench->drive, trip->boot);
	console = w->machine->console_end(w->machine_ctx);
	phase(bench, "testing");
	r = w->tester->run(
		w->tester_ctx, step->number, candidate, trip->boot, &test, &err);
	if (r < 0) {
		snprintf(step->why, sizeof(step->why), "%.380s", err.text);
		return r == -EINTR ? STEP_STOPPED : STEP_ABORT;
	}
	step->exit_code = test.exit_code;
	bench->drive.by_reset = test.timed_out || test.exit_code < 0;
	step->cost.seconds[COST_TEST] = test.seconds;
	r = drive_lost_host(&bench->drive, trip->boot, &lost, &err);
	if (r < 0)
		return failed(step, r, err.text);
	see_test(bench, &test, lost, console);
	end = step_judge_test(
		bench->rules, &test, lost, &step->verdict, step->why, sizeof(step->why));
	if (end == STEP_JUDGED)
		settle(bench, step);
	return end;
}

static void take_trip(struct step *step, const struct trip *trip)
{
	snprintf(step->boot, sizeof(step->boot), "%s", trip->boot);
	step->warm = trip->warm;
	for (int i = COST_FIRMWARE; i < COST_TEST; i++)
		step->cost.seconds[i] = trip->cost.seconds[i];
}

static enum step_end attempt(struct bench *bench, struct step *step)
{
	const struct world *w = bench->world;
	struct candidate candidate = {0};
	enum trip_end trip_end;
	enum step_end end;
	struct trip trip;
	bool there;

	failure_release(&bench->failure);
	end = have_image(bench, step, &candidate, &there);
	if (!there || take_over(bench, step))
		return end;
	look_ahead(bench, step);
	step->attempts++;
	if (drive_host(&bench->drive, &candidate, &trip, &trip_end) < 0)
		return failed(step, -EINTR, "interrupted");
	take_trip(step, &trip);
	snprintf(step->release, sizeof(step->release), "%s", candidate.release);
	if (trip_end == TRIP_LAB)
		end = failed(step, -EIO, trip.why);
	else if (trip_end == TRIP_KERNEL)
		end = boot_failed(bench, step, &trip);
	else
		end = test_it(bench, step, &candidate, &trip);
	w->machine->console_keep(w->machine_ctx, step->number);
	return end;
}

static int rest(struct bench *bench, const struct step *step, unsigned int tried)
{
	const struct world *w = bench->world;
	char line[512];

	snprintf(line, sizeof(line), "no verdict, the lab's fault: %s", step->why);
	w->view->say(w->view_ctx, line);
	if (tried == bench->rules->attempts)
		return 0;
	phase(bench, "waiting before the next attempt");
	return w->clock->wait(w->clock_ctx, bench->rules->backoff * (1u << (tried - 1)));
}

enum step_end step_run(struct bench *bench, struct step *step)
{
	unsigned int resets = bench->drive.resets;
	bool by_reset = bench->drive.by_reset;
	enum step_end end = STEP_LAB;
	double start = now(bench);
	int r;

	step->exit_code = -1;
	cost_init(&step->cost);
	for (unsigned int i = 1; end == STEP_LAB && i <= bench->rules->attempts; i++) {
		bench->drive.by_reset |= by_reset; /* of each attempt */
		end = attempt(bench, step);
		if (end != STEP_LAB)
			break;
		if (bench->on_lab_fault)
			bench->on_lab_fault(bench->ctx, step, step->why);
		r = rest(bench, step, i);
		if (r < 0)
			end = failed(step, r, "interrupted");
	}
	step->resets = bench->drive.resets - resets;
	step->cost.seconds[COST_TOTAL] = now(bench) - start;
	clock_iso(bench->world->clock->wall(bench->world->clock_ctx), step->finished);
	return end;
}
