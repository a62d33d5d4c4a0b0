// SPDX-License-Identifier: GPL-2.0-or-later
/* build REV|RANGE: makes what is missing here, or has the watching builder make it. */
#include "builder.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "git/refs.h"
#include "git/repo.h"
#include "git/revs.h"
#include "job/publish.h"
#include "kbuild/kbuild.h"
#include "keep/follow.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/worktree.h"
#include "queue/ask.h"

/* So many wishes of a range stand at a time: the watching builder goes from one to its
 * neighbour, and knows how much there is. */
#define AHEAD 64

/* One image that was asked for. */
struct item {
	const struct conf_config *config;
	struct wish wish;
	int wish_fd; /* -1: not placed */
};

struct run {
	struct builder *b;
	const struct revs *revs;
	const char *commit; /* whose items are being made up */
	double when;        /* wall clock: all wishes are of this moment */
	struct item *items;
	size_t n, placed;
	int code;
};

static void run_release(struct run *run)
{
	for (size_t i = 0; i < run->n; i++)
		wish_withdraw(
			run->b->conf.state, &run->items[i].wish, &run->items[i].wish_fd);
	free(run->items);
}

static int check_target(void *ctx, const struct conf_config *config, const char *arch)
{
	CLEANUP_FREE char *text = NULL;

	return kbuild_fragment(config, arch, &text, ctx);
}

static int add_item(void *ctx, const struct conf_config *config, const char *arch)
{
	struct run *run = ctx;
	struct item *more = reallocarray(run->items, run->n + 1, sizeof(*more)), *item;
	struct image_id *id;

	if (!more)
		return -ENOMEM;
	run->items = more;
	item = &more[run->n];
	*item = (struct item){.config = config, .wish_fd = -1};
	snprintf(item->wish.tree, sizeof(item->wish.tree), "%s", run->revs->tree->name);
	item->wish.range = run->revs->range;
	item->wish.retry = run->b->conf.retry;
	item->wish.when = run->when + (double)run->n++ * 1e-6;
	id = &item->wish.id;
	snprintf(id->arch, sizeof(id->arch), "%s", arch);
	snprintf(id->config, sizeof(id->config), "%s", config->name);
	snprintf(id->commit, sizeof(id->commit), "%s", run->commit);
	return 0;
}

static struct job job_of(const struct run *run, size_t i)
{
	const struct item *item = &run->items[i];

	return (struct job){.tree = run->revs->tree,
		.config = item->config,
		.id = item->wish.id,
		.retry = run->b->conf.retry,
		.mail = run->b->conf.mail,
		.number = i + 1,
		.of = run->n};
}

static bool is_there(const struct run *run, size_t i)
{
	struct job job = job_of(run, i);
	CLEANUP_OUTCOME struct outcome outcome = {0};

	return job_look(&run->b->store, &job, &outcome) == 0;
}

/* The wishes for this one and the next ones. */
static int ask_ahead(struct run *run, size_t i, struct err *err)
{
	int r = 0;

	if (run->placed < i)
		run->placed = i;
	for (; !r && run->placed < run->n && run->placed < i + AHEAD; run->placed++) {
		struct item *item = &run->items[run->placed];

		if (!is_there(run, run->placed))
			r = wish_add(
				run->b->conf.state, &item->wish, &item->wish_fd, err);
	}
	return r;
}

/* The watching builder makes it, and this one waits. -EAGAIN: make it here. */
static int make_by_wish(
	struct run *run, size_t i, struct outcome *ret_outcome, struct err *err)
{
	struct item *item = &run->items[i];
	struct job job = job_of(run, i);
	struct progress progress;
	int r = ask_ahead(run, i, err);

	progress_init(&progress, &job.id);
	progress.number = job.number;
	progress.of = job.of;
	if (!r)
		r = ask_await(run->b, &item->wish, &progress, err);
	progress_end(&progress);
	wish_withdraw(run->b->conf.state, &item->wish, &item->wish_fd);
	if (r < 0)
		return r;
	job.retry = false;
	r = job_look(&run->b->store, &job, ret_outcome);
	return r == -ENOENT ? -EAGAIN : r;
}

static bool is_cancelled(const struct builder *b)
{
	struct pollfd fd = {.fd = b->signal_fd, .events = POLLIN};

	return poll(&fd, 1, 0) > 0;
}

static int make_one(
	struct run *run, size_t i, struct outcome *ret_outcome, struct err *err)
{
	struct builder *b = run->b;
	struct job job = job_of(run, i);
	int r = job_look(&b->store, &job, ret_outcome);

	if (r == 0)
		return 0;
	if (is_cancelled(b))
		return err_set(err, -ECANCELED, "cancelled");
	r = -EAGAIN;
	if (run->revs->in_conf && ask_is_watched(b)) {
		log_info("%.12s: left to the builder that watches", job.id.commit);
		r = make_by_wish(run, i, ret_outcome, err);
	}
	return r == -EAGAIN ? b->maker.make(b->maker.ctx, &job, ret_outcome, err) : r;
}

static int build_item(struct run *run, size_t i, struct err *err)
{
	struct builder *b = run->b;
	CLEANUP_OUTCOME struct outcome outcome = {0};
	CLEANUP_BUF struct buf line = {0};
	struct job job = job_of(run, i);
	int r = make_one(run, i, &outcome, err);

	if (r < 0)
		return err_prefix(
			err, r, "%.12s %s/%s", job.id.commit, job.id.arch, job.id.config);
	buf_init(&line, 4096);
	if (run->n > 1)
		buf_addf(&line, "%u/%u ", job.number, job.of);
	builder_describe(&job, &outcome, &line);
	puts(line.data);
	fflush(stdout);
	if (outcome.result == RESULT_FAILED || outcome.result == RESULT_KNOWN)
		run->code = EXIT_BROKEN;
	if (job.mail && outcome.result <= RESULT_FAILED) {
		builder_look_at_breakages(b, &job.id, NULL);
		builder_send_mail(b);
	}
	return 0;
}

static int make_items(struct run *run, struct err *err)
{
	const struct revs *revs = run->revs;
	int r = 0;

	for (size_t i = 0; !r && i < revs->commits.n; i++) {
		run->commit = revs->commits.v[i];
		r = builder_each_target(run->b, add_item, run);
	}
	if (!r && !run->n)
		r = err_set(err, -EINVAL,
			"there is no config '%s' for this arch: say --fragment FILE or "
			"add a [config NAME] to builder.conf",
			run->b->conf.config.n ? run->b->conf.config.v[0] : "");
	return r;
}

/* A repository of one's own beside the trees that somebody watches is not what the store
 * shows; alone it is. */
static int publish_refs(struct builder *b, struct err *err)
{
	struct follow follow = {.conf = &b->conf, .store = &b->store};

	if (!b->conf.repo)
		return refs_publish(&b->conf, follow_refs, &follow, err);
	return ask_is_watched(b) ? 0 : refs_publish(&b->conf, NULL, NULL, err);
}

static void note_uncommitted(const struct conf *conf)
{
	CLEANUP_REPO git_repository *repo = NULL;
	struct err note = ERR_INIT;

	if (conf->repo && repo_open(conf->repo, &repo, NULL) == 0 &&
		worktree_differs(repo, conf->repo, &note))
		log_warn("%s", note.text);
}

static int build_all(struct builder *b, const struct revs *revs, struct err *err)
{
	CLEANUP(run_release)
	struct run run = {.b = b, .revs = revs, .when = clock_wall()};
	int r = builder_each_target(b, check_target, err);

	if (!r)
		r = make_items(&run, err);
	if (r < 0)
		return r == -ENOMEM ? EXIT_INFRA : EXIT_INPUT;
	note_uncommitted(&b->conf);
	r = publish_clean(&b->store, err);
	if (!r)
		r = publish_refs(b, err);
	for (size_t i = 0; !r && i < run.n; i++)
		r = build_item(&run, i, err);
	return r < 0 ? EXIT_INFRA : run.code;
}

int builder_build(struct builder *b, const struct strvec *words, struct err *err)
{
	CLEANUP_REVS struct revs revs = {0};
	int r = revs_find(b, "build", words, &revs, err);

	if (r < 0)
		return r == -ENOENT || r == -EINVAL ? EXIT_INPUT : EXIT_INFRA;
	return build_all(b, &revs, err);
}
