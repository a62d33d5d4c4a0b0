/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A real sandbox with a source and an object folder, for tests; and what was said in it.
 */
#ifndef TENFOLD_UNIT_SANDBOX_BOX_H
#define TENFOLD_UNIT_SANDBOX_BOX_H

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builder/sandbox/sandbox.h"
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

static inline int setup(void **state)
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
static inline int setup_without_groups(void **state)
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

static inline int teardown(void **state)
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

static inline void put(const char *folder, const char *name, const char *text)
{
	CLEANUP_BUF struct buf path;

	buf_init(&path, 4096);
	buf_addf(&path, "%s/%s", folder, name);
	assert_int_equal(file_write_atomic(path.data, text, strlen(text), 0644, NULL), 0);
}

/* Runs make on this Makefile, with a limit of so many seconds. */
static inline void make(struct world *w, double seconds, const char *makefile)
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

static inline bool exists(const char *folder, const char *name)
{
	CLEANUP_BUF struct buf path;

	buf_init(&path, 4096);
	buf_addf(&path, "%s/%s", folder, name);
	return file_exists(path.data);
}

static inline void assert_said(struct world *w, const char *text)
{
	if (!strstr(w->out.data, text))
		fail_msg("no '%s' in: %s", text, w->out.data);
}

static inline void assert_not_said(struct world *w, const char *text)
{
	if (strstr(w->out.data, text))
		fail_msg("'%s' in: %s", text, w->out.data);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TEST_BARE(test)                                                       \
	{                                                                     \
		.name = #test "_without_groups", .test_func = test,           \
		.setup_func = setup_without_groups, .teardown_func = teardown \
	}

#endif
