// SPDX-License-Identifier: GPL-2.0-or-later
#include "maker.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/log.h"
#include "record.h"
#include "script.h"

#define SUBMISSIONS 3       /* of one image, when its jobs are lost */
#define LOOK_MS 500         /* between two looks at the store */
#define STORE_SECONDS 90.0  /* for the store to show here what a node put there */
#define AWAY_SECONDS 3600.0 /* that Slurm may be out of reach */
#define NAME_MAX_BYTES 512

/* One image on its way. */
struct batch {
	const struct slurm_maker *maker;
	const struct job *job;
	struct slurm_record record;
	struct buf name;
	struct slurm_job said; /* what Slurm said last */
	double away_since;     /* monotonic; 0: Slurm answers */
	struct err *err;
};

/* --- what is in the store */

static void fill_outcome(const struct image *image, struct outcome *outcome)
{
	struct image_id same;

	outcome->result = image->built ? RESULT_BUILT : RESULT_FAILED;
	outcome->clean = !strcmp(image->how, "clean");
	outcome->made = strcmp(image->how, "same") != 0;
	outcome->seconds = image->seconds;
	if (*image->same_as && image_id_parse(image->same_as, &same, NULL) == 0)
		memcpy(outcome->same_as, same.commit, sizeof(same.commit));
	if (!image->built)
		outcome->error = strndup(image->error, strcspn(image->error, "\n"));
}

/* An NFS client believes for a while that what it did not find is not there, unless it
 * has just opened the folder. */
static void refresh(const struct store *store, const struct image_id *id, bool built)
{
	CLEANUP_BUF struct buf path = {0};
	DIR *dir;

	buf_init(&path, STORE_PATH_MAX);
	store_image_path(store, id, built, &path);
	if (buf_check(&path))
		return;
	*strrchr(path.data, '/') = '\0';
	dir = opendir(path.data);
	if (dir)
		closedir(dir);
}

/* failed: a record that the commit does not build counts. */
static bool look(struct batch *b, bool failed, struct outcome *ret_outcome)
{
	const struct store *store = b->maker->store;
	CLEANUP_IMAGE struct image image = {0};
	struct outcome outcome = {0};
	bool built = true;

	refresh(store, &b->job->id, true);
	if (!store_has(store, &b->job->id, true)) {
		built = false;
		if (!failed)
			return false;
		refresh(store, &b->job->id, false);
	}
	if (store_load(store, &b->job->id, built, &image, NULL) < 0)
		return false;
	fill_outcome(&image, &outcome);
	if (!b->said.node[0])
		slurm_ask(b->record.job, b->name.data, &b->said, NULL);
	snprintf(outcome.node, sizeof(outcome.node), "%s", b->said.node);
	*ret_outcome = outcome;
	return true;
}

/* --- the job */

/* What the command line said and builder.conf does not. */
static void add_options(const struct batch *b, struct strvec *argv)
{
	const struct conf *conf = b->maker->conf;
	const struct conf_config *config = b->job->config;

	if (b->job->retry)
		strvec_add(argv, "--retry");
	if (b->job->mail)
		strvec_add(argv, "--mail");
	if (conf->repo || conf->from)
		strvec_addv(argv, (const char *const[]){conf->repo ? "--repo" : "--from",
					  b->job->tree->remote, NULL});
	if (conf->fragment)
		strvec_addv(argv, (const char *const[]){"--fragment", config->file,
					  "--base", config->base, "--config",
					  config->name, "--arch", b->job->id.arch, NULL});
	if (conf->jobs)
		strvec_addf(argv, "--jobs=%u", conf->jobs);
	strvec_addf(argv, "--build-timeout=%u", conf->build_timeout);
	strvec_addf(argv, "--parallel=%u", conf->parallel);
}

static int add_words(struct batch *b, struct strvec *argv, struct err *err)
{
	const struct conf *conf = b->maker->conf;
	CLEANUP_FREE char *self = realpath("/proc/self/exe", NULL);
	CLEANUP_FREE char *file = realpath(conf->file, NULL);
	char id[IMAGE_ID_TEXT];

	if (!self || !file)
		return err_errno(err, -errno, "cannot find '%s'",
			self ? conf->file : "this program");
	image_id_format(&b->job->id, id);
	strvec_addv(argv, (const char *const[]){self, "--conf", file, "--store",
				  conf->store, "--state", conf->state, NULL});
	add_options(b, argv);
	/* a stranger names the branch: it is no option, whatever it begins with */
	strvec_addv(argv, (const char *const[]){"make", b->job->tree->name, id, "--",
				  b->job->branch, NULL});
	return strvec_check(argv);
}

static int submit(struct batch *b, struct err *err)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	CLEANUP_BUF struct buf script = {0};
	struct slurm_batch batch = {.name = b->name.data,
		.log = b->record.log,
		.options = &b->maker->conf->slurm.option};
	unsigned int job = 0;
	int r = add_words(b, &argv, err);

	buf_init(&script, 64 * 1024);
	if (!r && slurm_script(&argv, &script) < 0)
		r = err_set(err, -EINVAL, "a job's words are on one line each");
	if (!r)
		r = slurm_record_write(&b->record, 0, err);
	if (r < 0)
		return r;
	batch.script = script.data;
	r = slurm_submit(&batch, &job, err);
	if (!r)
		return slurm_record_write(&b->record, job, err);
	if (r != -ETIMEDOUT)
		slurm_record_remove(&b->record);
	return r;
}

/* The job that a builder before this one left, or a new one. */
static int have_job(struct batch *b, struct err *err)
{
	unsigned int job = b->record.job;
	int r = 0;

	if (!job && b->record.old)
		r = slurm_find(b->name.data, &job, err);
	b->record.old = false;
	if (r < 0)
		return r;
	return job ? slurm_record_write(&b->record, job, err) : submit(b, err);
}

/* Asks Slurm; a controller that is away for a while is no reason to give up, as the job
 * runs on without it. */
static int ask(struct batch *b, struct err *err)
{
	double now = clock_monotonic();
	struct err why = ERR_INIT;
	int r = slurm_ask(b->record.job, b->name.data, &b->said, &why);

	if (!r) {
		if (b->away_since)
			log_info("Slurm answers again");
		b->away_since = 0;
		return 0;
	}
	if (!b->away_since) {
		log_warn("%s", why.text);
		b->away_since = now;
	}
	b->said.fate = SLURM_ALIVE;
	if (now - b->away_since < AWAY_SECONDS)
		return 0;
	return err_set(err, r, "%s", why.text);
}

/* The job's last line, which says what its builder could not do. */
static void add_last_words(const struct batch *b, struct buf *text)
{
	CLEANUP_BUF struct buf log = {0};
	char *line;

	buf_init(&log, 1024 * 1024);
	if (file_read(b->record.log, &log, NULL) < 0)
		return;
	while (log.len && log.data[log.len - 1] == '\n')
		log.data[--log.len] = '\0';
	line = strrchr(log.data, '\n');
	line = line ? line + 1 : log.data;
	if (!*line)
		return;
	buf_adds(text, ": ");
	buf_add_clean(text, line);
}

static int cancelled(struct batch *b, double seconds)
{
	struct pollfd fd = {.fd = b->maker->cancel_fd, .events = POLLIN};

	return poll(&fd, 1, (int)(seconds * 1000)) > 0;
}

/* -EAGAIN: the job was lost, and another may do better. */
static int judge(struct batch *b, struct outcome *ret_outcome, struct err *err)
{
	double until = clock_monotonic() + STORE_SECONDS;
	const struct slurm_job *said = &b->said;
	CLEANUP_BUF struct buf words = {0};
	bool told = said->fate == SLURM_ENDED && said->exit_code <= 1;

	/* nobody has submitted it again: what is there now is all that will be */
	do {
		if (look(b, told || !b->job->retry, ret_outcome))
			return 0;
	} while (told && clock_monotonic() < until && !cancelled(b, LOOK_MS / 1e3));
	if (said->fate == SLURM_GONE)
		return err_set(err, -EAGAIN, "Slurm has forgotten job %u", b->record.job);
	if (said->fate == SLURM_LOST)
		return err_set(err, -EAGAIN, "job %u on '%s' was lost: %s", b->record.job,
			said->node, said->state);
	buf_init(&words, 1024);
	add_last_words(b, &words);
	return err_set(err, -EIO, "job %u on '%s' exited with %d%.500s", b->record.job,
		said->node, said->exit_code, words.data);
}

/* Until the image or its failure is in the store, or the job is over. */
static int follow(struct batch *b, struct outcome *ret_outcome, struct err *err)
{
	double ask_at = 0;

	for (;;) {
		double now = clock_monotonic();
		int r;

		if (look(b, !b->job->retry, ret_outcome))
			return 0;
		if (now >= ask_at) {
			r = ask(b, err);
			if (r < 0)
				return r;
			if (b->said.fate != SLURM_ALIVE)
				return judge(b, ret_outcome, err);
			ask_at = now + b->maker->conf->slurm.poll;
		}
		if (cancelled(b, LOOK_MS / 1e3))
			return err_set(err, -ECANCELED, "cancelled");
	}
}

static int make_once(struct batch *b, struct outcome *ret_outcome, struct err *err)
{
	int r = have_job(b, err), cancel;

	if (r < 0)
		return r;
	r = follow(b, ret_outcome, err);
	/* out of reach, it may still run: the next one to ask will find it */
	if (r < 0 && b->away_since && r != -ECANCELED)
		return r;
	cancel = r == -ECANCELED ? slurm_cancel(b->record.job, NULL) : 0;
	if (!cancel)
		slurm_record_remove(&b->record);
	return r;
}

static int make_with_record(struct batch *b, struct outcome *ret_outcome, struct err *err)
{
	int r = -EAGAIN;

	for (int i = 0; i < SUBMISSIONS && r == -EAGAIN; i++) {
		slurm_record_close(&b->record);
		r = slurm_record_open(&b->record, b->maker->conf->state, b->name.data,
			b->maker->cancel_fd, err);
		/* it may have been made while we waited, or while nobody looked */
		if (!r && !b->record.old &&
			job_look(b->maker->store, b->job, ret_outcome) == 0)
			slurm_record_remove(&b->record);
		else if (!r)
			r = make_once(b, ret_outcome, err);
		if (r == -EAGAIN)
			log_warn("%s", err->text);
	}
	return r == -EAGAIN ? -EIO : r;
}

int slurm_make(
	void *ctx, const struct job *job, struct outcome *ret_outcome, struct err *err)
{
	const struct slurm_maker *maker = ctx;
	struct batch b = {.maker = maker, .job = job, .record = {.fd = -1}};
	int r;

	if (job_look(maker->store, job, ret_outcome) == 0)
		return 0;
	buf_init(&b.name, NAME_MAX_BYTES);
	slurm_job_name(maker->conf->state, job->tree->name, &job->id, &b.name);
	r = buf_check(&b.name);
	if (!r)
		r = make_with_record(&b, ret_outcome, err);
	slurm_record_close(&b.record);
	buf_release(&b.name);
	return r;
}
