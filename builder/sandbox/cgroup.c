// SPDX-License-Identifier: GPL-2.0-or-later
#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define PREFIX "tenfold-"
#define SELF PREFIX "builder" /* version 2: where a service's own processes go */

/* True if list ("a,b,c") has the word. */
static bool listed(const char *list, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i < len;) {
		size_t part = strcspn(list + i, ", \n");

		if (i + part > len)
			part = len - i;
		if (part == n && !strncmp(list + i, word, n))
			return true;
		i += part + 1;
	}
	return false;
}

/* A line of /proc/self/mounts: DEVICE POINT TYPE OPTIONS 0 0. */
static bool mount_of(
	const char *mounts, const char *controller, char **ret_point, bool *ret_v2)
{
	char *second = NULL;

	for (const char *line = mounts; *line; line += strcspn(line, "\n") + 1) {
		char point[1024], type[32], options[1024];

		if (sscanf(line, "%*s %1023s %31s %1023s", point, type, options) == 3) {
			if (!strcmp(type, "cgroup") &&
				listed(options, strlen(options), controller)) {
				free(second);
				*ret_point = strdup(point);
				*ret_v2 = false;
				return *ret_point;
			}
			if (!strcmp(type, "cgroup2") && !second)
				second = strdup(point);
		}
		if (!line[strcspn(line, "\n")])
			break;
	}
	*ret_point = second;
	*ret_v2 = true;
	return second;
}

/* A line of /proc/self/cgroup: NUMBER:CONTROLLERS:PATH; version 2 has "0::". */
static char *own_path(const char *own, const char *controller, bool v2)
{
	for (const char *line = own; *line;) {
		size_t len = strcspn(line, "\n");
		const char *names = memchr(line, ':', len), *path;

		path = names ? memchr(names + 1, ':', line + len - names - 1) : NULL;
		if (path && (v2 ? path == names + 1 && line[0] == '0'
				: listed(names + 1, path - names - 1, controller)))
			return strndup(path + 1, line + len - path - 1);
		line += len + (line[len] == '\n');
	}
	return NULL;
}

bool cgroup_find(const char *mounts, const char *own, const char *controller,
	char **ret_mount, char **ret_folder, bool *ret_v2)
{
	CLEANUP_FREE char *mount = NULL, *path = NULL;
	char *folder;
	bool v2;

	if (!mount_of(mounts, controller, &mount, &v2))
		return false;
	path = own_path(own, controller, v2);
	folder = path ? buf_format("%s%s", mount, strcmp(path, "/") ? path : "") : NULL;
	if (!folder)
		return false;
	*ret_mount = TAKE_PTR(mount);
	*ret_folder = folder;
	*ret_v2 = v2;
	return true;
}

static int write_value(const char *folder, const char *name, const char *text)
{
	CLEANUP_BUF struct buf path = {0};
	CLEANUP_FD int fd = -1;

	buf_init(&path, 4096);
	buf_addf(&path, "%s/%s", folder, name);
	fd = buf_check(&path) ? -1 : open(path.data, O_WRONLY | O_CLOEXEC);
	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

static int write_number(const char *folder, const char *name, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	return write_value(folder, name, text);
}

static int enter(const char *folder)
{
	return write_number(folder, "cgroup.procs", getpid());
}

/* A group's folder is locked as long as its maker lives; -1: somebody else has it. */
static int lock_folder(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Groups of builders that were killed. */
static void remove_old(const char *folder)
{
	CLEANUP_DIR DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		CLEANUP_FD int lock = -1;

		if (strncmp(entry->d_name, PREFIX "make-", strlen(PREFIX "make-")))
			continue;
		lock = lock_folder(dirfd(dir), entry->d_name);
		if (lock >= 0)
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	}
}

static bool make_in(const char *folder, struct cgroup_folder *ret)
{
	static unsigned int number;

	remove_old(folder);
	/* another builder may take it for an old one before it is locked */
	for (int tries = 0; tries < 16; tries++) {
		CLEANUP_FREE char *path =
			buf_format("%s/" PREFIX "make-%d-%u", folder, getpid(), number++);

		if (!path || mkdir(path, 0755) < 0)
			return false;
		ret->lock = lock_folder(AT_FDCWD, path);
		if (ret->lock >= 0 && access(path, F_OK) == 0) {
			ret->path = TAKE_PTR(path);
			return true;
		}
		if (ret->lock >= 0)
			close(ret->lock);
		rmdir(path);
	}
	return false;
}

/* Version 2 has processes in leaves only: ours goes to one beside those of the makes. */
static bool open_own(const char *folder)
{
	CLEANUP_FREE char *leaf = buf_format("%s/" SELF, folder);

	if (!leaf)
		return false;
	if (mkdir(leaf, 0755) < 0 && errno != EEXIST)
		return false;
	if (enter(leaf) == 0 &&
		write_value(folder, "cgroup.subtree_control", "+memory +pids") == 0)
		return true;
	enter(folder);
	rmdir(leaf);
	return false;
}

static bool make_v2(const char *mount, const char *folder, struct cgroup_folder *ret)
{
	CLEANUP_FREE char *base = strdup(folder);
	char *end = base ? strrchr(base, '/') : NULL;
	bool moved =
		end && !strcmp(end, "/" SELF); /* by an earlier make, or our parent */

	if (!base)
		return false;
	if (moved)
		*end = '\0';
	if ((moved || open_own(base)) && make_in(base, ret))
		return true;
	return write_value(mount, "cgroup.subtree_control", "+memory +pids") == 0 &&
	       make_in(mount, ret);
}

static int make_one(const char *mounts, const char *own, const char *controller,
	struct cgroup_folder *ret, bool *ret_v2)
{
	CLEANUP_FREE char *mount = NULL, *folder = NULL;
	bool made;

	if (!cgroup_find(mounts, own, controller, &mount, &folder, ret_v2))
		return -ENOENT;
	made = *ret_v2 ? make_v2(mount, folder, ret)
		       : make_in(folder, ret) || make_in(mount, ret);
	return made ? 0 : -ENOENT;
}

static const char *pids_folder(const struct cgroup *group)
{
	return group->v2 ? group->memory.path : group->pids.path;
}

static int set_limits(const struct cgroup *group, const struct cgroup_limits *limits)
{
	int r = write_number(group->memory.path,
		group->v2 ? "memory.max" : "memory.limit_in_bytes", limits->memory);

	/* swap is accounted for on some machines only */
	if (group->v2)
		write_number(group->memory.path, "memory.swap.max", 0);
	else
		write_number(group->memory.path, "memory.memsw.limit_in_bytes",
			limits->memory);
	return r ? r : write_number(pids_folder(group), "pids.max", limits->processes);
}

int cgroup_make(struct cgroup *group, const struct cgroup_limits *limits, struct err *err)
{
	CLEANUP_BUF struct buf mounts = {0}, own = {0};
	CLEANUP_CGROUP struct cgroup made = {0};
	bool v2 = false;
	int r;

	buf_init(&mounts, 1 << 20);
	buf_init(&own, 1 << 16);
	r = file_read("/proc/self/mounts", &mounts, err);
	if (!r)
		r = file_read("/proc/self/cgroup", &own, err);
	if (!r)
		r = make_one(mounts.data, own.data, "memory", &made.memory, &made.v2);
	if (!r && !made.v2)
		r = make_one(mounts.data, own.data, "pids", &made.pids, &v2);
	if (!r && !made.v2 && v2)
		r = -ENOENT; /* one of each: nobody has that */
	if (!r)
		r = set_limits(&made, limits);
	if (r < 0)
		return err_errno(err, -ENOENT, "no control group can be made");
	*group = made;
	made = (struct cgroup){0};
	return 0;
}

int cgroup_enter(const struct cgroup *group)
{
	int r = enter(group->memory.path);

	return r || group->v2 ? r : enter(group->pids.path);
}

/* The number behind a word at the start of a line; word "": the file is a number. */
static unsigned long read_count(const char *folder, const char *name, const char *word)
{
	CLEANUP_BUF struct buf path = {0}, text = {0};
	size_t len = strlen(word);

	buf_init(&path, 4096);
	buf_init(&text, 4096);
	buf_addf(&path, "%s/%s", folder, name);
	if (buf_check(&path) || file_read(path.data, &text, NULL) < 0)
		return 0;
	for (const char *line = text.data; *line; line += strcspn(line, "\n") + 1) {
		if (!len || (!strncmp(line, word, len) && line[len] == ' '))
			return strtoul(line + len, NULL, 10);
		if (!line[strcspn(line, "\n")])
			break;
	}
	return 0;
}

/* Whether it ever came to its own limit. Not all kernels count that in version 1
 * (memory.failcnt), but all know the most it had; a huge page less is as good as all. */
static bool was_full(const struct cgroup *group)
{
	const char *folder = group->memory.path;
	unsigned long limit;

	if (group->v2)
		return read_count(folder, "memory.events", "oom") > 0;
	limit = read_count(folder, "memory.limit_in_bytes", "");
	return read_count(folder, "memory.max_usage_in_bytes", "") >= limit - limit / 64;
}

/* What a machine kills that is itself short of memory counts as well for the kernel. */
static unsigned long count_memory(const struct cgroup *group)
{
	return was_full(group)
		       ? read_count(group->memory.path,
				 group->v2 ? "memory.events" : "memory.oom_control",
				 "oom_kill")
		       : 0;
}

void cgroup_read(const struct cgroup *group, struct cgroup_counts *ret_counts)
{
	ret_counts->memory = count_memory(group);
	ret_counts->processes = read_count(pids_folder(group), "pids.events", "max");
}

static void remove_folder(struct cgroup_folder *folder)
{
	if (!folder->path)
		return;
	rmdir(folder->path);
	close(folder->lock);
	free(folder->path);
}

void cgroup_remove(struct cgroup *group)
{
	remove_folder(&group->memory);
	remove_folder(&group->pids);
	*group = (struct cgroup){0};
}
