// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-builder.h"

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
	if (history_find(sim->history, commit, &number) == 0 && sim->has_image &&
		!sim->has_image[number])
		return err_set(err, -ENOENT, "there is no image");
	if (sim_kind_of(sim, c.image) == SIM_BROKEN)
		return err_set(err, -ENOEXEC, "it does not build");
	*ret = c;
	return 0;
}

static int sim_build(void *ctx, const char *commit, struct err *err)
{
	struct sim *sim = ctx;
	size_t number;

	if (sim_dead(sim))
		return -EINTR;
	sim->builds++;
	sim_pass(sim, sim->build_seconds);
	if (history_find(sim->history, commit, &number) < 0)
		return err_set(err, -EIO, "there is no commit '%s'", commit);
	sim->has_image[number] = true;
	return sim->kinds[number] == SIM_BROKEN ? err_set(err, -ENOEXEC, "no build") : 0;
}

/* No call that reaches the world: it reads files. */
static int sim_survey(void *ctx,
	void (*each)(void *each_ctx, const char *commit, bool there), void *each_ctx,
	double *ret_seconds, struct err *err)
{
	const struct sim *sim = ctx;
	const struct history *h = sim->history;

	(void)err;
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
	.kernel = sim_kernel,
	.revert = sim_revert,
};
