// SPDX-License-Identifier: GPL-2.0-or-later
#include "builder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

/* Whose image a commit has: its own, or that of another; n: the good end's. */
static size_t owner_of(const struct sim *sim, const char *commit)
{
	const struct history *h = sim->history;
	size_t number;

	if (history_find(h, commit, &number) < 0)
		return h->graph.n;
	if (!sim->image_of || sim->image_of[number] == IMAGE_OWN)
		return number;
	return sim->image_of[number] == SIM_OUTSIDE ? h->graph.n : sim->image_of[number];
}

const char *sim_kernel_of(const struct sim *sim, const char *commit)
{
	size_t owner = owner_of(sim, commit);

	if (owner < sim->history->graph.n)
		return sim->history->commits[owner];
	return sim->image_of && strcmp(commit, SIM_REVERT) ? SIM_GOOD_END : commit;
}

void sim_count_boot(struct sim *sim)
{
	const char *commit = strrchr(sim->image, '/');
	size_t owner = commit ? owner_of(sim, commit + 1) : 0;

	if (!sim->booted || !commit)
		return;
	sim->wasted += sim->booted[owner];
	sim->booted[owner] = true;
}

static double seconds_of(const struct sim *sim, size_t number)
{
	return sim->build_costs ? sim->build_costs[number] : sim->build_seconds;
}

static void begin_wanted(struct sim *sim, double now)
{
	while (sim->n_wanted && sim->n_making < sim->speculate) {
		size_t number = sim->wanted[0];

		sim->n_wanted--;
		memmove(sim->wanted, sim->wanted + 1,
			sim->n_wanted * sizeof(*sim->wanted));
		if (sim->has_image[number])
			continue;
		sim->making[sim->n_making].number = number;
		sim->making[sim->n_making].since = now;
		sim->making[sim->n_making++].due = now + seconds_of(sim, number);
		sim->orders++;
	}
}

static void drop_making(struct sim *sim, size_t at)
{
	sim->making[at] = sim->making[--sim->n_making];
}

/* Brings what is made in the background up to now. */
static void catch_up(struct sim *sim)
{
	for (;;) {
		size_t first = 0;
		double due;

		begin_wanted(sim, sim->now);
		for (size_t i = 1; i < sim->n_making; i++)
			if (sim->making[i].due < sim->making[first].due)
				first = i;
		if (!sim->n_making || sim->making[first].due > sim->now)
			return;
		due = sim->making[first].due;
		sim->has_image[sim->making[first].number] = true;
		if (sim->ahead)
			sim->ahead[sim->making[first].number] = true;
		drop_making(sim, first);
		begin_wanted(sim, due);
	}
}

static bool is_wanted(const struct sim *sim, size_t number)
{
	for (size_t i = 0; i < sim->n_wanted; i++)
		if (sim->wanted[i] == number)
			return true;
	return false;
}

static void sim_order(void *ctx, const char *const *commits, size_t n)
{
	struct sim *sim = ctx;
	size_t number;

	if (!sim->has_image)
		return;
	catch_up(sim);
	sim->n_wanted = 0;
	for (size_t i = 0; i < n && sim->n_wanted < SIM_WANTED; i++)
		if (history_find(sim->history, commits[i], &number) == 0 &&
			!sim->has_image[number])
			sim->wanted[sim->n_wanted++] = number;
	for (size_t i = sim->n_making; i-- > 0;)
		if (!is_wanted(sim, sim->making[i].number))
			drop_making(sim, i);
	for (size_t i = sim->n_wanted; i-- > 0;)
		for (size_t k = 0; k < sim->n_making; k++)
			if (sim->wanted[i] == sim->making[k].number) {
				sim->n_wanted--;
				memmove(sim->wanted + i, sim->wanted + i + 1,
					(sim->n_wanted - i) * sizeof(*sim->wanted));
				break;
			}
	catch_up(sim);
}

static void sim_coming(void *ctx,
	void (*each)(void *each_ctx, const char *commit, double since), void *each_ctx)
{
	struct sim *sim = ctx;

	catch_up(sim);
	for (size_t i = 0; i < sim->n_making; i++)
		each(each_ctx, sim->history->commits[sim->making[i].number],
			sim->now - sim->making[i].since);
}

static int sim_find(void *ctx, const char *commit, struct candidate *ret, struct err *err)
{
	struct sim *sim = ctx;
	struct candidate c = {0};
	size_t number;

	if (sim_dead(sim))
		return -EINTR;
	snprintf(c.image, sizeof(c.image), "x86_64/lab/%.40s", commit);
	image_id_parse(c.image, &c.id, NULL);
	snprintf(c.release, sizeof(c.release), "6.1.0-sim");
	snprintf(c.build_id, sizeof(c.build_id), "%s", sim_kernel_of(sim, commit));
	catch_up(sim);
	if (history_find(sim->history, commit, &number) == 0) {
		if (sim->has_image && !sim->has_image[number])
			return err_set(err, -ENOENT, "there is no image");
		sim->used += sim->ahead && sim->ahead[number];
		if (sim->ahead)
			sim->ahead[number] = false;
	}
	if (sim_kind_of(sim, c.image) == SIM_BROKEN)
		return err_set(err, -ENOEXEC, "it does not build");
	*ret = c;
	return 0;
}

static bool is_making(
	const struct sim *sim, size_t number, double *ret_due, bool *ret_ahead)
{
	for (size_t i = 0; i < sim->n_making; i++)
		if (sim->making[i].number == number) {
			*ret_due = sim->making[i].due;
			*ret_ahead = sim->making[i].since < sim->now;
			return true;
		}
	return false;
}

/* It is needed now: takes the place of the last one if there is none for it. */
static double begin_now(struct sim *sim, size_t number)
{
	double due = sim->now + seconds_of(sim, number);

	if (sim->n_making && sim->n_making >= sim->speculate)
		sim->n_making--;
	sim->making[sim->n_making].number = number;
	sim->making[sim->n_making].since = sim->now;
	sim->making[sim->n_making++].due = due;
	return due;
}

static int sim_build(void *ctx, const char *commit, struct err *err)
{
	struct sim *sim = ctx;
	size_t number;
	bool ahead = false;
	double due;

	if (sim_dead(sim))
		return -EINTR;
	sim->builds++;
	if (history_find(sim->history, commit, &number) < 0) {
		sim_pass(sim, sim->build_seconds);
		return err_set(err, -EIO, "there is no commit '%s'", commit);
	}
	catch_up(sim);
	if (!is_making(sim, number, &due, &ahead))
		due = begin_now(sim, number);
	else if (!ahead)
		sim->orders--; /* it is needed as soon as it is ordered */
	sim_pass(sim, due - sim->now);
	if (sim->stop_at > 0 && sim_dead(sim))
		return -EINTR;
	catch_up(sim);
	if (!ahead && sim->ahead)
		sim->ahead[number] = false;
	return sim->kinds[number] == SIM_BROKEN ? err_set(err, -ENOEXEC, "no build") : 0;
}

/* No call that reaches the world: it reads files. */
static int sim_survey(void *ctx,
	void (*each)(void *each_ctx, const char *commit, bool there), void *each_ctx,
	double *ret_seconds, struct err *err)
{
	struct sim *sim = ctx;
	const struct history *h = sim->history;

	(void)err;
	catch_up(sim);
	for (size_t i = 0; i < h->graph.n; i++)
		if (!sim->has_image || sim->has_image[i])
			each(each_ctx, h->commits[i], sim->kinds[i] != SIM_BROKEN);
	*ret_seconds = sim->build_seconds;
	return 0;
}

/* Reads a file. */
static int sim_kernel(
	void *ctx, const char *commit, char ret_kernel[KERNEL_TEXT], struct err *err)
{
	const struct sim *sim = ctx;
	size_t number;

	if (history_find(sim->history, commit, &number) == 0 &&
		((sim->has_image && !sim->has_image[number]) ||
			sim->kinds[number] == SIM_BROKEN))
		return err_set(err, -ENOENT, "there is no image");
	snprintf(ret_kernel, KERNEL_TEXT, "%s",
		sim->hides_kernels ? commit : sim_kernel_of(sim, commit));
	return 0;
}

static int sim_revert(void *ctx, const char *culprit, const char *onto,
	char ret_commit[IMAGE_COMMIT_TEXT], struct err *err)
{
	struct sim *sim = ctx;

	(void)culprit;
	(void)onto;
	if (sim_dead(sim))
		return -EINTR;
	if (sim->no_revert)
		return err_set(err, -EEXIST, "the revert does not apply");
	snprintf(ret_commit, IMAGE_COMMIT_TEXT, SIM_REVERT);
	return 0;
}

const struct builder_ops sim_builder_ops = {
	.find = sim_find,
	.build = sim_build,
	.survey = sim_survey,
	.order = sim_order,
	.coming = sim_coming,
	.kernel = sim_kernel,
	.revert = sim_revert,
};
