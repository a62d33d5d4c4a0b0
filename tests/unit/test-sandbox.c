// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hostile Makefile in a real sandbox: whatever it tries, it stays inside, and nothing
 * of it lives when sandbox_run() returns.
 */
#include "builder/sandbox/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "builder/sandbox/cgroup.h"
#include "lib/file.h"
#include "tests/unit/unit.h"

struct world {
	char temp[32];
	char *src, *obj;
	struct sandbox box;
	struct child_result result;
	enum sandbox_over over;
	struct buf out;
	char *env[8];
	int mounts; /* where to go back to; 0: we are still there */
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	memcpy(w->temp, "/tmp/tenfold-test-XXXXXX", 25);
	assert_non_null(mkdtemp(w->temp));
	assert_true(asprintf(&w->src, "%s/src", w->temp) > 0);
	assert_true(asprintf(&w->obj, "%s/obj", w->temp) > 0);
	mkdir(w->src, 0755);
	mkdir(w->obj, 0755);
	w->box = (struct sandbox){.src = w->src,
		.obj = w->obj,
		.hold_fd = -1,
		.limits = {.processes = 200, .memory = 512 << 20, .disk = 64 << 20}};
	buf_init(&w->out, 65536);
	*state = w;
	return 0;
}

/* As on a machine where no control group can be made. */
static int setup_without_groups(void **state)
{
	struct world *w;

	setup(state);
	w = *state;
	if (geteuid() != 0)
		return 0;
	w->mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	assert_true(w->mounts > 0);
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	mount("tmpfs", "/sys/fs/cgroup", "tmpfs", MS_RDONLY, NULL);
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	if (w->mounts) {
		assert_int_equal(setns(w->mounts, CLONE_NEWNS), 0);
		close(w->mounts);
	}
	dir_remove(w->temp, NULL);
	buf_release(&w->out);
	free(w->src);
	free(w->obj);
	free(w);
	return 0;
}

static void put(const char *folder, const char *name, const char *text)
{
	CLEANUP_BUF struct buf path;

	buf_init(&path, 4096);
	buf_addf(&path, "%s/%s", folder, name);
	assert_int_equal(file_write_atomic(path.data, text, strlen(text), 0644, NULL), 0);
}

/* Runs make on this Makefile, with a limit of so many seconds. */
static void make(struct world *w, double seconds, const char *makefile)
{
	char objects[] = "O=" SANDBOX_OBJ;
	char *argv[] = {"make", "-C", SANDBOX_SRC, objects, NULL};
	struct child_spec spec = CHILD_SPEC_INIT;
	struct err err = ERR_INIT;

	put(w->src, "Makefile", makefile);
	buf_reset(&w->out);
	spec.argv = argv;
	spec.env = w->env;
	spec.out = &w->out;
	spec.timeout = seconds;
	if (sandbox_run(&w->box, &spec, &w->result, &w->over, &err) < 0)
		fail_msg("%s: %s", err.text, w->out.data);
}

static bool exists(const char *folder, const char *name)
{
	CLEANUP_BUF struct buf path;

	buf_init(&path, 4096);
	buf_addf(&path, "%s/%s", folder, name);
	return file_exists(path.data);
}

static void assert_said(struct world *w, const char *text)
{
	if (!strstr(w->out.data, text))
		fail_msg("no '%s' in: %s", text, w->out.data);
}

static void assert_not_said(struct world *w, const char *text)
{
	if (strstr(w->out.data, text))
		fail_msg("'%s' in: %s", text, w->out.data);
}

/* Else a limit that is met at once may end a build before a census sees it. */
static bool can_group(void)
{
	const struct cgroup_limits limits = {.memory = 512 << 20, .processes = 200};
	CLEANUP_CGROUP struct cgroup group = {0};

	return cgroup_make(&group, &limits, NULL) == 0;
}

static void works(void **state)
{
	struct world *w = *state;

	w->env[0] = "KBUILD_BUILD_HOST=tenfold box";
	assert_int_equal(dup2(0, 77), 77);
	put(w->src, "a.c", "int main(void) { return 0; }\n");
	make(w, 60,
		"all:\n\t@gcc -o $(O)/a a.c && $(O)/a\n"
		"\t@echo $(KBUILD_BUILD_HOST) $$(pwd) $$(id -u) $$(hostname) >$(O)/said\n"
		"\t@env; ls -l /proc/self/fd | grep -vE ' [0-3] -> |total'; true\n");
	assert_int_equal(w->result.exit_code, 0);
	assert_int_equal(w->over, OVER_NOTHING);
	assert_true(exists(w->obj, "a"));
	assert_not_said(w, "secret");
	assert_not_said(w, "->"); /* no descriptor of ours */
	assert_true(w->result.cpu > 0 && w->result.max_rss_kb > 1000);
	make(w, 60, "all:\n\t@exit 3\n");
	assert_int_equal(w->result.exit_code, 2);
	assert_int_equal(w->over, OVER_NOTHING);
}

static void reads_nothing_outside(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf text;

	put(w->temp, "token", "secret-token");
	setenv("TOKEN", "secret", 1);
	buf_init(&text, 4096);
	buf_addf(&text,
		"all:\n"
		"\t-@cat /etc/shadow /etc/passwd %s/token $(HOME)/.ssh/* /root/.bashrc "
		"../token ../../token /proc/1/root%s/token 2>&1\n"
		"\t-@tr '\\0' '\\n' </proc/1/environ\n"
		"\t-@ln -s %s/token $(O)/link; cat $(O)/link\n"
		"\t@ls -a / /build; ls /home /root /var /sys /run /srv; true\n",
		w->temp, w->temp, w->temp);
	make(w, 60, text.data);
	assert_not_said(w, "secret");
	assert_not_said(w, "root:");
	assert_said(w, "cannot access '/home'");
	assert_said(w, "cannot access '/var'");
	assert_said(w, "cannot access '/sys'");
	/* the link that it left must not be followed by us either */
	assert_false(sandbox_product(w->obj, "link"));
}

static void writes_objects_only(void **state)
{
	struct world *w = *state;

	make(w, 60,
		"all:\n"
		"\t-@echo x >new; echo x >Makefile; echo x >/build/x; echo x >/x\n"
		"\t-@echo x >/usr/x; echo x >/dev/x; rm -f Makefile; chmod 777 .\n"
		"\t-@echo 7 >/proc/sys/kernel/panic; echo x "
		">/proc/sys/kernel/core_pattern\n"
		"\t-@echo 1 >/proc/self/oom_score_adj; mount -o remount,rw / / \n"
		"\t-@unshare -Urm mount -o remount,rw,bind /build/src && echo mounted\n"
		"\t-@mknod $(O)/disk b 254 0 && echo mknod\n"
		"\t@echo x >$(O)/x; echo x >/tmp/tenfold-x\n");
	assert_int_equal(w->result.exit_code, 0);
	assert_true(exists(w->obj, "x"));
	assert_false(exists(w->src, "new"));
	assert_true(exists(w->src, "Makefile"));
	assert_false(exists("/tmp", "tenfold-x"));
	assert_false(exists("/usr", "x"));
	assert_not_said(w, "mounted\n");
	assert_not_said(w, "mknod\n");
	assert_said(w, "/proc/sys/kernel/panic: Read-only file system");
	assert_said(w, "/proc/sys/kernel/core_pattern: Read-only file system");
}

static void reaches_no_network(void **state)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	CLEANUP_FD int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	socklen_t len = sizeof(address);
	struct world *w = *state;
	CLEANUP_BUF struct buf text;

	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 5), 0);
	getsockname(fd, (struct sockaddr *)&address, &len);
	buf_init(&text, 4096);
	buf_addf(&text,
		"SHELL := /bin/bash\nall:\n"
		"\t-@echo hi >/dev/tcp/127.0.0.1/%d && echo reached\n"
		"\t-@echo hi >/dev/udp/192.0.2.1/9 && echo reached\n"
		"\t@cat /proc/net/dev | wc -l\n",
		ntohs(address.sin_port));
	make(w, 60, text.data);
	assert_not_said(w, "reached\n");
	assert_said(w, "Connection refused");
	assert_said(w, "Network is unreachable");
	assert_said(w, "3\n"); /* two lines of heads, and lo */
	assert_int_equal(accept(fd, NULL, NULL), -1);
}

static void a_fork_bomb_ends(void **state)
{
	struct world *w = *state;

	/* a census is too slow to spare the machine; it ends the bomb */
	if (!can_group())
		skip();
	make(w, 20,
		"all:\n\t@f() { f | f & f; }; f 2>/dev/null; "
		"for i in $$(seq 400); do sleep 60 & done; wait\n");
	assert_int_not_equal(w->result.exit_code, 0);
	assert_true(w->over == OVER_PROCESSES || w->over == OVER_TIME);
}

static void an_endless_build_ends(void **state)
{
	struct world *w = *state;

	make(w, 1, "all:\n\t@trap '' TERM INT; while :; do :; done\n");
	assert_int_equal(w->over, OVER_TIME);
	assert_true(w->result.seconds < 20);
}

static void endless_output_ends(void **state)
{
	struct world *w = *state;

	make(w, 1, "all:\n\t@yes\n");
	assert_int_equal(w->over, OVER_TIME);
	assert_int_equal(w->out.len, w->out.max);
}

static void a_memory_eater_ends(void **state)
{
	struct world *w = *state;

	/* many processes, none of them above the limit alone, and /tmp */
	make(w, 60,
		"all:\n\t@head -c 300M /dev/zero >/tmp/a; head -c 150M /dev/zero | tail "
		"& "
		"head -c 150M /dev/zero | tail & head -c 150M /dev/zero | tail; wait "
		"$$!; "
		"head -c 2G /dev/zero | tail >/dev/null\n");
	assert_int_not_equal(w->result.exit_code, 0);
	if (can_group())
		assert_int_equal(w->over, OVER_MEMORY);
}

/* Seen by a census as well, if they stay. */
static void many_processes_end(void **state)
{
	struct world *w = *state;

	make(w, 60, "all:\n\t@for i in $$(seq 400); do sleep 60 & done; wait\n");
	assert_int_not_equal(w->result.exit_code, 0);
	assert_int_equal(w->over, OVER_PROCESSES);
}

static void much_memory_ends(void **state)
{
	struct world *w = *state;

	make(w, 60,
		"all:\n\t@for i in 1 2 3 4 5 6; do "
		"(head -c 150M /dev/zero; sleep 60) | tail & done; wait\n");
	assert_int_not_equal(w->result.exit_code, 0);
	assert_int_equal(w->over, OVER_MEMORY);
}

static void a_disk_filler_ends(void **state)
{
	struct world *w = *state;

	make(w, 60, "all:\n\t@head -c 200M /dev/zero >$(O)/big\n");
	assert_int_not_equal(w->result.exit_code, 0);
	dir_remove(w->obj, NULL);
	mkdir(w->obj, 0755);
	make(w, 60,
		"all:\n\t@for i in $$(seq 1000); do "
		"head -c 10M /dev/zero >$(O)/$$i; sync $(O)/$$i; done; sleep 60\n");
	assert_int_equal(w->over, OVER_DISK);
}

/* All that it started is dead before sandbox_run() returns: the file stays as it is. */
static void no_daemon_survives(void **state)
{
	CLEANUP_BUF struct buf path, first, later;
	struct world *w = *state;

	make(w, 60,
		"all:\n\t@(setsid sh -c '(trap \"\" TERM HUP; while :; do echo x; done "
		">$(O)/grows) &' >/dev/null 2>&1 &)\n"
		"\t@until [ -s $(O)/grows ]; do :; done\n");
	assert_int_equal(w->result.exit_code, 0);
	buf_init(&path, 4096);
	buf_init(&first, 64 << 20);
	buf_init(&later, 64 << 20);
	buf_addf(&path, "%s/grows", w->obj);
	assert_int_equal(file_read(path.data, &first, NULL), 0);
	for (int i = 0; i < 1000; i++)
		sched_yield();
	assert_int_equal(file_read(path.data, &later, NULL), 0);
	assert_int_equal(first.len, later.len);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void the_builder_is_out_of_reach(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf text;

	buf_init(&text, 4096);
	buf_addf(&text,
		"all:\n\t-@kill -9 -1; kill -9 %d; kill -9 0\n"
		"\t-@ls -d /proc/[0-9]* | wc -l >$(O)/seen\n",
		getpid());
	make(w, 20, text.data);
	/* it killed itself at most; and we are here to tell */
	assert_int_equal(w->over, OVER_NOTHING);
}

/* The one inside dies with the builder, by whatever that dies. */
static void dies_with_the_builder(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf path;
	int hold[2];
	pid_t pid;
	char byte;

	buf_init(&path, 4096);
	buf_addf(&path, "%s/begun", w->obj);
	assert_int_equal(pipe(hold), 0);
	pid = fork();
	if (pid == 0) {
		close(hold[0]);
		w->box.hold_fd = hold[1];
		make(w, 100, "all:\n\t@echo x >$(O)/begun; trap '' TERM; sleep 100\n");
		_exit(0);
	}
	close(hold[1]);
	for (int i = 0; i < 2000 && !file_exists(path.data); i++)
		usleep(10000);
	assert_true(file_exists(path.data));
	kill(pid, SIGKILL);
	/* its end is what whoever lives inside holds open, and nobody else */
	assert_int_equal(read(hold[0], &byte, 1), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(hold[0]);
}

/* Asked to end, make removes what it was writing. */
static void ends_gently(void **state)
{
	struct world *w = *state;

	make(w, 1,
		".DELETE_ON_ERROR:\nall: $(O)/half\n"
		"$(O)/half:\n\t@echo x >$@; sleep 50\n");
	assert_int_equal(w->over, OVER_TIME);
	assert_true(w->result.seconds < 4);
	assert_false(exists(w->obj, "half"));
	assert_int_equal(w->result.signal, SIGTERM);
}

static void a_product_is_a_plain_file(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf path;

	put(w->obj, "plain", "x");
	buf_init(&path, 4096);
	buf_addf(&path, "%s/pipe", w->obj);
	mkfifo(path.data, 0644);
	buf_reset(&path);
	buf_addf(&path, "%s/arch", w->obj);
	assert_int_equal(symlink("/etc", path.data), 0);
	assert_true(sandbox_product(w->obj, "plain"));
	assert_false(sandbox_product(w->obj, "pipe"));
	assert_false(sandbox_product(w->obj, "arch/passwd"));
	assert_false(sandbox_product(w->obj, "../src/Makefile"));
	assert_false(sandbox_product(w->obj, "none"));
}

static void says_what_is_missing(void **state)
{
	struct err err = ERR_INIT;
	char *path = strdup(getenv("PATH") ?: "");

	(void)state;
	setenv("PATH", "/nowhere", 1);
	assert_int_equal(sandbox_check(&err), -EPERM);
	assert_non_null(strstr(err.text, "cannot run 'bwrap'"));
	assert_non_null(strstr(err.text, "'sandbox = no'"));
	setenv("PATH", path, 1);
	free(path);
	assert_int_equal(sandbox_check(&err), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TEST_BARE(test)                                                       \
	{                                                                     \
		.name = #test "_without_groups", .test_func = test,           \
		.setup_func = setup_without_groups, .teardown_func = teardown \
	}
	const struct CMUnitTest tests[] = {TEST(works), TEST(reads_nothing_outside),
		TEST(writes_objects_only), TEST(reaches_no_network),
		TEST(a_fork_bomb_ends), TEST(an_endless_build_ends),
		TEST(endless_output_ends), TEST(a_memory_eater_ends),
		TEST(many_processes_end), TEST(a_disk_filler_ends),
		TEST(no_daemon_survives), TEST(the_builder_is_out_of_reach),
		TEST(dies_with_the_builder), TEST(ends_gently),
		TEST(a_product_is_a_plain_file), TEST(says_what_is_missing),
		TEST_BARE(works), TEST_BARE(a_memory_eater_ends),
		TEST_BARE(many_processes_end), TEST_BARE(much_memory_ends)};

	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
