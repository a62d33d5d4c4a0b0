// SPDX-License-Identifier: GPL-2.0-or-later
/* Builds on a machine whose clock is set back. */
#include "builder/job/job.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "builder/job/workplace.h"
#include "tests/unit/mini-kernel.h"

#define HOUR 3600

/* While there is such a file, the clock is behind by an hour. */
static char set_back[128];

/* In place of libc's, for the builder in this program. */
int clock_gettime(clockid_t id, struct timespec *ts)
{
	int r = (int)syscall(SYS_clock_gettime, id, ts);

	if (id == CLOCK_REALTIME && *set_back && access(set_back, F_OK) == 0)
		ts->tv_sec -= HOUR;
	return r;
}

static void name_workplace(struct world *w, char ret_dir[96])
{
	snprintf(ret_dir, 96, "%s/work/mini/x86_64/mini", w->mini.conf.state);
}

static int make_newer(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	const struct timespec later = {.tv_sec = st->st_mtim.tv_sec + HOUR};
	const struct timespec times[2] = {later, later};

	(void)flag;
	(void)ftw;
	return utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

/* All that is there was made when the clock was ahead by an hour. */
static void survives_it_between_two_builds(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf text;
	struct mark mark;
	char dir[96], path[128];

	make(w, w->first);
	name_workplace(w, dir);
	assert_int_equal(nftw(dir, make_newer, 32, FTW_PHYS), 0);
	workplace_look(dir, &mark);
	mark.floor.tv_sec += HOUR;
	buf_init(&text, 4096);
	mark_format(&mark, &text);
	snprintf(path, sizeof(path), "%s/mark", dir);
	assert_int_equal(file_write_atomic(path, text.data, text.len, 0644, NULL), 0);
	assert_true(make(w, w->second).clean);
	assert_image_is_clean_one(w, w->second);
	/* and that was it: the next one is as cheap as ever */
	assert_false(make(w, w->third).clean);
	assert_image_is_clean_one(w, w->third);
}

/* The make itself is where it happens. */
static void survives_it_within_a_build(void **state)
{
	struct world *w = *state;
	CLEANUP_FREE char *changed =
		buf_format("%s$(shell touch $(O)/set-back)\n", makefile);
	const struct tree_file file = {"Makefile", changed, 0};
	char commit[IMAGE_COMMIT_TEXT], dir[96];
	struct err err = ERR_INIT;
	struct outcome outcome;
	struct job job;

	make(w, w->first);
	tree_commit(w->mini.repo, "main", w->first, "set back", &file, 1, commit);
	job = mini_job(&w->mini, commit);
	name_workplace(w, dir);
	snprintf(set_back, sizeof(set_back), "%s/obj/set-back", dir);
	assert_int_equal(local_make(&w->mini.local, &job, &outcome, &err), -EIO);
	assert_non_null(strstr(err.text, "the clock was set back"));
	assert_false(store_has(&w->mini.store, &job.id, true));
	assert_true(make(w, commit).clean);
	*set_back = '\0';
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(survives_it_between_two_builds), TEST(survives_it_within_a_build)};

	kbuild_environment(NULL);
	return cmocka_run_group_tests_name("job-clock", tests, NULL, NULL);
}
