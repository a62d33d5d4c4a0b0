// SPDX-License-Identifier: GPL-2.0-or-later
#include "job.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "build-id.h"
#include "build-log.h"
#include "kbuild.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/message.h"
#include "mail.h"
#include "outbox.h"
#include "pack.h"
#include "progress.h"
#include "publish.h"
#include "refs.h"
#include "repo.h"
#include "source.h"
#include "workplace.h"

#define ERRORS_MAX (16 * 1024)

/* What one build holds while it is under way. */
struct making {
	const struct conf *conf;
	const struct store *store;
	const struct job *job;
	git_repository *repo;
	struct commit commit;
	struct workplace place;
	struct kbuild kb;
	struct progress progress;
	struct outcome outcome;
	struct buf errors;
	char *fragment, *compiler, *release, *branch;
	char key[SHA256_TEXT]; /* of the config */
	char build_id[BUILD_ID_TEXT];
	bool configured; /* .config is what the key stands for */
};

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

/* Runs a step and adds what it took to *ret_seconds. */
static int timed(struct making *m, const char *phase,
	int (*step)(struct making *, struct err *), double *seconds, struct err *err)
{
	double start = clock_monotonic();
	int r;

	progress_phase(&m->progress, phase);
	r = step(m, err);
	*seconds += clock_monotonic() - start;
	return r;
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

static int step_checkout(struct making *m, struct err *err)
{
	struct mark mark = m->place.mark;
	struct source_change change = {0};
	const char *from = mark.source[0] ? mark.source : NULL;
	int r = 0;

	if (!from || strcmp(from, m->commit.tree)) {
		mark.phase = PHASE_CHECKOUT;
		r = workplace_mark(&m->place, &mark, err);
		if (!r)
			r = source_update(m->repo, m->place.src, from, m->commit.tree,
				mark.floor, &change, err);
	}
	if (r < 0)
		return r;
	if (change.kconfig || strcmp(mark.config, m->key))
		mark.config[0] = '\0';
	memcpy(mark.source, m->commit.tree, sizeof(mark.source));
	mark.phase = PHASE_MAKE;
	return workplace_mark(&m->place, &mark, err);
}

static int step_configure(struct making *m, struct err *err)
{
	int r = KBUILD_OK;

	if (!m->place.mark.config[0])
		r = kbuild_configure(&m->kb, m->fragment, err);
	m->configured = r == KBUILD_OK;
	return r;
}

static int step_make(struct making *m, struct err *err)
{
	return kbuild_make(&m->kb, err);
}

static int step_modules(struct making *m, struct err *err)
{
	int r = dir_remove(m->place.stage, err);

	if (!r)
		r = dir_make(m->place.stage, 0755, err);
	return r ? r : kbuild_install_modules(&m->kb, m->place.stage, err);
}

/* All of make's work; a kbuild_result. */
static int run_make(struct making *m, struct err *err)
{
	int r;

	m->outcome.clean = !m->place.mark.built;
	m->progress.expect.clean = m->outcome.clean;
	r = timed(m, "configure", step_configure, &m->outcome.config, err);
	if (r == KBUILD_OK)
		r = timed(m, "compile", step_make, &m->outcome.make, err);
	if (r == KBUILD_OK)
		r = timed(m, "modules", step_modules, &m->outcome.modules, err);
	return r;
}

/* From here on the objects are whole, and old. */
static int settle_objects(struct making *m, struct err *err)
{
	struct mark mark = m->place.mark;

	mark.phase = PHASE_IDLE;
	mark.built = mark.built || m->configured;
	snprintf(mark.config, sizeof(mark.config), "%s", m->configured ? m->key : "");
	clock_gettime(CLOCK_REALTIME, &mark.floor);
	return workplace_mark(&m->place, &mark, err);
}

/* Reads the log: errors for people, and whose fault it is (-EIO: the machine's). */
static int judge_log(struct making *m, bool *ret_stale, struct err *err)
{
	CLEANUP_BUF struct buf log = {0}, blame = {0};

	buf_init(&log, KBUILD_LOG_MAX + 1024 * 1024);
	buf_init(&blame, 1024);
	file_read(m->place.log, &log, NULL);
	if (build_log_blames_machine(log.data, log.len, &blame))
		return err_set(err, -EIO, "the build machine failed: %s", blame.data);
	buf_reset(&m->errors);
	build_log_errors(log.data, log.len, m->place.src, &m->errors);
	*ret_stale = !build_log_has_compiler_error(log.data, log.len);
	return 0;
}

static void on_line(void *ctx, unsigned int lines)
{
	struct making *m = ctx;

	progress_lines(&m->progress, lines);
}

static int open_log(struct making *m, struct err *err)
{
	kbuild_log_close(&m->kb);
	return kbuild_log_open(&m->kb, err);
}

/* A failure that no compiler speaks of may come from old objects (a file that went, a
 * rule that changed): only a build from nothing is believed then. */
static int make_or_remake(struct making *m, struct err *err)
{
	bool stale = false;
	int r = open_log(m, err);

	if (!r)
		r = run_make(m, err);
	if (r != KBUILD_FAILED)
		return r;
	r = judge_log(m, &stale, err);
	if (r < 0)
		return r;
	if (!stale || m->outcome.clean)
		return KBUILD_FAILED;
	r = workplace_clean(&m->place, err);
	if (!r)
		r = workplace_mark(&m->place, &m->place.mark, err);
	if (!r)
		r = open_log(m, err);
	if (!r)
		r = run_make(m, err);
	if (r != KBUILD_FAILED)
		return r;
	r = judge_log(m, &stale, err);
	return r < 0 ? r : KBUILD_FAILED;
}

static int object(struct making *m, const char *name, struct buf *b)
{
	buf_init(b, 4096);
	buf_addf(b, "%s/%s", m->place.obj, name);
	return buf_check(b);
}

static const struct {
	const char *from, *name;
} products[] = {
	{"arch/x86/boot/bzImage", "vmlinuz"},
	{"System.map", "System.map"},
	{".config", "config"},
};

static int fill_draft(struct making *m, struct draft *draft, struct err *err)
{
	CLEANUP_BUF struct buf pack = {0};
	int r = 0;

	buf_init(&pack, 0);
	for (size_t i = 0; !r && i < ARRAY_SIZE(products) && draft->built; i++) {
		CLEANUP_BUF struct buf path = {0};

		r = object(m, products[i].from, &path);
		if (!r)
			r = draft_add(draft, path.data, products[i].name, err);
	}
	if (!r && draft->built)
		r = draft_path(draft, "modules.cpio.zst", &pack);
	if (!r && draft->built)
		r = pack_folder(m->place.stage, pack.data, err);
	return r ? r : draft_add(draft, m->place.log, "build.log", err);
}

static int find_branch(struct making *m, struct err *err)
{
	CLEANUP_FREE char *name = NULL;
	CLEANUP_BUF struct buf full = {0};
	int r;

	if (m->job->branch) {
		m->branch = strdup(m->job->branch);
		return m->branch ? 0 : -ENOMEM;
	}
	r = repo_branch_of(m->repo, m->commit.name, &name, err);
	if (r < 0)
		return r;
	buf_init(&full, 4096);
	refs_name(m->conf, m->job->tree, name, &full);
	m->branch = buf_take(&full);
	return m->branch ? 0 : -ENOMEM;
}

static int publish_draft(struct making *m, struct draft *draft, struct err *err)
{
	char author_date[CLOCK_ISO_TEXT], date[CLOCK_ISO_TEXT],
		config_sha256[SHA256_TEXT] = "";
	const struct commit *commit = &m->commit;
	CLEANUP_BUF struct buf config = {0};
	struct image image = {.subject = commit->subject,
		.author_name = commit->author_name,
		.author_email = commit->author_email,
		.author_date = author_date,
		.date = date,
		.branch = m->branch,
		.config_sha256 = config_sha256,
		.compiler = m->compiler,
		.release = m->release,
		.build_id = m->build_id,
		.how = m->outcome.clean ? "clean" : "incremental",
		.error = m->errors.data,
		.seconds = clock_monotonic() - m->progress.start};

	clock_iso(commit->author_time, author_date);
	clock_iso(commit->time, date);
	for (size_t i = 0; i < commit->parents.n && i < IMAGE_PARENTS_MAX; i++)
		image.parents[image.n_parents++] = commit->parents.v[i];
	if (object(m, ".config", &config) == 0 && file_exists(config.data))
		sha256_file(config.data, config_sha256, NULL, NULL);
	return draft_publish(draft, &image, err);
}

static int link_branch(struct making *m, struct err *err)
{
	unsigned int depth;
	int r;

	if (!*m->branch)
		return 0;
	r = repo_depth(m->repo, m->commit.name, &depth, err);
	return r ? r : publish_branch_link(m->store, &m->job->id, m->branch, depth, err);
}

static int step_publish(struct making *m, struct err *err)
{
	CLEANUP_DRAFT struct draft draft = {.lock_fd = -1};
	bool built = m->outcome.result == RESULT_BUILT;
	int r = draft_open(&draft, m->store, &m->job->id, built, err);

	if (!r)
		r = fill_draft(m, &draft, err);
	if (!r)
		r = publish_draft(m, &draft, err);
	return r || !built ? r : link_branch(m, err);
}

static int describe_image(struct making *m, struct err *err)
{
	CLEANUP_BUF struct buf vmlinux = {0};
	int r = kbuild_release(&m->kb, &m->release, err);

	if (!r)
		r = object(m, "vmlinux", &vmlinux);
	if (r < 0)
		return r;
	/* without one the image is still an image; a host just cannot prove what it runs
	 */
	if (build_id_read(vmlinux.data, m->build_id, NULL) < 0)
		log_warn("'%.12s' has no GNU build id", m->commit.name);
	return 0;
}

/* Before the failure is published: a kill in between then loses no mail. */
static int write_mail(struct making *m, struct err *err)
{
	const struct conf *conf = m->conf;
	char author_date[CLOCK_ISO_TEXT];
	CLEANUP_BUF struct buf log = {0}, text = {0};
	struct mail mail = {.from = conf->mail_from,
		.to = &conf->mail_to,
		.author_copy = conf->mail_author ? m->commit.author_email : NULL,
		.time = clock_wall(),
		.tree = m->job->tree->remote,
		.branch = m->branch,
		.commit = m->commit.name,
		.subject = m->commit.subject,
		.author_name = m->commit.author_name,
		.author_email = m->commit.author_email,
		.author_date = author_date,
		.arch = m->job->id.arch,
		.config = m->job->id.config,
		.compiler = m->compiler,
		.errors = m->errors.data};

	if (!m->job->mail || outbox_sent(conf->state, &m->job->id) ||
		(!conf->mail_to.n &&
			!(mail.author_copy && message_address_valid(mail.author_copy))))
		return 0;
	clock_iso(m->commit.author_time, author_date);
	buf_init(&log, STORE_PATH_MAX);
	store_image_path(m->store, &m->job->id, false, &log);
	buf_adds(&log, "/build.log");
	mail.log = log.data;
	buf_init(&text, MAIL_MAX);
	mail_compose(&mail, &text);
	if (buf_check(&text))
		return err_set(err, buf_check(&text), "cannot compose a mail");
	return outbox_put(conf->state, &m->job->id, text.data, err);
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
	int r = timed(m, "checkout", step_checkout, &m->outcome.checkout, err);
	int made;

	if (r < 0)
		return r;
	workplace_share_lock(&m->place, true);
	made = make_or_remake(m, err);
	workplace_share_lock(&m->place, false);
	if (made < 0) {
		/* else the mark goes on saying that a make is at work */
		if (!m->kb.torn)
			settle_objects(m, NULL);
		return made;
	}
	r = settle_objects(m, err);
	if (!r)
		r = find_branch(m, err);
	if (r < 0)
		return r;
	m->outcome.result = made == KBUILD_OK ? RESULT_BUILT : RESULT_FAILED;
	if (made == KBUILD_OK) {
		buf_reset(&m->errors);
		r = describe_image(m, err);
	} else {
		m->outcome.error = strndup(m->errors.data, strcspn(m->errors.data, "\n"));
		r = write_mail(m, err);
	}
	if (!r)
		r = timed(m, "publish", step_publish, &m->outcome.publish, err);
	m->outcome.seconds = clock_monotonic() - m->progress.start;
	m->outcome.cpu = m->kb.cpu;
	m->outcome.max_rss_kb = m->kb.max_rss_kb;
	if (!r)
		note_cost(m);
	return r;
}

static void say_waiting(void *ctx)
{
	struct making *m = ctx;

	progress_phase(&m->progress, "waiting for another builder");
}

/* Everything that the work needs, but the lock. */
static int gather(struct making *m, int cancel_fd, struct err *err)
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
		r = workplace_open(&m->place, conf->state, job->tree->name, job->id.arch,
			job->config->name, err);
	if (r < 0)
		return r;
	kbuild_config_key(job->config, job->id.arch, m->fragment, m->compiler, m->key);
	m->kb = (struct kbuild){.src = m->place.src,
		.obj = m->place.obj,
		.log = m->place.log,
		.arch = job->id.arch,
		.config = job->config,
		.jobs = conf->jobs       ? conf->jobs
			: processors > 0 ? processors
					 : 1,
		.timeout = conf->build_timeout,
		.cancel_fd = cancel_fd,
		.log_fd = -1,
		.on_line = on_line,
		.ctx = m};
	return progress_share(&m->progress, m->place.dir);
}

static int make_locked(struct making *m, int cancel_fd, struct err *err)
{
	struct pollfd cancel = {.fd = cancel_fd, .events = POLLIN};
	struct costs costs;
	int r = workplace_lock(&m->place, cancel_fd, say_waiting, m, err);

	if (r < 0)
		return r;
	/* it may have been made while we waited */
	if (job_look(m->store, m->job, &m->outcome) == 0)
		return 0;
	r = workplace_recover(&m->place, err);
	if (r < 0)
		return r;
	costs_read(m->place.dir, &costs);
	m->progress.expect = costs_expect(&costs, !m->place.mark.built);
	m->progress.start = clock_monotonic();
	r = make_image(m, err);
	progress_end(&m->progress);
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
	free(m->compiler);
	free(m->release);
	free(m->branch);
}

int local_make(
	void *ctx, const struct job *job, struct outcome *ret_outcome, struct err *err)
{
	struct local_maker *local = ctx;
	struct making m = {.conf = local->conf,
		.store = local->store,
		.job = job,
		.place = {.lock_fd = -1},
		.kb = {.log_fd = -1}};
	int r;

	if (job_look(local->store, job, ret_outcome) == 0)
		return 0;
	progress_init(&m.progress, &job->id);
	m.progress.number = job->number;
	m.progress.of = job->of;
	buf_init(&m.errors, ERRORS_MAX);
	r = gather(&m, local->cancel_fd, err);
	if (!r)
		r = make_locked(&m, local->cancel_fd, err);
	if (!r) {
		*ret_outcome = m.outcome;
		m.outcome.error = NULL;
	}
	making_release(&m);
	return r;
}
