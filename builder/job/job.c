// SPDX-License-Identifier: GPL-2.0-or-later
#include "job.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "builder/git/refs.h"
#include "builder/keep/room.h"
#include "costs.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "making.h"

#define ERRORS_MAX (16 * 1024)

void outcome_release(struct outcome *outcome)
{
	free(outcome->error);
	outcome->error = NULL;
}

void job_release(struct job *job)
{
	free(job->branch);
	job->branch = NULL;
}

int job_look(
	const struct store *store, const struct job *job, struct outcome *ret_outcome)
{
	CLEANUP_IMAGE struct image image = {0};
	struct outcome outcome = {.result = RESULT_THERE};

	if (store_has(store, &job->id, true)) {
		*ret_outcome = outcome;
		return 0;
	}
	if (job->retry || store_load(store, &job->id, false, &image, NULL) < 0)
		return -ENOENT;
	outcome.result = RESULT_KNOWN;
	outcome.error = strndup(image.error, strcspn(image.error, "\n"));
	*ret_outcome = outcome;
	return 0;
}

static void on_line(void *ctx, unsigned int lines)
{
	struct making *m = ctx;

	progress_lines(&m->progress, lines);
}

static void note_cost(struct making *m)
{
	const struct outcome *o = &m->outcome;
	struct cost cost = {.clean = o->clean,
		.built = o->result == RESULT_BUILT,
		.lines = m->kb.lines,
		.seconds = o->seconds,
		.checkout = o->checkout,
		.config = o->config,
		.make = o->make,
		.modules = o->modules,
		.publish = o->publish};
	char now[CLOCK_ISO_TEXT];

	clock_iso(clock_wall(), now);
	/* estimates are no reason to fail */
	costs_add(m->place.dir, now, m->commit.name, &cost, NULL);
}

static int make_image(struct making *m, struct err *err)
{
	int r = making_alias(m, err);

	if (r == -ENOENT) {
		snprintf(m->before, sizeof(m->before), "%s", m->place.mark.image);
		r = making_make(m, err);
		if (r >= 0)
			r = making_deliver(m, r == KBUILD_OK, err);
		m->outcome.made = r >= 0;
	}
	m->outcome.seconds = clock_monotonic() - m->progress.start;
	m->outcome.cpu = m->kb.cpu;
	m->outcome.max_rss_kb = m->kb.max_rss_kb;
	if (!r && m->outcome.made)
		note_cost(m);
	return r;
}

static void say_waiting(void *ctx)
{
	struct making *m = ctx;

	progress_phase(&m->progress, "waiting for another builder");
}

/* Beside the workplaces, so that it is a node's own. */
static int open_ccache(struct making *m, const struct local_maker *local, struct err *err)
{
	const char *when = m->conf->ccache ? m->conf->ccache : "no";
	int r = ccache_parse(when, &m->ccache);

	if (r || m->ccache == CCACHE_NEVER)
		return r;
	if (!ccache_there())
		return m->ccache == CCACHE_CLEAN
			       ? 0
			       : err_set(err, -ENOENT,
					 "ccache is not installed: 'ccache = no'");
	m->ccache_dir = buf_format("%s/ccache/%s",
		local->work ? local->work : m->conf->state, m->job->tree->name);
	return m->ccache_dir ? dir_make(m->ccache_dir, 0755, err)
			     : err_set(err, -ENOMEM, "out of memory");
}

static void open_sandbox(struct making *m, const struct local_maker *local)
{
	const struct conf *conf = m->conf;
	size_t n = 0;

	if (m->recorder)
		m->binds[n++] =
			(struct sandbox_bind){m->recorder, SANDBOX_RECORDER, false};
	if (m->ccache_dir)
		m->binds[n++] = (struct sandbox_bind){m->ccache_dir, CCACHE_INSIDE, true};
	m->sandbox = (struct sandbox){.src = m->place.src,
		.obj = m->place.obj,
		.stage = m->place.stage,
		.read = &conf->sandbox_read,
		.more = m->binds,
		.n_more = n,
		.limits = {.memory = (uint64_t)conf->memory_limit << 20,
			.parts = local->slots ? 1 : conf->parallel,
			.processes = conf->process_limit,
			.disk = (uint64_t)(conf->object_limit +
					   (m->ccache_dir ? conf->ccache_size : 0))
				<< 20},
		.hold_fd = -1};
}

/* The first workplace that nobody works in, locked; the first of all if there is none. */
static int open_slot(struct making *m, const struct local_maker *local, struct err *err)
{
	int r = -EAGAIN;

	for (unsigned int i = 0; r == -EAGAIN && i <= local->slots; i++) {
		CLEANUP_FREE char *work =
			buf_format("%s/%u", local->work, i % local->slots);

		workplace_close(&m->place);
		r = work ? workplace_open(&m->place, work, m->job->tree->name,
				   m->job->id.arch, m->job->config->name, err)
			 : -ENOMEM;
		if (!r && i < local->slots)
			r = workplace_try(&m->place, err);
	}
	return r;
}

static int open_place(struct making *m, const struct local_maker *local, struct err *err)
{
	CLEANUP_FREE char *work = NULL;

	if (local->slots)
		return open_slot(m, local, err);
	work = local->work ? strdup(local->work) : buf_format("%s/work", m->conf->state);
	return work ? workplace_open(&m->place, work, m->job->tree->name, m->job->id.arch,
			      m->job->config->name, err)
		    : err_set(err, -ENOMEM, "out of memory");
}

/* Everything that the work needs, but the lock. */
static int gather(struct making *m, const struct local_maker *local, struct err *err)
{
	const struct job *job = m->job;
	const struct conf *conf = m->conf;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	CLEANUP_BUF struct buf path = {0};
	int r = refs_repo_path(conf, job->tree, &path);

	if (!r)
		r = repo_open(path.data, &m->repo, err);
	if (!r)
		r = repo_commit(m->repo, job->id.commit, &m->commit, err);
	if (!r)
		r = kbuild_fragment(job->config, job->id.arch, &m->fragment, err);
	if (!r)
		r = kbuild_compiler(job->config, &m->compiler, err);
	if (!r)
		r = open_place(m, local, err);
	if (!r)
		r = open_ccache(m, local, err);
	if (r < 0)
		return r;
	kbuild_config_key(job->config, job->id.arch, m->fragment, m->compiler, m->key);
	open_sandbox(m, local);
	m->kb = (struct kbuild){.src = m->place.src,
		.obj = m->place.obj,
		.stage = m->place.stage,
		.sandbox = conf->sandbox ? &m->sandbox : NULL,
		.log = m->place.log,
		.arch = job->id.arch,
		.config = job->config,
		.jobs = conf->jobs       ? conf->jobs
			: processors > 0 ? processors
					 : 1,
		.timeout = conf->build_timeout,
		.cancel_fd = local->cancel_fd,
		.log_fd = -1,
		.on_line = on_line,
		.ctx = m};
	if (!r && (!(m->reach_file = buf_format("%s/reach", m->place.dir)) ||
			  !(m->record_file =
					  buf_format("%s/" KBUILD_RECORD, m->place.obj))))
		return err_set(err, -ENOMEM, "out of memory");
	m->kb.recorder = m->recorder;
	kbuild_names_key(&m->kb, m->names);
	return progress_share(&m->progress, m->place.dir);
}

int making_start_over(struct making *m, struct err *err)
{
	struct mark mark = m->place.mark;
	int r = 0;

	/* killed on the way, the next one goes on with it */
	mark.names[0] = mark.config[0] = '\0';
	mark.built = false;
	if (mark.floor.tv_sec)
		r = workplace_mark(&m->place, &mark, err);
	if (!r)
		r = workplace_clean(&m->place, err);
	memcpy(m->place.mark.names, m->names, sizeof(m->names));
	return r;
}

/* Objects know the folders by the names that make had for them. */
static int settle_names(struct making *m, struct err *err)
{
	return strcmp(m->place.mark.names, m->names) ? making_start_over(m, err) : 0;
}

static int make_locked(struct making *m, int cancel_fd, struct err *err)
{
	struct pollfd cancel = {.fd = cancel_fd, .events = POLLIN};
	struct room room = {.conf = m->conf, .dir = m->place.dir};
	struct costs costs;
	int r = workplace_lock(&m->place, cancel_fd, say_waiting, m, err);

	if (r < 0)
		return r;
	/* it may have been made while we waited */
	if (job_look(m->store, m->job, &m->outcome) == 0)
		return 0;
	r = workplace_recover(&m->place, err);
	if (!r)
		r = settle_names(m, err);
	if (!r)
		r = dir_make(m->place.stage, 0755, err);
	if (r < 0)
		return r;
	room.clean = !m->place.mark.built;
	r = room_enter(&room, err);
	if (r < 0)
		return r;
	costs_read(m->place.dir, &costs);
	m->progress.expect = costs_expect(&costs, !m->place.mark.built);
	m->progress.start = clock_monotonic();
	r = make_image(m, err);
	progress_end(&m->progress);
	if (m->outcome.made || r == -ENOSPC)
		room_leave(&room);
	/* whatever failed, it failed because we were asked to end */
	if (r < 0 && poll(&cancel, 1, 0) > 0)
		return err_set(err, -ECANCELED, "cancelled");
	return r;
}

static void making_release(struct making *m)
{
	kbuild_log_close(&m->kb);
	workplace_close(&m->place);
	progress_release(&m->progress);
	commit_release(&m->commit);
	outcome_release(&m->outcome);
	git_repository_free(m->repo);
	buf_release(&m->errors);
	free(m->fragment);
	free(m->ccache_dir);
	free(m->compiler);
	free(m->release);
	free(m->branch);
	free(m->reach_file);
	free(m->record_file);
	reach_release(&m->reach);
	spare_release(&m->spare);
}

int local_make(
	void *ctx, const struct job *job, struct outcome *ret_outcome, struct err *err)
{
	struct local_maker *local = ctx;
	struct making m = {.conf = local->conf,
		.store = local->store,
		.job = job,
		.recorder = local->recorder,
		.place = {.lock_fd = -1},
		.kb = {.log_fd = -1}};
	int r;

	if (job_look(local->store, job, ret_outcome) == 0)
		return 0;
	if (local->conf->sandbox && !local->sandbox_works) {
		r = sandbox_check(err);
		if (r < 0)
			return r;
		local->sandbox_works = true;
	}
	progress_init(&m.progress, &job->id);
	m.progress.number = job->number;
	m.progress.of = job->of;
	buf_init(&m.errors, ERRORS_MAX);
	r = gather(&m, local, err);
	if (!r)
		r = make_locked(&m, local->cancel_fd, err);
	if (!r) {
		*ret_outcome = m.outcome;
		m.outcome.error = NULL;
	}
	making_release(&m);
	return r;
}
