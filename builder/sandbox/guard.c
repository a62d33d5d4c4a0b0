// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"

#define AGAIN_MS 5

static void kill_children(void)
{
	CLEANUP_FILE FILE *file = NULL;
	char path[64];
	int pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	file = fopen(path, "re");
	while (file && fscanf(file, "%d", &pid) == 1)
		kill(pid, SIGKILL);
}

int sandbox_end_children(pid_t pid)
{
	int status, found = 0;

	for (;;) {
		pid_t ended = waitpid(-1, &status, WNOHANG | __WALL);

		if (ended < 0 && errno != EINTR)
			return found;
		if (ended == pid)
			found = status;
		if (ended == 0) {
			kill_children();
			poll(NULL, 0, AGAIN_MS);
		}
	}
}

/* Nothing else of the builder's may live on here. */
static void keep_only(int a, int b, int c)
{
	for (int fd = 3; fd <= 1024; fd++)
		if (fd != a && fd != b && fd != c)
			close(fd);
	close_range(1025, ~0U, 0);
}

static void __attribute__((noreturn))
stay(int builder_fd, int bwrap_fd, pid_t bwrap, int hold_fd)
{
	struct pollfd fds[] = {
		{.fd = builder_fd, .events = POLLIN}, {.fd = bwrap_fd, .events = POLLIN}};
	int status;

	keep_only(builder_fd, bwrap_fd, hold_fd);
	while (poll(fds, ARRAY_SIZE(fds), -1) < 0)
		;
	status = sandbox_end_children(bwrap);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int sandbox_guard(pid_t builder, int hold_fd)
{
	int builder_fd = syscall(SYS_pidfd_open, builder, 0), bwrap_fd;
	pid_t bwrap;

	/* it sees the end of the builder by itself, and is not ended by a SIGTERM */
	if (builder_fd < 0 || getppid() != builder)
		return -ESRCH;
	prctl(PR_SET_PDEATHSIG, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	bwrap = fork();
	if (bwrap < 0)
		return -errno;
	if (bwrap == 0)
		return 0;
	signal(SIGTERM, SIG_IGN);
	bwrap_fd = syscall(SYS_pidfd_open, bwrap, 0);
	stay(builder_fd, bwrap_fd, bwrap, hold_fd);
}
