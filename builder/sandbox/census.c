// SPDX-License-Identifier: GPL-2.0-or-later
#include "census.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* A file of /proc/PID; false if the process is gone. */
static bool read_proc(const char *pid, const char *name, struct buf *text)
{
	char path[320];

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	buf_reset(text);
	return file_read(path, text, NULL) == 0;
}

/* Its processes are all that share the first one's numbering of processes. */
static ino_t numbering_of(const char *pid)
{
	char path[320];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%s/ns/pid", pid);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

static uint64_t memory_of(const char *pid, struct buf *text)
{
	uint64_t resident, shared;

	if (!read_proc(pid, "statm", text) ||
		sscanf(text->data, "%*u %" SCNu64 " %" SCNu64, &resident, &shared) != 2 ||
		resident < shared)
		return 0;
	return (resident - shared) * sysconf(_SC_PAGESIZE);
}

static unsigned int threads_of(const char *pid, struct buf *text)
{
	const char *at =
		read_proc(pid, "status", text) ? strstr(text->data, "\nThreads:") : NULL;

	return at ? strtoul(at + strlen("\nThreads:"), NULL, 10) : 1;
}

/* Until bwrap has made all mounts, its process has our own /tmp. */
static uint64_t tmp_of(const char *pid)
{
	char path[320];
	struct stat ours, theirs;
	struct statvfs st;

	snprintf(path, sizeof(path), "/proc/%s/root/tmp", pid);
	if (stat("/tmp", &ours) < 0 || stat(path, &theirs) < 0 ||
		ours.st_dev == theirs.st_dev || statvfs(path, &st) < 0)
		return 0;
	return (uint64_t)(st.f_blocks - st.f_bfree) * st.f_frsize;
}

void sandbox_count(pid_t first, struct sandbox_census *ret_census)
{
	CLEANUP_DIR DIR *dir = opendir("/proc");
	CLEANUP_BUF struct buf text;
	struct sandbox_census census = {0};
	struct dirent *entry;
	char name[32];
	ino_t inside;

	buf_init(&text, 65536);
	snprintf(name, sizeof(name), "%d", first);
	inside = first > 0 ? numbering_of(name) : 0;
	/* bwrap's helper is one of ours, until it has its own */
	if (inside && inside != numbering_of("self"))
		census.memory = tmp_of(name);
	else
		inside = 0;
	while (inside && dir && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
			numbering_of(entry->d_name) != inside)
			continue;
		census.memory += memory_of(entry->d_name, &text);
		census.processes += threads_of(entry->d_name, &text);
	}
	*ret_census = census;
}
