// SPDX-License-Identifier: GPL-2.0-or-later
#include "builder/sandbox/cgroup.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "tests/unit/unit.h"

static const char v1_mounts[] =
	"/dev/vda / ext4 rw 0 0\n"
	"tmpfs /sys/fs/cgroup tmpfs rw 0 0\n"
	"cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n"
	"cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0\n"
	"cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0\n";
static const char v1_own[] = "4:memory:/a/b\n3:cpu,cpuacct:/\n0::/c\n";
static const char v2_mounts[] = "cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n";
static const char v2_own[] = "0::/system.slice/tenfold-builder.service\n";

static void assert_found(const char *mounts, const char *own, const char *controller,
	const char *mount, const char *folder, bool v2)
{
	CLEANUP_FREE char *found_mount = NULL, *found_folder = NULL;
	bool found_v2;

	assert_true(cgroup_find(
		mounts, own, controller, &found_mount, &found_folder, &found_v2));
	assert_string_equal(found_mount, mount);
	assert_string_equal(found_folder, folder);
	assert_int_equal(found_v2, v2);
}

static void finds_its_own_group(void **state)
{
	char *mount, *folder;
	bool v2;

	(void)state;
	assert_found(v1_mounts, v1_own, "memory", "/sys/fs/cgroup/memory",
		"/sys/fs/cgroup/memory/a/b", false);
	assert_found(v1_mounts, v1_own, "cpuacct", "/sys/fs/cgroup/cpu,cpuacct",
		"/sys/fs/cgroup/cpu,cpuacct", false);
	/* what version 1 does not have may be in version 2 */
	assert_found(v1_mounts, v1_own, "pids", "/sys/fs/cgroup/unified",
		"/sys/fs/cgroup/unified/c", true);
	assert_found(v2_mounts, v2_own, "memory", "/sys/fs/cgroup",
		"/sys/fs/cgroup/system.slice/tenfold-builder.service", true);
	assert_false(cgroup_find(
		"proc /proc proc rw\n", v2_own, "pids", &mount, &folder, &v2));
	assert_false(cgroup_find(v2_mounts, "", "pids", &mount, &folder, &v2));
}

static void __attribute__((noreturn)) fork_until_refused(const struct cgroup *group)
{
	pid_t pid = 1;

	setpgid(0, 0);
	if (cgroup_enter(group))
		_exit(100);
	for (int made = 0; made < 50 && pid > 0; made++)
		pid = fork();
	if (pid == 0)
		pause();
	kill(0, SIGKILL);
	_exit(101);
}

static const struct cgroup_limits some = {.memory = 256 << 20, .processes = 8};

/* Where the machine lets us: the limit holds, is counted, and nothing stays behind. */
static void holds_processes_down(void **state)
{
	struct cgroup_counts counts;
	struct cgroup group;
	pid_t pid;
	int status;

	(void)state;
	if (cgroup_make(&group, &some, NULL) < 0)
		skip();
	pid = fork();
	if (pid == 0)
		fork_until_refused(&group);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	cgroup_read(&group, &counts);
	assert_true(counts.processes > 0);
	assert_int_equal(counts.memory, 0);
	/* the killed are gone when whoever they were left to has taken note */
	while (rmdir(group.v2 ? group.memory.path : group.pids.path) < 0 &&
		errno == EBUSY)
		poll(NULL, 0, 1);
	cgroup_remove(&group);
}

/* A group that nobody has entered yet stays, as long as its maker lives. */
static void leaves_others_alone(void **state)
{
	struct cgroup first, second;

	(void)state;
	if (cgroup_make(&first, &some, NULL) < 0)
		skip();
	assert_int_equal(cgroup_make(&second, &some, NULL), 0);
	assert_int_equal(access(first.memory.path, F_OK), 0);
	cgroup_remove(&second);
	cgroup_remove(&first);
}

/* One whose maker was killed goes with the next. */
static void sweeps_what_was_left(void **state)
{
	struct cgroup group;
	char path[512] = "";
	int pipes[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		if (cgroup_make(&group, &some, NULL) == 0)
			(void)!write(
				pipes[1], group.memory.path, strlen(group.memory.path));
		_exit(0);
	}
	close(pipes[1]);
	(void)!read(pipes[0], path, sizeof(path) - 1);
	close(pipes[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	if (!*path)
		skip();
	assert_int_equal(cgroup_make(&group, &some, NULL), 0);
	assert_int_equal(access(path, F_OK), -1);
	cgroup_remove(&group);
}

static void put(const char *folder, const char *name, const char *text)
{
	CLEANUP_FREE char *path = buf_format("%s/%s", folder, name);

	assert_int_equal(file_write_atomic(path, text, strlen(text), 0644, NULL), 0);
}

static unsigned long count(char *folder, bool v2)
{
	const struct cgroup group = {
		.memory = {.path = folder}, .pids = {.path = folder}, .v2 = v2};
	struct cgroup_counts counts;

	cgroup_read(&group, &counts);
	return counts.memory;
}

/* The kernel counts a process of the group that it kills, whoever was short of memory. */
static void counts_its_own_limit_alone(void **state)
{
	char temp[] = "/tmp/tenfold-test-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(temp));
	assert_int_equal(count(temp, true) + count(temp, false), 0);
	put(temp, "memory.events", "low 0\nhigh 0\nmax 9\noom 0\noom_kill 2\n");
	assert_int_equal(count(temp, true), 0);
	put(temp, "memory.events", "low 0\nhigh 0\nmax 9\noom 1\noom_kill 2\n");
	assert_int_equal(count(temp, true), 2);
	put(temp, "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
	put(temp, "memory.limit_in_bytes", "64000000\n");
	put(temp, "memory.max_usage_in_bytes", "32000000\n");
	assert_int_equal(count(temp, false), 0);
	put(temp, "memory.max_usage_in_bytes", "63500000\n");
	assert_int_equal(count(temp, false), 3);
	assert_int_equal(dir_remove(temp, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_its_own_group),
		cmocka_unit_test(counts_its_own_limit_alone),
		cmocka_unit_test(holds_processes_down),
		cmocka_unit_test(leaves_others_alone),
		cmocka_unit_test(sweeps_what_was_left),
	};

	return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
