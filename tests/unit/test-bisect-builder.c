// SPDX-License-Identifier: GPL-2.0-or-later
/* The real builder's table over a store in a folder and a build command of our own. */
#include "bisect/lab/builder.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "tests/unit/unit.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccc"
#define D "dddddddddddddddddddddddddddddddddddddddd"
#define WAIT 20.0 /* seconds until a test gives up */

/* cc..c does not build, dd..d never ends, all others come out with the bytes of aa..a. */
static const char make_it[] =
	"cd \"$1\"; echo $2 >>asked; case $2 in c*) where=failed status=failed;; "
	"d*) while :; do sleep 1; done;; "
	"*) where=images status=built;; esac; "
	"mkdir -p store/$where/x86_64/lab/$2; cd store/$where/x86_64/lab/$2; "
	"d=0123456789abcdef; "
	"printf '{\"id\":\"x86_64/lab/%s\",\"status\":\"%s\",\"files\":"
	"{\"vmlinuz\":{\"size\":1,\"sha256\":\"%s\"}}}' $2 $status $d$d$d$d >t; "
	"mv t image.json; [ $status = built ]";

struct fixture {
	char folder[64], store[96];
	struct params params;
	struct store_builder builder;
};

static char arch[] = "x86_64", config[] = "lab";

static int make_fixture(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char steps[96], script[96];

	snprintf(f->folder, sizeof(f->folder), "/tmp/test-bisect-builder-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->store, sizeof(f->store), "%s/store", f->folder);
	snprintf(steps, sizeof(steps), "%s/steps", f->folder);
	assert_int_equal(dir_make(steps, 0755, NULL), 0);
	snprintf(script, sizeof(script), "%s/make-it", f->folder);
	assert_int_equal(
		file_write_atomic(script, make_it, strlen(make_it), 0644, NULL), 0);
	f->params = (struct params){
		.arch = arch, .config = config, .build_timeout = 100, .speculate = 1};
	strvec_add(&f->params.build_command, "sh");
	strvec_add(&f->params.build_command, script);
	strvec_add(&f->params.build_command, f->folder);
	strvec_add(&f->params.build_command, "%c");
	f->builder = (struct store_builder){.settings = &f->params,
		.store = {.root = f->store},
		.folder = f->folder,
		.cancel_fd = -1};
	store_builder_init(&f->builder);
	*state = f;
	return 0;
}

static int drop_fixture(void **state)
{
	struct fixture *f = *state;

	store_builder_release(&f->builder);
	strvec_release(&f->params.build_command);
	dir_remove(f->folder, NULL);
	free(f);
	return 0;
}

static int find(struct fixture *f, const char *commit)
{
	struct candidate candidate;

	return store_builder_ops.find(&f->builder, commit, &candidate, NULL);
}

static void what_is_ordered_gets_there(void **state)
{
	static const char *const wanted[] = {C, A};
	struct fixture *f = *state;
	double until = clock_monotonic() + WAIT;
	char a[KERNEL_TEXT], b[KERNEL_TEXT];

	assert_int_equal(find(f, A), -ENOENT);
	store_builder_ops.order(&f->builder, wanted, 2);
	while (find(f, A) < 0 && clock_monotonic() < until) {
		store_builder_tend(&f->builder);
		poll(NULL, 0, 10);
	}
	assert_int_equal(find(f, A), 0);
	assert_int_equal(find(f, C), -ENOEXEC);
	/* in the foreground, and an image of the same bytes */
	assert_int_equal(store_builder_ops.build(&f->builder, B, NULL), 0);
	assert_int_equal(store_builder_ops.kernel(&f->builder, A, a, NULL), 0);
	assert_int_equal(store_builder_ops.kernel(&f->builder, B, b, NULL), 0);
	assert_string_equal(a, b);
	assert_int_equal(store_builder_ops.kernel(&f->builder, C, b, NULL), -ENOENT);
}

static void what_is_needed_is_asked_for_once(void **state)
{
	static const char *const wanted[] = {A, B};
	struct fixture *f = *state;
	CLEANUP_BUF struct buf asked, path;

	buf_init(&asked, 4096);
	buf_init(&path, 256);
	store_builder_ops.order(&f->builder, wanted, 2);
	assert_int_equal(store_builder_ops.build(&f->builder, A, NULL), 0);
	assert_int_equal(store_builder_ops.build(&f->builder, B, NULL), 0);
	assert_int_equal(store_builder_ops.build(&f->builder, C, NULL), -ENOEXEC);
	buf_addf(&path, "%s/asked", f->folder);
	assert_int_equal(file_read(path.data, &asked, NULL), 0);
	assert_string_equal(asked.data, A "\n" B "\n" C "\n");
}

/* Whether it builds is not known then; the next try may have a quieter machine. */
static void a_build_without_an_end_is_no_verdict(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;

	f->params.build_timeout = 1;
	store_builder_init(&f->builder);
	assert_int_equal(store_builder_ops.build(&f->builder, D, &err), -EIO);
	assert_non_null(
		strstr(err.text, "the build command 'sh' took longer than its limit"));
	assert_int_equal(find(f, D), -ENOENT);
}

static void nothing_is_ordered_when_told_so(void **state)
{
	static const char *const wanted[] = {A};
	struct fixture *f = *state;

	f->params.no_speculate = true;
	store_builder_init(&f->builder);
	store_builder_ops.order(&f->builder, wanted, 1);
	assert_int_equal(f->builder.orders.n, 0);
	assert_int_equal(store_builder_ops.build(&f->builder, A, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_ordered_gets_there, make_fixture, drop_fixture),
		cmocka_unit_test_setup_teardown(
			what_is_needed_is_asked_for_once, make_fixture, drop_fixture),
		cmocka_unit_test_setup_teardown(
			a_build_without_an_end_is_no_verdict, make_fixture, drop_fixture),
		cmocka_unit_test_setup_teardown(
			nothing_is_ordered_when_told_so, make_fixture, drop_fixture),
	};

	return cmocka_run_group_tests_name("bisect-builder", tests, NULL, NULL);
}
