// SPDX-License-Identifier: GPL-2.0-or-later
#include "builder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bisect/git/revert.h"
#include "bisect/log/place.h"
#include "command.h"
#include "lib/buf.h"
#include "lib/child.h"

#define BEHIND_NICE 10
#define SURVEY_COSTS 9 /* images whose cost is read */

static void make_id(
	const struct store_builder *builder, const char *commit, struct image_id *ret_id)
{
	*ret_id = (struct image_id){0};
	snprintf(ret_id->arch, sizeof(ret_id->arch), "%s", builder->settings->arch);
	snprintf(ret_id->config, sizeof(ret_id->config), "%s", builder->settings->config);
	snprintf(ret_id->commit, sizeof(ret_id->commit), "%s", commit);
}

static int find(void *ctx, const char *commit, struct candidate *ret, struct err *err)
{
	struct store_builder *builder = ctx;
	CLEANUP_IMAGE struct image image = {0};
	struct candidate candidate = {0};
	int r;

	make_id(builder, commit, &candidate.id);
	image_id_format(&candidate.id, candidate.image);
	if (!store_has(&builder->store, &candidate.id, true)) {
		if (store_has(&builder->store, &candidate.id, false))
			return err_set(err, -ENOEXEC, "%.12s does not build", commit);
		return err_set(err, -ENOENT, "there is no image of %.12s", commit);
	}
	r = store_load(&builder->store, &candidate.id, true, &image, err);
	if (r < 0)
		return r == -ENOENT ? -EIO : r;
	snprintf(candidate.release, sizeof(candidate.release), "%s", image.release);
	snprintf(candidate.build_id, sizeof(candidate.build_id), "%s", image.build_id);
	*ret = candidate;
	return 0;
}

/* The processes of several hosts may ask for the same build: whoever writes on after
 * another one's start leaves no hole. */
static int open_build_log(const struct store_builder *builder, const char *commit)
{
	CLEANUP_BUF struct buf path;

	buf_init(&path, 4096);
	buf_addf(&path, "%s/steps/build-%.12s.log", builder->folder, commit);
	return open(path.data, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
}

/* The revert is in a repository that no builder knows. Of several hosts it was made by
 * the controller, and is built by the process of one of them. */
static int add_from(
	const struct store_builder *builder, const char *commit, struct strvec *argv)
{
	CLEANUP_BUF struct buf folder;

	buf_init(&folder, 4096);
	buf_addf(&folder, "%s/revert.git", builder->folder);
	if (revert_is(folder.data, commit)) {
		strvec_add(argv, "--from");
		strvec_add(argv, folder.data);
	}
	return strvec_check(argv);
}

static int step_back(void *ctx)
{
	(void)ctx;
	setpriority(PRIO_PROCESS, 0, BEHIND_NICE);
	return 0;
}

static int start(void *ctx, const char *commit, bool behind, struct child *ret_child,
	struct err *err)
{
	struct store_builder *builder = ctx;
	struct child_spec spec = CHILD_SPEC_INIT;
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	CLEANUP_FD int log = open_build_log(builder, commit);
	int r = command_build(builder->settings, commit, &argv, err);

	if (!r)
		r = add_from(builder, commit, &argv);
	if (r < 0)
		return r;
	spec.argv = argv.v;
	spec.out_fd = log;
	spec.prepare = behind ? step_back : NULL;
	return child_start(&spec, ret_child, err);
}

static bool is_missing(void *ctx, const char *commit)
{
	struct store_builder *builder = ctx;
	struct image_id id;

	make_id(builder, commit, &id);
	return !store_has(&builder->store, &id, true) &&
	       !store_has(&builder->store, &id, false);
}

void store_builder_init(struct store_builder *builder)
{
	const struct params *settings = builder->settings;

	builder->orders =
		(struct orders){.slots = settings->no_speculate ? 0 : settings->speculate,
			.limit = settings->build_timeout,
			.start = start,
			.missing = is_missing,
			.ctx = builder};
}

void store_builder_release(struct store_builder *builder)
{
	orders_release(&builder->orders);
	kernels_release(&builder->kernels);
}

void store_builder_tend(void *ctx)
{
	orders_tend(&((struct store_builder *)ctx)->orders);
}

static int build(void *ctx, const char *commit, struct err *err)
{
	struct store_builder *builder = ctx;
	struct child_result result;
	CLEANUP_BUF struct buf how;
	int r = orders_wait(&builder->orders, commit, builder->cancel_fd, &result, err);

	buf_init(&how, 256);
	if (r < 0)
		return -EIO;
	if (result.cancelled)
		return err_set(err, -EINTR, "interrupted");
	if (result.exit_code == 0)
		return 0;
	if (result.exit_code == 1 && !result.timed_out)
		return err_set(err, -ENOEXEC, "%.12s does not build", commit);
	child_describe(&result, &how);
	return err_set(err, -EIO, "the build command '%s' %s (%s/steps/build-%.12s.log)",
		builder->settings->build_command.v[0], how.data, builder->folder, commit);
}

static void order(void *ctx, const char *const *commits, size_t n)
{
	struct store_builder *builder = ctx;

	orders_set(&builder->orders, commits, n);
}

static void coming(void *ctx,
	void (*each)(void *each_ctx, const char *commit, double since), void *each_ctx)
{
	const struct store_builder *builder = ctx;

	orders_each(&builder->orders, each, each_ctx);
}

static int revert(void *ctx, const char *culprit, const char *onto,
	char ret_commit[IMAGE_COMMIT_TEXT], struct err *err)
{
	struct store_builder *builder = ctx;
	CLEANUP_BUF struct buf folder;

	buf_init(&folder, 4096);
	buf_addf(&folder, "%s/revert.git", builder->folder);
	return revert_make(
		builder->history->repo, folder.data, culprit, onto, ret_commit, err);
}

static int kernel(
	void *ctx, const char *commit, char ret_kernel[KERNEL_TEXT], struct err *err)
{
	struct store_builder *builder = ctx;
	struct image_id id;

	make_id(builder, commit, &id);
	return kernels_find(&builder->kernels, &builder->store, &id, ret_kernel, err);
}

struct survey {
	const struct store_builder *builder;
	void (*each)(void *ctx, const char *commit, bool there);
	void *ctx;
	bool there;
	double seconds[SURVEY_COSTS]; /* of builds, of the first images met */
	size_t n;
};

static void take_cost(struct survey *s, const struct image_id *id)
{
	CLEANUP_IMAGE struct image image = {0};

	if (s->there && s->n < SURVEY_COSTS &&
		store_load(&s->builder->store, id, true, &image, NULL) == 0 &&
		image.seconds > 0)
		s->seconds[s->n++] = image.seconds;
}

static int survey_one(void *ctx, const struct image_id *id)
{
	struct survey *s = ctx;

	if (strcmp(id->arch, s->builder->settings->arch) ||
		strcmp(id->config, s->builder->settings->config))
		return 0;
	take_cost(s, id);
	s->each(s->ctx, id->commit, s->there);
	return 0;
}

static int by_seconds(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int survey(void *ctx, void (*each)(void *each_ctx, const char *commit, bool there),
	void *each_ctx, double *ret_seconds, struct err *err)
{
	struct store_builder *builder = ctx;
	struct survey s = {.builder = builder, .each = each, .ctx = each_ctx};
	int r;

	s.there = true;
	r = store_each(&builder->store, true, survey_one, &s, err);
	s.there = false;
	if (!r)
		r = store_each(&builder->store, false, survey_one, &s, err);
	qsort(s.seconds, s.n, sizeof(*s.seconds), by_seconds);
	if (!r && s.n)
		*ret_seconds = s.seconds[s.n / 2];
	return r;
}

const struct builder_ops store_builder_ops = {
	.find = find,
	.survey = survey,
	.build = build,
	.order = order,
	.coming = coming,
	.kernel = kernel,
	.revert = revert,
};
