// SPDX-License-Identifier: GPL-2.0-or-later
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

#define TERM_GRACE 5.0 /* seconds between SIGTERM and SIGKILL */
#define TICK 1.0       /* seconds between two calls of tick() */

struct running {
	const struct child_spec *spec;
	pid_t pid;
	int pid_fd;
	int out_fd;     /* our end of its output; -1 when closed or inherited */
	double start;   /* monotonic */
	double kill_at; /* monotonic; 0 while not asked to end */
	double tick_at; /* monotonic */
};

/* Its standard input. Text is a file descriptor too: it needs no feeding while the child
 * runs. */
static int input_fd(const struct child_spec *spec)
{
	const char *input = spec->input;
	CLEANUP_FD int fd = -1;
	size_t len;

	if (!input && spec->in_fd >= 0)
		return fcntl(spec->in_fd, F_DUPFD_CLOEXEC, 0);
	if (!input)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	fd = memfd_create("input", MFD_CLOEXEC);
	len = strlen(input);
	if (fd < 0 || write(fd, input, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) < 0)
		return -1;
	return TAKE_FD(fd);
}

/* In the child: never returns. Tells errno through the close-on-exec status pipe. */
static void __attribute__((noreturn))
become(const struct child_spec *spec, int in, int out, int status)
{
	sigset_t none;
	int e;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	dup2(in, 0);
	if (out >= 0) {
		dup2(out, 1);
		dup2(out, 2);
	}
	for (char *const *e_add = spec->env; e_add && *e_add; e_add++)
		putenv(*e_add);
	e = spec->prepare ? -spec->prepare(spec->ctx) : 0;
	if (!e && (!spec->cwd || chdir(spec->cwd) == 0))
		execvp(spec->argv[0], spec->argv);
	e = e ? e : errno;
	if (write(status, &e, sizeof(e)) < 0)
		_exit(126);
	_exit(127);
}

/* direct: out_fd is its own output, there is nothing to read. */
static int start(struct running *run, bool direct, struct err *err)
{
	const struct child_spec *spec = run->spec;
	CLEANUP_FD int in = input_fd(spec);
	CLEANUP_FD int out_read = -1, out_write = -1, status_read = -1, status_write = -1;
	int fds[2], e = 0;

	if (in < 0)
		return err_errno(
			err, -errno, "cannot prepare to run '%s'", spec->argv[0]);
	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_errno(
			err, -errno, "cannot prepare to run '%s'", spec->argv[0]);
	status_read = fds[0];
	status_write = fds[1];
	if (!spec->inherit_output && !direct) {
		if (pipe2(fds, O_CLOEXEC) < 0)
			return err_errno(
				err, -errno, "cannot prepare to run '%s'", spec->argv[0]);
		out_read = fds[0];
		out_write = fds[1];
	}
	run->pid = fork();
	if (run->pid == 0)
		become(spec, in, direct ? spec->out_fd : out_write, status_write);
	if (run->pid < 0)
		return err_errno(err, -errno, "cannot run '%s'", spec->argv[0]);
	setpgid(run->pid, run->pid);
	close(TAKE_FD(status_write));
	if (read(status_read, &e, sizeof(e)) == sizeof(e)) {
		waitpid(run->pid, NULL, 0);
		return err_errno(err, -e, "cannot run '%s'", spec->argv[0]);
	}
	run->pid_fd = syscall(SYS_pidfd_open, run->pid, 0);
	run->out_fd = TAKE_FD(out_read);
	return 0;
}

/* Takes what is there; closes our end at its end. */
static void drain(struct running *run)
{
	const struct child_spec *spec = run->spec;
	char chunk[16384];
	ssize_t n = read(run->out_fd, chunk, sizeof(chunk));
	size_t fits;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		close(run->out_fd);
		run->out_fd = -1;
		return;
	}
	if (spec->on_output)
		spec->on_output(spec->ctx, chunk, n);
	if (spec->out_fd >= 0 && write(spec->out_fd, chunk, n) < 0)
		return;
	if (!spec->out)
		return;
	fits = spec->out->max - spec->out->len;
	buf_add(spec->out, chunk, (size_t)n < fits ? (size_t)n : fits);
}

static void ask_to_end(struct running *run)
{
	if (run->kill_at)
		return;
	run->kill_at = clock_monotonic() + TERM_GRACE;
	if (run->spec->ask)
		run->spec->ask(run->spec->ctx, run->pid);
	else
		kill(-run->pid, SIGTERM);
}

/* When it must end, or be made to end (monotonic); 0: never. */
static double end_due(const struct running *run)
{
	if (run->kill_at)
		return run->kill_at;
	return run->spec->timeout > 0 ? run->start + run->spec->timeout : 0;
}

/* Milliseconds until something is due; -1: nothing is. */
static int next_due(const struct running *run)
{
	double due = end_due(run), left;

	if (run->spec->tick && (!due || run->tick_at < due))
		due = run->tick_at;
	if (!due)
		return -1;
	left = due - clock_monotonic();
	if (left <= 0)
		return 0;
	return left > 3600 ? 3600000 : (int)(left * 1000) + 1;
}

/* Looked at however much the child says: a flood of output is no way around a limit. */
static void look_at_clock(struct running *run, struct child_result *result)
{
	double now = clock_monotonic(), due = end_due(run);

	if (run->spec->tick && now >= run->tick_at) {
		run->tick_at = now + (run->spec->tick_every ?: TICK);
		if (!run->spec->tick(run->spec->ctx) && !run->kill_at) {
			result->stopped = true;
			ask_to_end(run);
		}
	}
	if (!due || now < due)
		return;
	if (run->kill_at) {
		kill(-run->pid, SIGKILL);
		run->kill_at = now + TERM_GRACE;
	} else {
		result->timed_out = true;
		ask_to_end(run);
	}
}

static void watch(struct running *run, struct child_result *result)
{
	for (;;) {
		bool ending = run->kill_at > 0;
		struct pollfd fds[] = {
			{.fd = run->pid_fd, .events = POLLIN},
			{.fd = run->out_fd, .events = POLLIN},
			{.fd = ending ? -1 : run->spec->cancel_fd, .events = POLLIN},
		};

		if (poll(fds, ARRAY_SIZE(fds), next_due(run)) < 0)
			continue;
		if (fds[0].revents)
			return;
		if (fds[1].revents)
			drain(run);
		if (fds[2].revents) {
			result->cancelled = true;
			ask_to_end(run);
		}
		look_at_clock(run, result);
	}
}

/* What was written before the end, without waiting for a grandchild's open end. */
static void drain_rest(struct running *run)
{
	struct pollfd fd = {.fd = run->out_fd, .events = POLLIN};
	double limit = clock_monotonic() + TICK;

	while (run->out_fd >= 0 && poll(&fd, 1, 0) > 0 && clock_monotonic() < limit) {
		drain(run);
		fd.fd = run->out_fd;
	}
	if (run->out_fd >= 0)
		close(run->out_fd);
}

/* Waits for it to be gone, which it is about to be. */
static void reap(pid_t pid, double start_time, struct child_result *result)
{
	struct rusage usage;
	int status;

	while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR)
		;
	result->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	result->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	result->seconds = clock_monotonic() - start_time;
	result->cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
		      (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	result->max_rss_kb = usage.ru_maxrss;
}

int child_run(
	const struct child_spec *spec, struct child_result *ret_result, struct err *err)
{
	double now = clock_monotonic();
	struct running run = {.spec = spec, .out_fd = -1, .start = now, .tick_at = now};
	struct child_result result = {0};
	int r;

	r = start(&run, false, err);
	if (r < 0)
		return r;
	watch(&run, &result);
	drain_rest(&run);
	if (run.kill_at)
		kill(-run.pid, SIGKILL);
	close(run.pid_fd);
	reap(run.pid, run.start, &result);
	*ret_result = result;
	return 0;
}

int child_start(const struct child_spec *spec, struct child *ret_child, struct err *err)
{
	struct running run = {.spec = spec, .out_fd = -1, .start = clock_monotonic()};
	CLEANUP_FD int nowhere = -1;
	struct child_spec quiet = *spec;
	int r;

	if (spec->out_fd < 0 && !spec->inherit_output) {
		nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
		quiet.out_fd = nowhere;
		run.spec = &quiet;
	}
	r = start(&run, !spec->inherit_output, err);
	if (r == 0)
		*ret_child = (struct child){
			.pid = run.pid, .pid_fd = run.pid_fd, .start = run.start};
	return r;
}

void child_ask(struct child *child)
{
	if (child->kill_at > 0)
		return;
	child->kill_at = clock_monotonic() + TERM_GRACE;
	kill(-child->pid, SIGTERM);
}

bool child_poll(struct child *child, struct child_result *ret_result)
{
	struct pollfd fd = {.fd = child->pid_fd, .events = POLLIN};
	struct child_result result = {0};

	if (poll(&fd, 1, 0) <= 0) {
		if (child->kill_at > 0 && clock_monotonic() >= child->kill_at)
			kill(-child->pid, SIGKILL);
		return false;
	}
	if (child->kill_at > 0)
		kill(-child->pid, SIGKILL);
	close(child->pid_fd);
	reap(child->pid, child->start, &result);
	if (ret_result)
		*ret_result = result;
	return true;
}

void child_describe(const struct child_result *result, struct buf *b)
{
	if (result->timed_out)
		buf_addf(b, "took longer than its limit and was ended after %.0f s",
			result->seconds);
	else if (result->cancelled)
		buf_adds(b, "was cancelled");
	else if (result->stopped)
		buf_adds(b, "was stopped");
	else if (result->signal)
		buf_addf(b, "was killed by signal %d", result->signal);
	else
		buf_addf(b, "exited with %d", result->exit_code);
}
