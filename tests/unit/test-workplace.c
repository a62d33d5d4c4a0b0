// SPDX-License-Identifier: GPL-2.0-or-later
/* What a workplace believes of its objects. */
#include "builder/job/workplace.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "tests/unit/unit.h"

#define HOUR 3600
#define NANO INT64_C(1000000000)

struct world {
	char temp[32];
	struct workplace place;
};

static int setup(void **state)
{
	static struct world w;

	memcpy(w.temp, "/tmp/tenfold-test-XXXXXX", 25);
	assert_non_null(mkdtemp(w.temp));
	assert_int_equal(
		workplace_open(&w.place, w.temp, "tree", "x86_64", "lab", NULL), 0);
	assert_int_equal(dir_make(w.place.obj, 0755, NULL), 0);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	workplace_close(&w->place);
	return dir_remove(w->temp, NULL);
}

static void put_object(struct world *w, const char *name, time_t age)
{
	CLEANUP_FREE char *path = buf_format("%s/%s", w->place.obj, name);
	const struct timespec when = {.tv_sec = time(NULL) - age};
	const struct timespec times[2] = {when, when};

	assert_int_equal(file_write_atomic(path, "object", 6, 0644, NULL), 0);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool has_object(struct world *w, const char *name)
{
	CLEANUP_FREE char *path = buf_format("%s/%s", w->place.obj, name);

	return file_exists(path);
}

/* The mark of a make, written before the clock was set back by an hour. */
static void begin_make_and_set_clock_back(struct world *w)
{
	struct mark mark = {.phase = PHASE_MAKE, .floor = {.tv_sec = 1}};
	CLEANUP_FREE char *path = buf_format("%s/mark", w->place.dir);
	CLEANUP_BUF struct buf text = {0};

	assert_int_equal(workplace_mark(&w->place, &mark, NULL), 0);
	w->place.mark.clock += HOUR * NANO;
	buf_init(&text, 4096);
	mark_format(&w->place.mark, &text);
	assert_int_equal(file_write_atomic(path, text.data, text.len, 0644, NULL), 0);
}

static void no_object_is_newer_than_the_floor(void **state)
{
	struct world *w = *state;
	struct mark mark = {.floor = {.tv_sec = 1}};
	struct timespec floor;

	assert_int_equal(workplace_mark(&w->place, &mark, NULL), 0);
	floor = workplace_floor(&w->place);
	assert_true(floor.tv_sec >= time(NULL) - 1 && floor.tv_sec < time(NULL) + HOUR);
	begin_make_and_set_clock_back(w);
	floor = workplace_floor(&w->place);
	assert_true(floor.tv_sec >= time(NULL) + HOUR - 1);
	assert_true(floor.tv_nsec >= 0 && floor.tv_nsec < NANO);
}

/* What the killed make wrote after that looks older than its mark. */
static void clears_up_what_was_made_before_and_after(void **state)
{
	struct world *w = *state;

	begin_make_and_set_clock_back(w);
	put_object(w, "before.o", 0);
	put_object(w, "after.o", HOUR / 2);
	put_object(w, "old.o", 2 * HOUR);
	assert_int_equal(workplace_recover(&w->place, NULL), 0);
	assert_false(has_object(w, "before.o"));
	assert_false(has_object(w, "after.o"));
	assert_true(has_object(w, "old.o"));
}

/* After a kill; what is there is longer than any path. */
static void clears_up_what_a_hostile_make_left(void **state)
{
	struct world *w = *state;
	struct mark mark = {.phase = PHASE_MAKE, .floor = {.tv_sec = 1}};
	int fd = open(w->place.obj, O_RDONLY | O_DIRECTORY);

	for (int i = 0; i < 2000; i++) {
		int next;

		assert_int_equal(mkdirat(fd, "deep", 0755), 0);
		next = openat(fd, "deep", O_RDONLY | O_DIRECTORY);
		close(fd);
		fd = next;
	}
	assert_int_equal(workplace_mark(&w->place, &mark, NULL), 0);
	close(openat(fd, "half.o", O_WRONLY | O_CREAT, 0644));
	close(fd);
	assert_int_equal(workplace_recover(&w->place, NULL), 0);
	assert_false(file_exists(w->place.obj));
	assert_false(w->place.mark.built);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(no_object_is_newer_than_the_floor),
		T(clears_up_what_was_made_before_and_after),
		T(clears_up_what_a_hostile_make_left),
	};

	return cmocka_run_group_tests_name("workplace", tests, NULL, NULL);
}
