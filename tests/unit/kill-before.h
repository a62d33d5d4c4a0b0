/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kills a child before the n-th call of the system that changes what is on the disk. */
#ifndef TENFOLD_UNIT_KILL_BEFORE_H
#define TENFOLD_UNIT_KILL_BEFORE_H

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define SYSCALL_STOP (SIGTRAP | 0x80)

static inline bool changes_files(pid_t pid)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0 ||
		info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return false;
	switch (info.entry.nr) {
	case SYS_openat:
		return info.entry.args[2] & O_CREAT;
	case SYS_write:
	case SYS_fchmod:
	case SYS_fsync:
	case SYS_rename:
	case SYS_unlink:
	case SYS_unlinkat:
	case SYS_rmdir:
	case SYS_mkdir:
		return true;
	default:
		return false;
	}
}

/* Runs it in a child; false if it came to its end before its n-th change of a file. */
static inline bool kill_before(int n, void (*run)(void *ctx), void *ctx)
{
	int status, seen = 0;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		run(ctx);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD), 0);
	while (WIFSTOPPED(status)) {
		int sig = WSTOPSIG(status);

		if (sig == SYSCALL_STOP && changes_files(pid) && ++seen == n) {
			kill(pid, SIGKILL);
			assert_int_equal(waitpid(pid, &status, 0), pid);
			return true;
		}
		if (sig == SYSCALL_STOP || sig == SIGSTOP)
			sig = 0;
		ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)sig);
		assert_int_equal(waitpid(pid, &status, 0), pid);
	}
	assert_true(WIFEXITED(status));
	return false;
}

#endif
