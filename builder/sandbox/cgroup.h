/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Limits on what a build and all that it starts may use together: one control group for
 * memory and number of processes, of version 2 or 1, where the machine lets us make one
 * (root, or a service with Delegate=yes). Nobody but its maker knows of it.
 */
#ifndef TENFOLD_BUILDER_CGROUP_H
#define TENFOLD_BUILDER_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

struct cgroup_folder {
	char *path; /* owned; NULL: none */
	int lock;   /* held while its maker lives; if there is a path */
};

struct cgroup {
	struct cgroup_folder memory, pids; /* pids: none in version 2 */
	bool v2;
};

struct cgroup_limits {
	uint64_t memory;        /* bytes */
	unsigned int processes; /* threads count too */
};

/* How often a limit was met; of memory: how many processes died of it. */
struct cgroup_counts {
	unsigned long memory, processes;
};

/* -ENOENT: no group can be made here. */
int cgroup_make(
	struct cgroup *group, const struct cgroup_limits *limits, struct err *err);

/* Puts the calling process into it; for a new child. 0 or -errno. */
int cgroup_enter(const struct cgroup *group);

void cgroup_read(const struct cgroup *group, struct cgroup_counts *ret_counts);

/* Removes it; nothing may run in it any more. */
void cgroup_remove(struct cgroup *group);

/* Where a controller is, from /proc/self/mounts and /proc/self/cgroup: the folder of our
 * own group. Pure. False: it is nowhere. */
bool cgroup_find(const char *mounts, const char *own, const char *controller,
	char **ret_mount, char **ret_folder, bool *ret_v2);

#define CLEANUP_CGROUP CLEANUP(cgroup_remove)

#endif
