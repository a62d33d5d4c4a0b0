// SPDX-License-Identifier: GPL-2.0-or-later
/* Builds beside us: so many at a time, withdrawn, waited for, and none that outlives us.
 */
#include "bisect/lab/orders.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "tests/unit/unit.h"

#define WAIT 20.0 /* seconds until a test gives up */

struct builder {
	char folder[64];
	int alive; /* every child holds it: it reads as closed once all are gone */
	struct orders orders;
};

/* A build of "make" ends when FOLDER/go-COMMIT is there, with what stands in it. */
static int start(void *ctx, const char *commit, bool behind, struct child *ret_child,
	struct err *err)
{
	static const char script[] =
		"echo $1 >>begun; trap 'echo $1 >>asked; exit 143' TERM; "
		"while ! [ -s go-$1 ]; do sleep 0.02; done; exit $(cat go-$1)";
	struct builder *b = ctx;
	char sh[] = "sh", c[] = "-c", *argv[] = {sh, c, (char *)script, sh, NULL, NULL};
	struct child_spec spec = CHILD_SPEC_INIT;
	CLEANUP_FREE char *name = strdup(commit);

	(void)behind;
	argv[4] = name;
	spec.argv = argv;
	spec.cwd = b->folder;
	spec.out_fd = b->alive;
	return child_start(&spec, ret_child, err);
}

static bool is_missing(void *ctx, const char *commit)
{
	(void)ctx;
	return strcmp(commit, "there") != 0;
}

static int make_builder(void **state)
{
	struct builder *b = calloc(1, sizeof(*b));

	snprintf(b->folder, sizeof(b->folder), "/tmp/test-orders-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	b->alive = -1;
	b->orders = (struct orders){.slots = 1,
		.limit = 1000,
		.start = start,
		.missing = is_missing,
		.ctx = b};
	*state = b;
	return 0;
}

static int drop_builder(void **state)
{
	struct builder *b = *state;

	orders_release(&b->orders);
	dir_remove(b->folder, NULL);
	free(b);
	return 0;
}

static void let_go(const struct builder *b, const char *commit, const char *code)
{
	CLEANUP_BUF struct buf path;

	buf_init(&path, 256);
	buf_addf(&path, "%s/go-%s", b->folder, commit);
	assert_int_equal(file_write_atomic(path.data, code, strlen(code), 0644, NULL), 0);
}

/* Tends until FILE has that text; false after a while. */
static bool comes_to(struct builder *b, const char *file, const char *text)
{
	double until = clock_monotonic() + WAIT;
	CLEANUP_BUF struct buf path, got;

	buf_init(&path, 256);
	buf_init(&got, 4096);
	buf_addf(&path, "%s/%s", b->folder, file);
	while (clock_monotonic() < until) {
		buf_reset(&got);
		orders_tend(&b->orders);
		if (file_read(path.data, &got, NULL) == 0 && !strcmp(got.data, text))
			return true;
		poll(NULL, 0, 10);
	}
	print_error("'%s' is '%s'\n", file, got.data);
	return false;
}

static bool ends_with(struct builder *b, size_t running)
{
	double until = clock_monotonic() + WAIT;

	while (b->orders.n != running && clock_monotonic() < until) {
		orders_tend(&b->orders);
		poll(NULL, 0, 10);
	}
	return b->orders.n == running;
}

static void one_after_the_other(void **state)
{
	static const char *const wanted[] = {"a", "there", "b"};
	struct builder *b = *state;

	orders_set(&b->orders, wanted, 3);
	assert_true(comes_to(b, "begun", "a\n"));
	let_go(b, "a", "0");
	assert_true(comes_to(b, "begun", "a\nb\n"));
	let_go(b, "b", "1");
	assert_true(ends_with(b, 0));
}

static void what_is_no_longer_wanted_is_withdrawn(void **state)
{
	static const char *const before[] = {"a", "b", "c"}, *const after[] = {"b", "d"};
	struct builder *b = *state;

	b->orders.slots = 2;
	orders_set(&b->orders, before, 3);
	assert_true(comes_to(b, "begun", "a\nb\n") || comes_to(b, "begun", "b\na\n"));
	orders_set(&b->orders, after, 2);
	assert_true(comes_to(b, "asked", "a\n"));
	assert_true(ends_with(b, 2));
	let_go(b, "b", "0");
	let_go(b, "d", "0");
	assert_true(ends_with(b, 0));
	assert_true(comes_to(b, "asked", "a\n"));
}

static void what_is_under_way_is_waited_for(void **state)
{
	static const char *const wanted[] = {"a", "b"};
	struct builder *b = *state;
	struct child_result result;

	orders_set(&b->orders, wanted, 2);
	assert_true(comes_to(b, "begun", "a\n"));
	let_go(b, "a", "1");
	assert_int_equal(orders_wait(&b->orders, "a", -1, &result, NULL), 0);
	assert_int_equal(result.exit_code, 1);
	/* the next in line goes on by itself; one that is needed now takes its place */
	assert_true(comes_to(b, "begun", "a\nb\n"));
	let_go(b, "c", "0");
	assert_int_equal(orders_wait(&b->orders, "c", -1, &result, NULL), 0);
	assert_int_equal(result.exit_code, 0);
	assert_true(comes_to(b, "asked", "b\n"));
	assert_true(ends_with(b, 0));
}

static void a_fault_is_not_repeated_ahead(void **state)
{
	static const char *const wanted[] = {"a"};
	struct builder *b = *state;
	struct child_result result;

	let_go(b, "a", "3");
	orders_set(&b->orders, wanted, 1);
	assert_true(ends_with(b, 0));
	orders_set(&b->orders, wanted, 1);
	assert_int_equal(b->orders.n, 0);
	assert_int_equal(orders_wait(&b->orders, "a", -1, &result, NULL), 0);
	assert_int_equal(result.exit_code, 3);
}

static void limits_and_cancellation_end_it(void **state)
{
	struct builder *b = *state;
	CLEANUP_FD int cancel = eventfd(1, EFD_CLOEXEC);
	struct child_result result;

	b->orders.slots = 0;
	assert_int_equal(orders_wait(&b->orders, "a", cancel, &result, NULL), 0);
	assert_true(result.cancelled);
	b->orders.limit = 0.1;
	assert_int_equal(orders_wait(&b->orders, "a", -1, &result, NULL), 0);
	assert_true(result.timed_out);
}

/* Killed without a chance to say a word. */
static void they_die_with_us(void **state)
{
	static const char *const wanted[] = {"a", "b"};
	struct builder *b = *state;
	struct pollfd fd = {.events = POLLIN};
	int ends[2], status;
	char c;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		b->alive = ends[1];
		b->orders.slots = 2;
		orders_set(&b->orders, wanted, 2);
		_exit(comes_to(b, "begun", "a\nb\n") || comes_to(b, "begun", "b\na\n")
				? raise(SIGKILL)
				: 1);
	}
	close(ends[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	fd.fd = ends[0];
	assert_int_equal(poll(&fd, 1, (int)(WAIT * 1000)), 1);
	assert_int_equal(read(ends[0], &c, 1), 0);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			one_after_the_other, make_builder, drop_builder),
		cmocka_unit_test_setup_teardown(what_is_no_longer_wanted_is_withdrawn,
			make_builder, drop_builder),
		cmocka_unit_test_setup_teardown(
			what_is_under_way_is_waited_for, make_builder, drop_builder),
		cmocka_unit_test_setup_teardown(
			a_fault_is_not_repeated_ahead, make_builder, drop_builder),
		cmocka_unit_test_setup_teardown(
			limits_and_cancellation_end_it, make_builder, drop_builder),
		cmocka_unit_test_setup_teardown(
			they_die_with_us, make_builder, drop_builder),
	};

	return cmocka_run_group_tests_name("orders", tests, NULL, NULL);
}
