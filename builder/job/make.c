// SPDX-License-Identifier: GPL-2.0-or-later
/* Checkout, configure, make, modules; whose fault a failure is. */
#include "making.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "builder/kbuild/build-log.h"
#include "builder/keep/room.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "source.h"

/* Runs a step and adds what it took to *ret_seconds. */
int making_timed(struct making *m, const char *phase,
	int (*step)(struct making *, struct err *), double *seconds, struct err *err)
{
	double start = clock_monotonic();
	int r;

	progress_phase(&m->progress, phase);
	r = step(m, err);
	*seconds += clock_monotonic() - start;
	return r;
}

/* Objects of a make that went through, from the same .config, can be told from those that
 * the commit changes. */
static void plan_spared(struct making *m)
{
	const struct mark *mark = &m->place.mark;
	CLEANUP_IMAGE struct image image = {0};
	struct spare_view view = {.repo = m->repo,
		.from = mark->source,
		.to = m->commit.tree,
		.src = m->place.src,
		.obj = m->place.obj,
		.src_name = kbuild_src(&m->kb)};

	if (m->conf->spare && mark->phase == PHASE_IDLE && mark->built &&
		mark->source[0] && mark->image[0] && !strcmp(mark->config, m->key) &&
		making_find(m, mark->image, true, &image))
		spare_plan(&view, &m->spare);
}

static int open_log(struct making *m, struct err *err)
{
	kbuild_log_close(&m->kb);
	return kbuild_log_open(&m->kb, err);
}

/* What a tree that no folder can be comes to: names that are too long or lead elsewhere,
 * a file under a file, more folders in each other than can be open. */
static bool is_no_folder(int r)
{
	return r == -EINVAL || r == -ENAMETOOLONG || r == -EMSGSIZE || r == -EEXIST ||
	       r == -ENOTDIR || r == -EISDIR || r == -ELOOP || r == -EMFILE;
}

/* Git takes it, and no builder ever will: that is a failure of the commit. */
static int refuse_tree(struct making *m, const struct err *why, struct err *err)
{
	int r = open_log(m, err);

	if (r < 0)
		return r;
	buf_reset(&m->errors);
	buf_addf(&m->errors, "error: %s\n", why->text);
	kbuild_say(&m->kb, m->errors.data, m->errors.len);
	return KBUILD_FAILED;
}

/* From what src holds to the commit's tree; a kbuild_result. */
static int check_out(struct making *m, struct source_change *change, struct err *err)
{
	struct mark mark = m->place.mark;
	const char *from = mark.source[0] ? mark.source : NULL, *to = m->commit.tree;
	struct err why = ERR_INIT;
	int r;

	if (from && !strcmp(from, to))
		return KBUILD_OK;
	mark.phase = PHASE_CHECKOUT;
	r = workplace_mark(&m->place, &mark, err);
	if (r < 0)
		return r;
	r = source_update(m->repo, m->place.src, from, to, mark.floor, change, &why);
	/* it may be what lies there: if not, it is the commit */
	if (is_no_folder(r) && from)
		r = source_update(
			m->repo, m->place.src, NULL, to, mark.floor, change, &why);
	if (is_no_folder(r))
		return refuse_tree(m, &why, err);
	return r < 0 ? err_set(err, r, "%s", why.text) : KBUILD_OK;
}

static int step_checkout(struct making *m, struct err *err)
{
	struct source_change change = {0};
	struct mark mark;
	int r;

	r = making_unhide(m, err);
	if (r < 0)
		return r;
	plan_spared(m);
	r = check_out(m, &change, err);
	if (r != KBUILD_OK)
		return r;
	mark = m->place.mark;
	mark.image[0] = '\0';
	if (change.kconfig || strcmp(mark.config, m->key))
		mark.config[0] = '\0';
	memcpy(mark.source, m->commit.tree, sizeof(mark.source));
	mark.phase = PHASE_MAKE;
	r = workplace_mark(&m->place, &mark, err);
	/* not before: whoever recovers from a kill throws away what is newer than the
	 * mark */
	if (!r)
		spare_apply(&m->spare);
	return r;
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
	CLEANUP_BUF struct buf line = {0};
	int r;

	if (!m->spare.n_spared)
		return kbuild_make(&m->kb, err);
	buf_init(&line, 64 * 1024);
	buf_adds(&line, "tenfold: ");
	spare_describe(&m->spare, &line);
	buf_addc(&line, '\n');
	kbuild_say(&m->kb, line.data, line.len);
	r = kbuild_make(&m->kb, err);
	if (r != KBUILD_OK || spare_proven(&m->spare))
		return r;
	/* this config does not make those objects that would have shown that it compiles
	 */
	spare_undo(&m->spare);
	spare_release(&m->spare);
	return kbuild_make(&m->kb, err);
}

static int step_modules(struct making *m, struct err *err)
{
	int r = dir_remove(m->place.stage, err);

	if (!r)
		r = dir_make(m->place.stage, 0755, err);
	return r ? r : kbuild_install_modules(&m->kb, err);
}

/* Where the disk is full, neither a failure nor a success says anything of the commit:
 * some tools write half a file and do not notice. The objects are not whole. */
static int believe(struct making *m, int result, struct err *err)
{
	const struct kbuild *kb = &m->kb;

	if (result < 0 || (!kb->log_error && !room_is_out(m->place.obj)))
		return result;
	m->kb.torn = true;
	return kb->log_error
		       ? err_errno(err, -kb->log_error, "cannot write '%s'", kb->log)
		       : err_set(err, -ENOSPC, "the disk of '%s' is full", m->place.obj);
}

/* All of make's work; a kbuild_result. */
static int run_make(struct making *m, struct err *err)
{
	int r;

	making_record(m);
	m->outcome.clean = !m->place.mark.built;
	m->progress.expect.clean = m->outcome.clean;
	m->kb.ccache = m->ccache_dir && (m->ccache == CCACHE_ALWAYS || m->outcome.clean)
			       ? m->conf->ccache_size
			       : 0;
	r = making_timed(m, "configure", step_configure, &m->outcome.config, err);
	if (r == KBUILD_OK)
		r = making_timed(m, "compile", step_make, &m->outcome.make, err);
	if (r == KBUILD_OK)
		r = making_timed(m, "modules", step_modules, &m->outcome.modules, err);
	return believe(m, r, err);
}

/* How far a make comes within a limit is chance: a commit that cannot differ from this
 * one may come further. */
static bool is_chance(const struct kbuild *kb)
{
	return kb->over == OVER_TIME || kb->over == OVER_DISK;
}

/* From here on the objects are whole, and old. */
static int settle_objects(struct making *m, bool whole, struct err *err)
{
	struct mark mark = m->place.mark;

	making_take_record(m);
	snprintf(mark.image, sizeof(mark.image), "%s", whole ? m->commit.name : "");
	mark.phase = PHASE_IDLE;
	mark.built = mark.built || m->configured;
	snprintf(mark.config, sizeof(mark.config), "%s", m->configured ? m->key : "");
	mark.floor = workplace_floor(&m->place);
	return workplace_mark(&m->place, &mark, err);
}

/* Reads the log: errors for people, and whose fault it is (-EIO: the machine's). */
static int judge_log(struct making *m, bool *ret_stale, struct err *err)
{
	CLEANUP_BUF struct buf log = {0}, blame = {0};

	buf_init(&log, KBUILD_LOG_BOUND);
	buf_init(&blame, 1024);
	file_read(m->place.log, &log, NULL);
	if (!m->kb.over && build_log_blames_machine(log.data, log.len, &blame)) {
		/* the disk was full for a moment: what was written then is not whole */
		if (strstr(blame.data, strerror(ENOSPC)) ||
			strstr(blame.data, strerror(EDQUOT)))
			m->kb.torn = true;
		return err_set(err, -EIO, "the build machine failed: %s", blame.data);
	}
	buf_reset(&m->errors);
	build_log_errors(log.data, log.len, kbuild_src(&m->kb), &m->errors);
	*ret_stale = !build_log_has_compiler_error(log.data, log.len);
	return 0;
}

/* Many jobs may want too much where one does not: only that one's failure counts. */
static int run_make_within(struct making *m, struct err *err)
{
	int r = run_make(m, err);

	if (r != KBUILD_FAILED || m->kb.jobs == 1 ||
		(m->kb.over != OVER_MEMORY && m->kb.over != OVER_PROCESSES))
		return r;
	m->kb.jobs = 1;
	r = open_log(m, err);
	return r ? r : run_make(m, err);
}

/* A failure that no compiler speaks of may come from old objects (a file that went, a
 * rule that changed): only a build from nothing is believed then. */
static int make_or_remake(struct making *m, struct err *err)
{
	bool stale = false;
	int r = open_log(m, err);

	if (!r)
		r = run_make_within(m, err);
	if (r != KBUILD_FAILED)
		return r;
	r = judge_log(m, &stale, err);
	if (r < 0)
		return r;
	if (!stale || m->outcome.clean)
		return KBUILD_FAILED;
	spare_release(&m->spare);
	r = workplace_clean(&m->place, err);
	if (!r)
		r = workplace_mark(&m->place, &m->place.mark, err);
	if (!r)
		r = open_log(m, err);
	if (!r)
		r = run_make_within(m, err);
	if (r != KBUILD_FAILED)
		return r;
	r = judge_log(m, &stale, err);
	return r < 0 ? r : KBUILD_FAILED;
}

int making_make(struct making *m, struct err *err)
{
	int r = making_timed(m, "checkout", step_checkout, &m->outcome.checkout, err);
	int made;

	if (r != KBUILD_OK)
		return r;
	workplace_share_lock(&m->place, true);
	m->sandbox.hold_fd = m->place.lock_fd;
	made = make_or_remake(m, err);
	workplace_share_lock(&m->place, false);
	/* they were kept on the word of objects that did not come about */
	if (made != KBUILD_OK)
		spare_undo(&m->spare);
	if (workplace_is_ahead(&m->place)) {
		m->kb.torn = true;
		made = err_set(
			err, -EIO, "the clock was set back while make was at work");
	}
	/* torn: the mark goes on saying that a make is at work */
	if (made < 0 && m->kb.torn)
		return made;
	if (m->kb.torn) {
		m->configured = false;
		r = workplace_recover(&m->place, err);
		if (r < 0)
			return r;
	}
	r = settle_objects(m, made >= 0 && !is_chance(&m->kb), made < 0 ? NULL : err);
	return r < 0 && made >= 0 ? r : made;
}
