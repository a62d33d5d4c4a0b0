// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hostile Makefile in a real sandbox: whatever it tries, it stays inside, and nothing
 * of it lives when sandbox_run() returns.
 */
#include "builder/sandbox/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "tests/unit/sandbox-box.h"

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
	const struct CMUnitTest tests[] = {TEST(works), TEST(reads_nothing_outside),
		TEST(writes_objects_only), TEST(reaches_no_network),
		TEST(no_daemon_survives), TEST(the_builder_is_out_of_reach),
		TEST(dies_with_the_builder), TEST(a_product_is_a_plain_file),
		TEST(says_what_is_missing), TEST_BARE(works)};

	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
