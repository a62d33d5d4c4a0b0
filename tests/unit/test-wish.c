// SPDX-License-Identifier: GPL-2.0-or-later
/* Wishes, with real processes that ask, go, and are killed. */
#include "builder/queue/wish.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "tests/unit/unit.h"

#define C40 "0123456789abcdef0123456789abcdef01234567"
#define SOON_MS 20000 /* a limit, not a time that anything takes */

struct world {
	char temp[32];
	struct wish wish;
	int epoll;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	memcpy(w->temp, "/tmp/tenfold-test-XXXXXX", 25);
	assert_non_null(mkdtemp(w->temp));
	assert_int_equal(wish_parse_name("t@x86_64@lab@" C40, &w->wish), 0);
	w->wish.when = 1000.5;
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	close(w->epoll);
	dir_remove(w->temp, NULL);
	free(w);
	return 0;
}

static int ask(struct world *w, const struct wish *wish)
{
	int fd = -1;
	struct err err = ERR_INIT;

	if (wish_add(w->temp, wish, &fd, &err) < 0)
		fail_msg("%s", err.text);
	return fd;
}

static size_t listed(struct world *w, bool sweep)
{
	CLEANUP_FREE struct wish *wishes = NULL;
	size_t n = 99;

	assert_int_equal(wish_list(w->temp, sweep, &wishes, &n, NULL), 0);
	return n;
}

static bool readable(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, ms) > 0;
}

static void stands_until_it_is_answered(void **state)
{
	struct world *w = *state;
	CLEANUP_FREE struct wish *wishes = NULL;
	CLEANUP_BUF struct buf why = {0}, none = {0};
	struct wish retry = w->wish;
	size_t n;
	int fd, other;

	retry.retry = retry.range = true;
	fd = ask(w, &w->wish);
	assert_int_equal(wish_list(w->temp, true, &wishes, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_true(image_id_equal(&wishes[0].id, &w->wish.id));
	assert_true(wishes[0].when == 1000.5);
	other = ask(w, &retry);
	assert_int_equal(listed(w, true), 2);
	assert_int_equal(wish_done(w->temp, "t", &w->wish.id, "no disk", NULL), 0);
	/* both are answered, and each asker hears why */
	assert_false(wish_open(w->temp, &w->wish));
	assert_false(wish_open(w->temp, &retry));
	assert_true(wish_why(w->temp, &w->wish, &why));
	assert_string_equal(why.data, "no disk");
	assert_true(wish_why(w->temp, &retry, &none));
	wish_withdraw(w->temp, &w->wish, &fd);
	wish_withdraw(w->temp, &retry, &other);
	/* the next time is another time */
	fd = ask(w, &w->wish);
	assert_int_equal(wish_done(w->temp, "t", &w->wish.id, NULL, NULL), 0);
	buf_release(&why);
	assert_false(wish_why(w->temp, &w->wish, &why));
	wish_withdraw(w->temp, &w->wish, &fd);
	assert_int_equal(fd, -1);
}

static void the_last_asker_takes_it_back(void **state)
{
	struct world *w = *state;
	int one = ask(w, &w->wish), two = ask(w, &w->wish);

	wish_withdraw(w->temp, &w->wish, &one);
	assert_true(wish_open(w->temp, &w->wish));
	assert_int_equal(listed(w, true), 1);
	wish_withdraw(w->temp, &w->wish, &two);
	assert_false(wish_open(w->temp, &w->wish));
	assert_int_equal(listed(w, true), 0);
}

/* A process that asks, says so, and waits for its end. */
static pid_t asker(struct world *w)
{
	int fds[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		ask(w, &w->wish);
		if (write(fds[1], "x", 1) == 1)
			pause();
		_exit(0);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &byte, 1), 1);
	close(fds[0]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void who_is_killed_leaves_no_wish(void **state)
{
	struct world *w = *state;
	pid_t pid = asker(w);

	assert_int_equal(listed(w, true), 1);
	end(pid);
	/* who only looks changes nothing */
	assert_int_equal(listed(w, false), 0);
	assert_true(wish_open(w->temp, &w->wish));
	assert_int_equal(listed(w, true), 0);
	assert_false(wish_open(w->temp, &w->wish));
}

static void the_builder_hears_that_the_last_one_went(void **state)
{
	struct world *w = *state;
	struct wish_askers askers;
	pid_t one = asker(w), two = asker(w);

	assert_true(wish_askers_watch(&askers, w->temp, "t", &w->wish.id, w->epoll));
	assert_int_equal(askers.n, 1);
	assert_false(readable(w->epoll, 0));
	end(one);
	assert_false(readable(w->epoll, 0));
	end(two);
	assert_true(readable(w->epoll, SOON_MS));
	wish_askers_release(&askers);
	assert_false(readable(w->epoll, 0));
	/* too late to hear of it */
	assert_false(wish_askers_watch(&askers, w->temp, "t", &w->wish.id, w->epoll));
	wish_askers_release(&askers);
}

/* Names that look like wishes, made by somebody else. */
static void other_files_are_nobodys_wish(void **state)
{
	struct world *w = *state;
	char path[128];
	int fd = ask(w, &w->wish);

	snprintf(path, sizeof(path), "%s/wishes/t@i386@lab@" C40, w->temp);
	assert_int_equal(file_write_atomic(path, "x", 1, 0644, NULL), 0);
	assert_int_equal(listed(w, true), 1);
	assert_false(file_exists(path));
	wish_withdraw(w->temp, &w->wish, &fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			stands_until_it_is_answered, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_last_asker_takes_it_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
			who_is_killed_leaves_no_wish, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_builder_hears_that_the_last_one_went, setup, teardown),
		cmocka_unit_test_setup_teardown(
			other_files_are_nobodys_wish, setup, teardown),
	};

	return cmocka_run_group_tests_name("wish", tests, NULL, NULL);
}
