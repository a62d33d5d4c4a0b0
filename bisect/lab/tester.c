// SPDX-License-Identifier: GPL-2.0-or-later
#include "tester.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/child.h"
#include "bisect/judge/ktap.h"
#include "bisect/log/place.h"

static int check_file(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	return access(path, X_OK) < 0 ? -errno : 0;
}

/* As execvp(3) looks it up. */
static int check_in_path(const char *name)
{
	const char *path = getenv("PATH");
	int found = -ENOENT;

	for (path = path ? path : "/bin:/usr/bin"; *path && found;) {
		size_t len = strcspn(path, ":");
		CLEANUP_BUF struct buf b;
		int r;

		buf_init(&b, 8192);
		buf_addf(&b, "%.*s/%s", len ? (int)len : 1, len ? path : ".", name);
		r = check_file(b.data);
		if (r != -ENOENT && r != -ENOTDIR)
			found = r;
		path += len + (path[len] == ':');
	}
	return found;
}

int tester_check(const struct tester *tester, struct err *err)
{
	const char *name = tester->argv->n ? tester->argv->v[0] : NULL;
	CLEANUP_BUF struct buf b;
	int r;

	buf_init(&b, 8192);
	if (!name)
		return 0;
	if (tester->cwd && *name != '/')
		buf_addf(&b, "%s/", tester->cwd);
	buf_adds(&b, name);
	r = strchr(name, '/') ? check_file(b.data) : check_in_path(name);
	if (r == -EACCES)
		return err_set(err, r, "the test command '%s' is not executable", name);
	return r < 0 ? err_set(err, r, "the test command '%s' is not there", name) : 0;
}

static int open_output(const struct tester *tester, unsigned int step)
{
	CLEANUP_BUF struct buf path;

	buf_init(&path, 4096);
	place_evidence(tester->folder, step, "test", &path);
	return open(path.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

static void make_environment(const struct tester *tester,
	const struct candidate *candidate, const char *boot, struct strvec *env)
{
	strvec_addf(env, "TENFOLD_HOST=%s", tester->host);
	strvec_addf(env, "TENFOLD_ADDRESS=%s",
		tester->address ? tester->address : tester->host);
	strvec_addf(env, "TENFOLD_IMAGE=%s", candidate->image);
	strvec_addf(env, "TENFOLD_COMMIT=%s", candidate->id.commit);
	strvec_addf(env, "TENFOLD_BOOT=%s", boot);
}

/* What a running test is to us. */
struct watched {
	struct tester *tester;
	struct ktap *ktap;
};

static void on_output(void *ctx, const char *data, size_t len)
{
	ktap_feed(((struct watched *)ctx)->ktap, data, len);
}

static bool on_tick(void *ctx)
{
	const struct tester *tester = ((struct watched *)ctx)->tester;

	if (tester->idle)
		tester->idle(tester->idle_ctx);
	return true;
}

static int run(void *ctx, unsigned int step, const struct candidate *candidate,
	const char *boot, struct test_result *ret_result, struct err *err)
{
	struct tester *tester = ctx;
	struct child_spec spec = CHILD_SPEC_INIT;
	CLEANUP_STRVEC struct strvec env = STRVEC_INIT;
	CLEANUP_FD int output = open_output(tester, step);
	CLEANUP_KTAP struct ktap ktap;
	struct watched watched = {tester, &ktap};
	CLEANUP_BUF struct buf how;
	struct child_result result;
	int r;

	ktap_init(&ktap);
	buf_init(&how, sizeof(ret_result->words) - 1);
	*ret_result = (struct test_result){0};
	snprintf(ret_result->words, sizeof(ret_result->words), "is to come up: it did");
	if (!tester->argv->n)
		return 0;
	make_environment(tester, candidate, boot, &env);
	if (strvec_check(&env) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	spec.argv = tester->argv->v;
	spec.cwd = tester->cwd;
	spec.env = env.v;
	spec.out_fd = output;
	spec.timeout = tester->timeout;
	spec.cancel_fd = tester->cancel_fd;
	spec.on_output = on_output;
	spec.tick = on_tick;
	spec.ctx = &watched;
	r = child_run(&spec, &result, err);
	if (r < 0)
		return r == -EINTR ? -EIO : r;
	if (result.cancelled)
		return err_set(err, -EINTR, "interrupted");
	child_describe(&result, &how);
	snprintf(ret_result->words, sizeof(ret_result->words), "%s", how.data);
	ret_result->exit_code = result.exit_code;
	ret_result->timed_out = result.timed_out;
	ret_result->seconds = result.seconds;
	ktap_end(&ktap, &ret_result->failed);
	return 0;
}

const struct tester_ops tester_ops = {
	.run = run,
};
