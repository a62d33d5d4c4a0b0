// SPDX-License-Identifier: GPL-2.0-or-later
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "census.h"
#include "cgroup.h"
#include "guard.h"
#include "lib/file.h"

#define CHECK_SECONDS 60
#define CENSUS_SECONDS 0.2
#define PRODUCT_MAX                                                         \
	(4LL << 30) /* bytes of one file; a vmlinux holds debug information \
		     */

/* One run under way: what the child's callbacks get. */
struct inside {
	const struct sandbox *box;
	const struct child_spec *spec;
	struct cgroup group;
	struct sandbox_limits limits;
	int status_fd;     /* our end of what bwrap tells */
	int their_fd;      /* the other end */
	pid_t builder;     /* this process */
	struct buf status; /* what it told */
	uint64_t free;     /* bytes of the file system, when last looked at in earnest */
	enum sandbox_over over; /* the limit for which tick() ended it */
};

/* --- limits */

static uint64_t machine_memory(void)
{
	return (uint64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
}

static struct sandbox_limits settle_limits(const struct sandbox *box)
{
	struct sandbox_limits limits = box->limits;

	if (!limits.memory)
		limits.memory =
			machine_memory() / 4 * 3 / (limits.parts ? limits.parts : 1);
	return limits;
}

static int set_rlimit(int what, rlim_t value)
{
	struct rlimit limit = {.rlim_cur = value, .rlim_max = value};
	struct rlimit now;

	/* a limit that is lower already stays */
	if (getrlimit(what, &now) == 0 && now.rlim_max < value)
		limit.rlim_cur = limit.rlim_max = now.rlim_max;
	return setrlimit(what, &limit) < 0 ? -errno : 0;
}

/* Nothing of ours goes in by way of bwrap: no variable, no descriptor but its own. */
static int strip(const struct inside *in)
{
	const char *now = getenv("PATH");
	CLEANUP_FREE char *path = strdup(now ? now : "/usr/bin:/bin");

	if (!path || clearenv() || setenv("PATH", path, 1) < 0)
		return -ENOMEM;
	return close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0 ||
			       fcntl(in->their_fd, F_SETFD, 0) < 0
		       ? -errno
		       : 0;
}

static int prepare(void *ctx)
{
	const struct inside *in = ctx;
	int r = sandbox_guard(in->builder, in->box->hold_fd);

	if (!r)
		r = strip(in);

	if (!r)
		r = set_rlimit(RLIMIT_CORE, 0);
	if (!r && in->limits.disk)
		r = set_rlimit(RLIMIT_FSIZE, in->limits.disk);
	if (r)
		return r;
	if (in->group.memory.path)
		return cgroup_enter(&in->group);
	/* without a group: each process by itself, our user's together, and count_all()
	 */
	r = set_rlimit(RLIMIT_AS, in->limits.memory);
	return r ? r : set_rlimit(RLIMIT_NPROC, in->limits.processes);
}

static uint64_t free_bytes(const char *path)
{
	struct statvfs st;

	return statvfs(path, &st) < 0 ? 0 : (uint64_t)st.f_bavail * st.f_frsize;
}

static uint64_t counted; /* nftw(3) has no context */

static int count_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)path;
	(void)ftw;
	if (flag == FTW_F)
		counted += (uint64_t)st->st_blocks * 512;
	return 0;
}

/* Of all that is written inside. */
static uint64_t written_bytes(const struct sandbox *box)
{
	counted = 0;
	nftw(box->obj, count_one, 32, FTW_PHYS);
	for (size_t i = 0; i < box->n_more; i++)
		if (box->more[i].writable)
			nftw(box->more[i].from, count_one, 32, FTW_PHYS);
	return counted;
}

/* The folder is counted only when the disk has lost as much as it may hold: others write
 * there as well. */
static bool disk_is_full(struct inside *in)
{
	uint64_t now;

	if (!in->limits.disk || !in->box->obj)
		return false;
	now = free_bytes(in->box->obj);
	if (now + in->limits.disk >= in->free)
		return false;
	in->free = now;
	return written_bytes(in->box) > in->limits.disk;
}

static pid_t first_inside(struct inside *in);

/* What the control group would hold down, where there is none. */
static enum sandbox_over count_all(struct inside *in)
{
	struct sandbox_census census;

	if (in->group.memory.path)
		return OVER_NOTHING;
	sandbox_count(first_inside(in), &census);
	return census.memory > in->limits.memory         ? OVER_MEMORY
	       : census.processes > in->limits.processes ? OVER_PROCESSES
							 : OVER_NOTHING;
}

static bool tick(void *ctx)
{
	struct inside *in = ctx;

	if (!in->over)
		in->over = disk_is_full(in) ? OVER_DISK : count_all(in);
	return in->over == OVER_NOTHING;
}

static enum sandbox_over find_over(
	const struct inside *in, const struct child_result *result)
{
	struct cgroup_counts counts = {0};

	if (result->stopped)
		return in->over;
	if (in->group.memory.path)
		cgroup_read(&in->group, &counts);
	if (!result->exit_code || result->cancelled)
		return OVER_NOTHING;
	/* what lost a process to a limit may wait for it for ever */
	return counts.memory       ? OVER_MEMORY
	       : counts.processes  ? OVER_PROCESSES
	       : result->timed_out ? OVER_TIME
				   : OVER_NOTHING;
}

void sandbox_describe(const struct sandbox *box, enum sandbox_over over,
	const struct child_result *result, struct buf *b)
{
	struct sandbox_limits limits = settle_limits(box);

	switch (over) {
	case OVER_NOTHING:
		child_describe(result, b);
		break;
	case OVER_TIME:
		buf_addf(b, "did not come to an end within %.0f s", result->seconds);
		break;
	case OVER_MEMORY:
		buf_addf(b, "wanted more than %" PRIu64 " MB of memory",
			limits.memory >> 20);
		break;
	case OVER_PROCESSES:
		buf_addf(b, "wanted more than %u processes", limits.processes);
		break;
	case OVER_DISK:
		buf_addf(b, "wrote more than %" PRIu64 " MB of objects",
			limits.disk >> 20);
		break;
	}
}

/* --- the run */

static void read_status(struct inside *in)
{
	char chunk[512];
	ssize_t n;

	while ((n = read(in->status_fd, chunk, sizeof(chunk))) > 0)
		buf_add(&in->status, chunk, n);
}

/* The number behind a word of bwrap's status, one JSON object a line; -1: not there. */
static long status_number(struct inside *in, const char *word)
{
	const char *at;

	read_status(in);
	at = strstr(in->status.data, word);
	at = at ? strchr(at, ':') : NULL;
	return at ? strtol(at + 1, NULL, 10) : -1;
}

/* The first process inside, which bwrap made; all others die with it. */
static pid_t first_inside(struct inside *in)
{
	long pid = status_number(in, "\"child-pid\"");

	return pid > 1 ? (pid_t)pid : 0;
}

/* make itself, so that it removes what its children were writing; bwrap would be gone at
 * once, and everything inside with it, which is what a bomb needs. */
static void ask(void *ctx, pid_t pid)
{
	struct inside *in = ctx;
	pid_t first = first_inside(in), make = 0;
	CLEANUP_BUF struct buf path = {0}, children = {0};

	buf_init(&path, 64);
	buf_init(&children, 4096);
	buf_addf(&path, "/proc/%d/task/%d/children", first, first);
	if (first && (in->over == OVER_PROCESSES || in->over == OVER_MEMORY))
		kill(first, SIGKILL);
	else if (first && file_read(path.data, &children, NULL) == 0)
		make = atoi(children.data);
	if (make <= 1 || kill(make, SIGTERM) < 0)
		kill(-pid, SIGTERM);
}

static void on_output(void *ctx, const char *data, size_t len)
{
	const struct inside *in = ctx;

	if (in->spec->on_output)
		in->spec->on_output(in->spec->ctx, data, len);
}

static int run(struct inside *in, struct strvec *argv, struct child_result *ret_result,
	struct err *err)
{
	struct child_spec spec = *in->spec;
	int r;

	spec.argv = argv->v;
	spec.env = NULL;
	spec.cwd = NULL;
	spec.on_output = on_output;
	spec.prepare = prepare;
	spec.tick = tick;
	spec.tick_every = in->group.memory.path ? 0 : CENSUS_SECONDS;
	spec.ask = ask;
	spec.ctx = in;
	/* the guard leaves nothing behind, unless it was ended by force itself */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	r = child_run(&spec, ret_result, err);
	if (!r && ret_result->signal)
		sandbox_end_children(0);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	return r;
}

/* bwrap tells of an exit code only if the command was started. */
static int judge(struct inside *in, const struct child_result *result, struct err *err)
{
	if (in->over || result->exit_code <= 0 || status_number(in, "\"exit-code\"") >= 0)
		return 0;
	return err_set(err, -EPERM, "the sandbox cannot be made");
}

static int open_status(struct inside *in, struct err *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_errno(err, -errno, "cannot make a pipe");
	in->status_fd = fds[0];
	in->their_fd = fds[1];
	return 0;
}

int sandbox_run(const struct sandbox *box, const struct child_spec *spec,
	struct child_result *ret_result, enum sandbox_over *ret_over, struct err *err)
{
	struct inside in = {.box = box,
		.spec = spec,
		.limits = settle_limits(box),
		.builder = getpid()};
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	const struct cgroup_limits group = {
		.memory = in.limits.memory, .processes = in.limits.processes};
	int r = open_status(&in, err);

	if (r < 0)
		return r;
	buf_init(&in.status, 4096);
	in.free = box->obj ? free_bytes(box->obj) : 0;
	sandbox_words(box, spec->env, in.their_fd, &argv);
	strvec_addv(&argv, (const char *const *)spec->argv);
	cgroup_make(&in.group, &group, NULL); /* else see count_all() */
	r = strvec_check(&argv);
	if (!r)
		r = run(&in, &argv, ret_result, err);
	if (!r)
		r = judge(&in, ret_result, err);
	if (!r)
		*ret_over = find_over(&in, ret_result);
	if (!r && ret_result->exit_code > 128) {
		ret_result->signal = ret_result->exit_code - 128;
		ret_result->exit_code = -1;
	}
	cgroup_remove(&in.group);
	buf_release(&in.status);
	close(in.status_fd);
	close(in.their_fd);
	return r;
}

int sandbox_check(struct err *err)
{
	static char *const argv[] = {"make", "--version", NULL};
	const struct sandbox box = {.hold_fd = -1, .limits = {.processes = 1024}};
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	CLEANUP_BUF struct buf out = {0};
	enum sandbox_over over;
	struct err why = ERR_INIT;
	int r;

	buf_init(&out, 512);
	spec.argv = argv;
	spec.out = &out;
	spec.timeout = CHECK_SECONDS;
	r = sandbox_run(&box, &spec, &result, &over, &why);
	if (r == 0 && result.exit_code == 0)
		return 0;
	out.data[strcspn(out.data, "\n")] = '\0';
	return err_set(err, -EPERM,
		"cannot shut a build in: %s%s%s: see SANDBOX in tenfold-builder(8), or "
		"trust all commits with 'sandbox = no'",
		r == -EPERM ? "" : why.text, r < 0 && r != -EPERM ? "" : out.data,
		out.len || why.text[0] ? "" : "bwrap failed");
}

/* --- what is left behind */

bool sandbox_product(const char *dir, const char *name)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC | O_NOFOLLOW,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV};
	CLEANUP_FD int folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FD int fd = -1;
	struct stat st;

	if (folder >= 0)
		fd = syscall(SYS_openat2, folder, name, &how, sizeof(how));
	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       st.st_size <= PRODUCT_MAX;
}
