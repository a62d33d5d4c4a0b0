// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>

#include "lib/strvec.h"
#include "tests/unit/unit.h"

static struct child_result run(struct child_spec spec, const char *script)
{
	char *argv[] = {"sh", "-c", (char *)script, NULL};
	struct child_result result;

	spec.argv = argv;
	assert_int_equal(child_run(&spec, &result, NULL), 0);
	return result;
}

static void keeps_output_and_exit_code(void **state)
{
	struct child_spec spec = CHILD_SPEC_INIT;
	CLEANUP_BUF struct buf out;
	char *env[] = {"GREETING=hello", NULL};
	struct child_result result;

	(void)state;
	buf_init(&out, 1000);
	spec.out = &out;
	spec.env = env;
	spec.input = "from stdin";
	result = run(spec, "echo $GREETING; cat; echo err >&2; exit 7");
	assert_int_equal(result.exit_code, 7);
	assert_string_equal(out.data, "hello\nfrom stdinerr\n");
}

static void keeps_no_more_than_asked(void **state)
{
	struct child_spec spec = CHILD_SPEC_INIT;
	CLEANUP_BUF struct buf out;

	(void)state;
	buf_init(&out, 10);
	spec.out = &out;
	assert_int_equal(run(spec, "seq 1 100000").exit_code, 0);
	assert_int_equal(out.len, 10);
	assert_int_equal(buf_check(&out), 0);
}

static void a_missing_program_is_named(void **state)
{
	char *argv[] = {"/does/not/exist", NULL};
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	struct err err = ERR_INIT;

	(void)state;
	spec.argv = argv;
	assert_int_equal(child_run(&spec, &result, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/does/not/exist"));
}

static void a_time_limit_ends_the_whole_group(void **state)
{
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;

	(void)state;
	spec.timeout = 0.2;
	/* the grandchild holds our pipe: it must go too, or this would take a minute */
	result = run(spec, "sleep 60 & sleep 60");
	assert_true(result.timed_out);
	assert_int_equal(result.signal, SIGTERM);
	assert_true(result.seconds < 5);
}

/* Whoever writes without end is ended in time all the same, and so is who goes on
 * writing behind the back of a program that has ended. */
static void a_flood_of_output_is_no_way_around_the_limit(void **state)
{
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;

	(void)state;
	spec.timeout = 0.3;
	result = run(spec, "exec yes");
	assert_true(result.timed_out);
	spec.timeout = 30;
	result = run(spec, "(timeout 20 yes) & exit 3");
	assert_int_equal(result.exit_code, 3);
	assert_true(result.seconds < 10);
}

static bool count_down(void *ctx)
{
	return --*(int *)ctx > 0;
}

static void a_tick_can_end_it(void **state)
{
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	int left = 2;

	(void)state;
	spec.tick = count_down;
	spec.ctx = &left;
	result = run(spec, "exec sleep 60");
	assert_true(result.stopped);
	assert_int_equal(result.signal, SIGTERM);
	assert_int_equal(left, 0);
}

static int refuse(void *ctx)
{
	(void)ctx;
	return -EPERM;
}

static void what_prepares_can_refuse(void **state)
{
	char *argv[] = {"true", NULL};
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	struct err err = ERR_INIT;

	(void)state;
	spec.argv = argv;
	spec.prepare = refuse;
	assert_int_equal(child_run(&spec, &result, &err), -EPERM);
	assert_non_null(strstr(err.text, "cannot run 'true'"));
}

static void a_cancellation_ends_it(void **state)
{
	struct child_spec spec = CHILD_SPEC_INIT;
	CLEANUP_FD int fd = eventfd(1, EFD_CLOEXEC);
	struct child_result result;

	(void)state;
	spec.cancel_fd = fd;
	result = run(spec, "exec sleep 60");
	assert_true(result.cancelled);
	assert_int_equal(result.exit_code, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_output_and_exit_code),
		cmocka_unit_test(keeps_no_more_than_asked),
		cmocka_unit_test(a_missing_program_is_named),
		cmocka_unit_test(a_time_limit_ends_the_whole_group),
		cmocka_unit_test(a_cancellation_ends_it),
		cmocka_unit_test(a_flood_of_output_is_no_way_around_the_limit),
		cmocka_unit_test(a_tick_can_end_it),
		cmocka_unit_test(what_prepares_can_refuse),
	};

	return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
