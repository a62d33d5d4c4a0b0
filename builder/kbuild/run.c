// SPDX-License-Identifier: GPL-2.0-or-later
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "ccache.h"
#include "lib/child.h"

#define PATH_BYTES 4096
#define TAIL_BYTES (32 * 1024)

/* One date, user, host and number for all: equal images mean equal code. */
static char *const environment[] = {"KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970",
	"KBUILD_BUILD_USER=tenfold", "KBUILD_BUILD_HOST=tenfold",
	"KBUILD_BUILD_VERSION=1", "LC_ALL=C", NULL};

int kbuild_log_open(struct kbuild *kb, struct err *err)
{
	kb->log_fd = open(kb->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	kb->log_bytes = kb->tail_len = 0;
	kb->log_error = 0;
	return kb->log_fd < 0 ? err_errno(err, -errno, "cannot write '%s'", kb->log) : 0;
}

void kbuild_log_close(struct kbuild *kb)
{
	if (kb->log_fd >= 0)
		close(kb->log_fd);
	kb->log_fd = -1;
	free(kb->tail);
	kb->tail = NULL;
}

/* The line that is lost to a full disk may be the one that says that it is full. */
static void write_log(struct kbuild *kb, const char *data, size_t len)
{
	ssize_t n = write(kb->log_fd, data, len);

	if (n < (ssize_t)len && !kb->log_error)
		kb->log_error = n < 0 ? errno : ENOSPC;
}

/* What does not fit pushes out what is oldest. */
static void keep_tail(struct kbuild *kb, const char *data, size_t len)
{
	size_t more = len < TAIL_BYTES ? len : TAIL_BYTES, stays;

	if (!kb->tail && !(kb->tail = malloc(TAIL_BYTES)))
		return;
	stays = kb->tail_len < TAIL_BYTES - more ? kb->tail_len : TAIL_BYTES - more;
	memmove(kb->tail, kb->tail + kb->tail_len - stays, stays);
	memcpy(kb->tail + stays, data + len - more, more);
	kb->tail_len = stays + more;
}

static void write_tail(struct kbuild *kb)
{
	if (kb->tail_len)
		write_log(kb, kb->tail, kb->tail_len);
	kb->tail_len = 0;
}

static void add_output(struct kbuild *kb, const char *data, size_t len)
{
	static const char cut[] = "\n[the log is cut here]\n";

	if (kb->log_bytes >= KBUILD_LOG_MAX) {
		keep_tail(kb, data, len);
		return;
	}
	kb->log_bytes += len;
	write_log(kb, data, len);
	if (kb->log_bytes >= KBUILD_LOG_MAX)
		write_log(kb, cut, strlen(cut));
}

void kbuild_say(struct kbuild *kb, const char *data, size_t len)
{
	add_output(kb, data, len);
	write_tail(kb);
}

static void take_output(void *ctx, const char *data, size_t len)
{
	struct kbuild *kb = ctx;
	unsigned int lines = 0;

	add_output(kb, data, len);
	for (size_t i = 0; i < len; i++)
		lines += data[i] == '\n';
	if (!lines)
		return;
	kb->lines += lines;
	if (kb->on_line)
		kb->on_line(kb->ctx, kb->lines);
}

static void log_command(struct kbuild *kb, const struct strvec *argv)
{
	CLEANUP_BUF struct buf b = {0};

	buf_init(&b, 64 * 1024);
	for (size_t i = 0; i < argv->n; i++)
		buf_addf(&b, "%s%s", i ? " " : "+ ", argv->v[i]);
	buf_addc(&b, '\n');
	kbuild_say(kb, b.data, b.len);
}

const char *kbuild_src(const struct kbuild *kb)
{
	return kb->sandbox ? SANDBOX_SRC : kb->src;
}

const char *kbuild_obj(const struct kbuild *kb)
{
	return kb->sandbox ? SANDBOX_OBJ : kb->obj;
}

const char *kbuild_stage(const struct kbuild *kb)
{
	return kb->sandbox ? SANDBOX_STAGE : kb->stage;
}

void kbuild_names_key(const struct kbuild *kb, char ret_key[SHA256_TEXT])
{
	CLEANUP_BUF struct buf b = {0};

	buf_init(&b, 2 * PATH_BYTES);
	buf_addf(&b, "%s\n%s\n", kbuild_src(kb), kbuild_obj(kb));
	sha256_bytes(b.data, b.len, ret_key);
}

/* make -C SRC O=OBJ ... EXTRA... */
static int make_words(
	const struct kbuild *kb, const char *const *extra, struct strvec *argv)
{
	strvec_addv(argv, (const char *const[]){"make", "-C", kbuild_src(kb), NULL});
	strvec_addf(argv, "O=%s", kbuild_obj(kb));
	strvec_addf(argv, "ARCH=%s", kb->arch);
	strvec_addf(argv, "-j%u", kb->jobs);
	/* -L: a symlink that points elsewhere is a change, though its target is old */
	strvec_addv(argv, (const char *const[]){"-L", "--no-print-directory",
				  "--output-sync=line", "LOCALVERSION=", NULL});
	if (kb->config->make_args.n)
		strvec_addv(argv, (const char *const *)kb->config->make_args.v);
	strvec_addv(argv, extra);
	return strvec_check(argv);
}

/* What every make gets, and what this one does. */
static void add_environment(
	const struct kbuild *kb, char *const *more, struct strvec *env)
{
	strvec_addv(env, (const char *const *)environment);
	if (more)
		strvec_addv(env, (const char *const *)more);
	if (kb->ccache)
		ccache_environment(kb->ccache, env);
	if (!kb->record)
		return;
	strvec_addf(env, "LD_PRELOAD=%s", kb->sandbox ? SANDBOX_RECORDER : kb->recorder);
	strvec_addf(env, "TENFOLD_REACH=%s/" KBUILD_RECORD, kbuild_obj(kb));
}

/* Shut in or not. */
static int run_child(struct kbuild *kb, const struct child_spec *spec,
	struct child_result *ret_result, struct err *err)
{
	kb->over = OVER_NOTHING;
	return kb->sandbox ? sandbox_run(kb->sandbox, spec, ret_result, &kb->over, err)
			   : child_run(spec, ret_result, err);
}

/* A limit of the sandbox: the commit's doing, and the log says which. */
static int say_over(struct kbuild *kb, const struct child_result *result)
{
	CLEANUP_BUF struct buf line = {0};

	buf_init(&line, 256);
	buf_adds(&line, "\n" KBUILD_OVER);
	sandbox_describe(kb->sandbox, kb->over, result, &line);
	buf_addc(&line, '\n');
	kbuild_say(kb, line.data, line.len);
	return KBUILD_FAILED;
}

static int judge_result(
	struct kbuild *kb, const struct child_result *result, struct err *err)
{
	CLEANUP_BUF struct buf how = {0};

	kb->cpu += result->cpu;
	if (result->max_rss_kb > kb->max_rss_kb)
		kb->max_rss_kb = result->max_rss_kb;
	/* asked to end by SIGTERM, make removes what its children were writing */
	kb->torn = result->signal && result->signal != SIGTERM;
	if (result->exit_code == 0)
		return KBUILD_OK;
	/* nobody outside sends it signals */
	if (kb->sandbox && !result->cancelled && (kb->over || result->signal))
		return say_over(kb, result);
	if (result->exit_code > 0 && !result->timed_out && !result->cancelled)
		return KBUILD_FAILED;
	buf_init(&how, 256);
	child_describe(result, &how);
	return err_set(err,
		result->cancelled   ? -ECANCELED
		: result->timed_out ? -ETIMEDOUT
				    : -EINTR,
		"make %s", how.data);
}

int kbuild_run(
	struct kbuild *kb, const char *const *extra, char *const *env, struct err *err)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT, env_all = STRVEC_INIT;
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	int r = make_words(kb, extra, &argv);

	add_environment(kb, env, &env_all);
	if (r || strvec_check(&env_all))
		return -ENOMEM;
	log_command(kb, &argv);
	spec.argv = argv.v;
	spec.env = env_all.v;
	spec.timeout = kb->timeout;
	spec.cancel_fd = kb->cancel_fd;
	spec.on_output = take_output;
	spec.ctx = kb;
	r = run_child(kb, &spec, &result, err);
	write_tail(kb);
	return r < 0 ? r : judge_result(kb, &result, err);
}
