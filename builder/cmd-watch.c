// SPDX-License-Identifier: GPL-2.0-or-later
/* watch: fetches in turns, makes what is wanted, wishes first. */
#include "builder.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "git/refs.h"
#include "git/remote.h"
#include "job/publish.h"
#include "job/workplace.h"
#include "kbuild/kbuild.h"
#include "keep/follow.h"
#include "keep/gone.h"
#include "keep/house.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "queue/activity.h"
#include "queue/crew.h"
#include "queue/recent.h"
#include "queue/wanted.h"
#include "queue/wish.h"
#include "sandbox/sandbox.h"
#include "slurm/record.h"

#define PUBLISH_EVERY 2.0 /* seconds between two builder.json while there is work */

struct watch {
	struct builder *b;
	int timer;  /* readable: time to fetch */
	int notify; /* readable: a wish was placed */
	bool fetch; /* it is time */
	bool end;   /* a signal came */
	struct house house;
	struct queue queue;
	struct recent recent;   /* as of the last fetch */
	double published;       /* monotonic: builder.json */
	struct crew crew;       /* what is under way */
	struct remote *remotes; /* of the trees, in their order; owned */
	/* what was logged last: a trouble that lasts is told once */
	struct err last_refs, last_queue;
};

static int open_timer(struct watch *w, struct err *err)
{
	struct itimerspec every = {.it_interval = {.tv_sec = w->b->conf.poll},
		.it_value = {.tv_sec = w->b->conf.poll}};

	w->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (w->timer < 0 || timerfd_settime(w->timer, 0, &every, NULL) < 0)
		return err_errno(err, -errno, "cannot make a timer");
	return 0;
}

static int open_notify(struct watch *w, struct err *err)
{
	CLEANUP_BUF struct buf folder = {0};
	int r = wish_folder(w->b->conf.state, &folder, err);

	if (r < 0)
		return r;
	w->notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->notify < 0 ||
		inotify_add_watch(w->notify, folder.data, IN_MOVED_TO | IN_CREATE) < 0)
		return err_errno(err, -errno, "cannot watch '%s'", folder.data);
	return 0;
}

static void drain(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

/* Takes what happened, or waits for it. */
static void look_at_events(struct watch *w, int wait_ms)
{
	struct pollfd fds[3 + CREW_MAX] = {{.fd = w->b->signal_fd, .events = POLLIN},
		{.fd = w->timer, .events = POLLIN}, {.fd = w->notify, .events = POLLIN}};

	if (poll(fds, 3 + crew_fds(&w->crew, fds + 3), wait_ms) <= 0)
		return;
	w->end = fds[0].revents != 0;
	if (fds[1].revents) {
		drain(w->timer);
		w->fetch = true;
	}
	if (fds[2].revents)
		drain(w->notify);
}

/* A trouble that lasts is one line, and so is its end. */
static void tell(struct err *last, const struct err *err)
{
	if (!strcmp(err->text, last->text))
		return;
	if (err->text[0])
		log_warn("%s", err->text);
	else
		log_info("what was wrong is right again");
	*last = *err;
}

static void fetch(struct watch *w, const struct conf_tree *tree, struct remote *remote)
{
	struct err err = ERR_INIT;
	int r;

	if (!remote_is_due(remote, clock_monotonic()))
		return;
	r = builder_fetch_tree(w->b, tree, &err);
	if (r == -ECANCELED)
		return;
	if (r < 0 && remote_failed(remote, clock_monotonic(), w->b->conf.poll))
		log_warn("%s; it is asked again, less and less often", err.text);
	else if (!r && remote_answered(remote))
		log_info("tree '%s': its remote is back", tree->name);
}

static void publish_refs(struct watch *w)
{
	struct follow follow = {.conf = &w->b->conf, .store = &w->b->store};
	struct err err = ERR_INIT;
	int r = refs_publish(&w->b->conf, follow_refs, &follow, &err);

	if (r == 0)
		err.text[0] = '\0';
	if (r == 0 && follow.removed + follow.rewritten)
		log_info("branches: %zu were removed, %zu rewritten", follow.removed,
			follow.rewritten);
	tell(&w->last_refs, &err);
}

/* For who looks at the store. It says how old it is: if it cannot be written, that is no
 * reason to stop. */
static void publish(struct watch *w, bool watched)
{
	CLEANUP_ACTIVITY struct activity activity = {0};

	w->published = clock_monotonic();
	if (activity_gather(w->b, &w->queue, &w->recent, &activity, NULL) < 0)
		return;
	activity.watched = watched;
	activity_publish(&activity, w->b->conf.store, NULL);
}

static void publish_now_and_then(struct watch *w, bool news)
{
	if (news || clock_monotonic() - w->published >= PUBLISH_EVERY)
		publish(w, true);
}

static void fetch_all(struct watch *w)
{
	const struct conf *conf = &w->b->conf;

	w->fetch = false;
	for (size_t i = 0; i < conf->n_trees; i++)
		fetch(w, &conf->trees[i], &w->remotes[i]);
	publish_refs(w);
	builder_send_mail(w->b);
	recent_scan(&w->b->store, clock_wall(), &w->recent, NULL);
	look_at_events(w, 0);
}

static int collect(struct watch *w, struct err *err)
{
	struct queue fresh = {0};
	int r = wanted_collect(w->b, true, &fresh, err);

	queue_carry_rests(&fresh, &w->queue);
	queue_release(&w->queue);
	w->queue = fresh;
	return r;
}

static void report(const struct job *job, const struct outcome *outcome)
{
	CLEANUP_BUF struct buf line = {0};

	buf_init(&line, 4096);
	builder_describe(job, outcome, &line);
	log_info("%s", line.data);
}

static bool signalled(const struct builder *b)
{
	struct pollfd fd = {.fd = b->signal_fd, .events = POLLIN};

	return poll(&fd, 1, 0) > 0;
}

static struct job job_of(const struct want *want)
{
	return (struct job){.tree = want->tree,
		.config = want->config,
		.id = want->id,
		.branch = want->branch,
		.retry = want->retry,
		.mail = true};
}

/* In a process of its own. What is made for those who asked alone ends when the last of
 * them goes. */
static int build(
	void *ctx, const struct want *want, struct outcome *ret_outcome, struct err *err)
{
	struct builder *b = ctx;
	struct wish_askers askers = {0};
	struct job job = job_of(want);
	int r = builder_open_signals(b, err);

	if (r < 0)
		return r;
	r = -ECANCELED;
	if (want->watched || wish_askers_watch(&askers, b->conf.state, want->tree->name,
				     &want->id, b->cancel_fd))
		r = b->maker.make(b->maker.ctx, &job, ret_outcome, err);
	wish_askers_release(&askers);
	return r;
}

/* After an infra error it is not tried at once. */
static void let_rest(struct watch *w, const struct want *want)
{
	for (size_t i = 0; i < w->queue.n; i++)
		if (image_id_equal(&w->queue.v[i].id, &want->id))
			w->queue.v[i].rests_until = clock_monotonic() + w->b->conf.poll;
}

static void take_built(struct watch *w, struct crew_member *member)
{
	struct builder *b = w->b;
	CLEANUP_OUTCOME struct outcome outcome = {0};
	struct err err = ERR_INIT;
	char id[IMAGE_ID_TEXT];
	struct want want;
	int r = crew_take(&w->crew, member, &want, &outcome, &err);
	struct job job = job_of(&want);

	image_id_format(&job.id, id);
	if (r == -ECANCELED && !signalled(b))
		log_info("%s: left alone, as nobody waits for it any more", id);
	if (r == -ECANCELED) {
		free(want.branch);
		return;
	}
	if (r == -ENOSPC || r == -EDQUOT) {
		if (!house_is_full(&w->house, &job.id, err.text)) {
			free(want.branch);
			return;
		}
	} else if (r < 0) {
		let_rest(w, &want);
		log_error("%s: %s; trying again in %u s", id, err.text, b->conf.poll);
	} else {
		report(&job, &outcome);
		house_has_room(&w->house);
	}
	if (want.asked && wish_done(b->conf.state, want.tree->name, &want.id,
				  r < 0 ? err.text : NULL, &err) < 0)
		log_error("%s", err.text);
	if (!r) {
		builder_look_at_breakages(b, &job.id, &w->queue);
		builder_send_mail(b);
	}
	free(want.branch);
}

/* As many as may be under way. */
static int build_more(struct watch *w, struct err *err)
{
	int r = 0;

	while (!r && !w->end && w->crew.n < w->b->conf.parallel &&
		house_may_build(&w->house, clock_monotonic())) {
		struct want *want;

		crew_settle_rests(&w->crew, &w->queue, !w->b->maker.apart);
		want = queue_next(&w->queue, clock_monotonic());
		if (!want)
			break;
		r = crew_start(&w->crew, want, build, w->b, err);
	}
	return r;
}

static int run(struct watch *w, struct err *err)
{
	struct crew_member *member;
	int r = 0;

	fetch_all(w);
	while (!r && !w->end) {
		struct err why = ERR_INIT;

		if (w->fetch)
			fetch_all(w);
		r = collect(w, &why);
		tell(&w->last_queue, &why);
		if (!r)
			r = build_more(w, err);
		if (!r && !w->end)
			house_tidy(&w->house, !w->crew.n);
		if (!w->queue.n)
			house_has_room(&w->house);
		publish_now_and_then(w, !w->crew.n);
		if (!r && !w->crew.n && !w->end) {
			/* branches may have moved */
			builder_look_at_breakages(w->b, NULL, &w->queue);
			builder_send_mail(w->b);
		}
		look_at_events(w, w->crew.n ? (int)(PUBLISH_EVERY * 1e3) : -1);
		while ((member = crew_next(&w->crew)))
			take_built(w, member);
	}
	crew_end(&w->crew);
	return r < 0 ? err_set(err, r, "cannot go on watching") : 0;
}

static int check_target(void *ctx, const struct conf_config *config, const char *arch)
{
	CLEANUP_FREE char *text = NULL;

	return kbuild_fragment(config, arch, &text, ctx);
}

/* -EPERM: it is the machine that cannot shut a build in. */
static int check_conf(struct builder *b, struct err *err)
{
	if (!b->conf.n_trees)
		return err_set(err, -EINVAL, "there is no [tree NAME] in builder.conf");
	if (!b->conf.n_configs)
		return err_set(err, -EINVAL, "there is no [config NAME] in builder.conf");
	if (b->conf.prune && (!b->conf.prune_after || !b->conf.server))
		return err_set(err, -EINVAL,
			"'prune = yes' wants 'prune-after' and 'server' as well");
	if (b->conf.sandbox && !b->conf.slurm.on) {
		if (sandbox_check(err) < 0)
			return -EPERM;
		b->local.sandbox_works = true;
	}
	return builder_each_target(b, check_target, err);
}

int builder_watch(struct builder *b, const struct strvec *words, struct err *err)
{
	struct watch w = {.b = b, .timer = -1, .notify = -1};
	CLEANUP_BUF struct buf path = {0};
	CLEANUP_FD int lock = -1;
	int r;

	if (words->n) {
		err_set(err, -EINVAL, "watch takes no '%.100s'", words->v[0]);
		return EXIT_INPUT;
	}
	r = check_conf(b, err);
	if (r < 0)
		return r == -EPERM ? EXIT_INFRA : EXIT_INPUT;
	buf_init(&path, 4096);
	buf_addf(&path, "%s/watch.lock", b->conf.state);
	r = lock_try(path.data, &lock, err);
	if (r == -EAGAIN) {
		err_set(err, r, "another builder watches '%s' already", b->conf.state);
		return EXIT_INPUT;
	}
	if (!r)
		r = publish_clean(&b->store, err);
	if (!r)
		r = gone_sweep(&b->store, err);
	w.remotes = calloc(b->conf.n_trees, sizeof(*w.remotes));
	if (!r && !w.remotes)
		r = err_set(err, -ENOMEM, "out of memory");
	if (!r)
		slurm_record_sweep(b->conf.state, &b->store);
	if (!r)
		r = open_timer(&w, err);
	if (!r)
		r = open_notify(&w, err);
	house_init(&w.house, b, w.notify);
	if (!r)
		r = run(&w, err);
	publish(&w, false);
	if (w.timer >= 0)
		close(w.timer);
	if (w.notify >= 0)
		close(w.notify);
	free(w.remotes);
	queue_release(&w.queue);
	return r < 0 ? EXIT_INFRA : EXIT_THERE;
}
