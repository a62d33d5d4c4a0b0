/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process between the builder and bwrap(1): it outlives both until nothing of what
 * bwrap started is alive. bwrap's own --die-with-parent has gaps while it starts.
 */
#ifndef TENFOLD_BUILDER_SANDBOX_GUARD_H
#define TENFOLD_BUILDER_SANDBOX_GUARD_H

#include <sys/types.h>

/* In the new process, before bwrap: forks, and returns 0 in the one that is to become
 * bwrap. The other one stays: it keeps hold_fd (-1: none) open, kills all when bwrap ends
 * or the builder dies, and exits as bwrap did. -errno: nothing was forked. */
int sandbox_guard(pid_t builder, int hold_fd);

/* Kills and waits for all children of this process, and for those that thereby become
 * its children (PR_SET_CHILD_SUBREAPER). The status of `pid` among them, or 0. */
int sandbox_end_children(pid_t pid);

#endif
