// SPDX-License-Identifier: GPL-2.0-or-later
/* How much room a build is given, and what people are told when there is none. */
#include "builder/keep/room.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "builder/keep/full.h"
#include "lib/file.h"
#include "tests/unit/builder-tree.h"

#define GIB ((uint64_t)1 << 30)

static void reads_floors(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes; /* of a disk of 200 GiB */
	} cases[] = {{"0", 0}, {"4096", 4096}, {"500M", 500 << 20}, {"5G", 5 * GIB},
		{"1T", 1024 * GIB}, {"10%", 20 * GIB}, {"99%", 198 * GIB}};
	static const char *const bad[] = {"", "G", "-1", "5g", "5GB", "100%", "5%%",
		" 5G", "5 G", "99999999999999999999", "9999999999G", "0x5"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct room_floor floor;

		assert_int_equal(room_floor_parse(cases[i].text, &floor), 0);
		assert_int_equal(
			room_floor_bytes(&floor, 200 * GIB) >> 20, cases[i].bytes >> 20);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(room_floor_valid(bad[i]));
}

static void learns_what_builds_take(void **state)
{
	CLEANUP_BUF struct buf text = {0};
	struct room_need need = {0}, back;

	(void)state;
	room_need_learn(&need, true, 1000);
	room_need_learn(&need, false, 100);
	room_need_learn(&need, false, 10);
	assert_int_equal(room_need_expect(&need, true), 1000);
	assert_int_equal(room_need_expect(&need, false), 75);
	room_need_learn(&need, false, 400);
	assert_int_equal(room_need_expect(&need, false), 400);
	for (int i = 0; i < 100; i++)
		room_need_learn(&need, false, 8);
	assert_in_range(room_need_expect(&need, false), 8, 11);
	buf_init(&text, 256);
	room_need_format(&need, &text);
	room_need_parse(text.data, &back);
	assert_memory_equal(&back, &need, sizeof(need));
	room_need_parse("clean x", &back);
	assert_int_equal(back.clean + back.incremental, 0);
}

static char *floor_of(uint64_t bytes)
{
	static char text[32];

	snprintf(text, sizeof(text), "%lluM", (unsigned long long)(bytes >> 20));
	return text;
}

struct box {
	char temp[32];
	struct conf conf;
	struct room room;
	uint64_t bytes; /* free */
};

static uint64_t free_bytes(const struct box *box)
{
	struct statvfs fs;

	assert_int_equal(statvfs(box->temp, &fs), 0);
	return (uint64_t)fs.f_bavail * fs.f_frsize;
}

static int setup(void **state)
{
	static struct box box;

	box = (struct box){.conf = {.disk_floor = "0"}};
	box.room = (struct room){.conf = &box.conf, .dir = box.temp, .clean = true};
	temp_make(box.temp);
	box.conf.store = box.temp;
	box.bytes = free_bytes(&box);
	*state = &box;
	return 0;
}

static int teardown(void **state)
{
	struct box *box = *state;

	return dir_remove(box->temp, NULL);
}

/* What a build from nothing is expected to take. */
static void expect(struct box *box, uint64_t bytes)
{
	CLEANUP_FREE char *path = buf_format("%s/room", box->temp);
	CLEANUP_BUF struct buf text = {0};
	const struct room_need need = {.clean = bytes};

	buf_init(&text, 256);
	room_need_format(&need, &text);
	assert_int_equal(file_write_atomic(path, text.data, text.len, 0644, NULL), 0);
}

static uint64_t expected(struct box *box)
{
	CLEANUP_FREE char *path = buf_format("%s/room", box->temp);
	CLEANUP_BUF struct buf text = {0};
	struct room_need need;

	buf_init(&text, 256);
	assert_int_equal(file_read(path, &text, NULL), 0);
	room_need_parse(text.data, &need);
	return need.clean;
}

static void keeps_the_floor_and_what_a_build_takes(void **state)
{
	struct box *box = *state;
	struct err err = ERR_INIT;

	assert_int_equal(room_enter(&box->room, &err), 0);
	box->conf.disk_floor = floor_of(2 * box->bytes);
	assert_int_equal(room_enter(&box->room, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "GiB free, and a build wants 0.0 GiB beside"));
	/* half of the disk is enough, but not for one that takes as much as there is */
	box->conf.disk_floor = floor_of(box->bytes / 2);
	assert_int_equal(room_enter(&box->room, &err), 0);
	expect(box, box->bytes);
	assert_int_equal(room_enter(&box->room, &err), -ENOSPC);
	box->room.clean = false;
	assert_int_equal(room_enter(&box->room, &err), 0);
	assert_false(room_is_out(box->temp));
}

/* Somebody else filled the disk meanwhile. */
static void learns_nothing_of_what_others_take(void **state)
{
	struct box *box = *state;
	CLEANUP_FREE char *object = buf_format("%s/x.o", box->temp);
	CLEANUP_FREE char *bytes = calloc(1, 1 << 20);

	assert_int_equal(room_enter(&box->room, NULL), 0);
	memset(bytes, 'x', 1 << 20);
	assert_int_equal(file_write_atomic(object, bytes, 1 << 20, 0644, NULL), 0);
	box->room.before += 100 * GIB;
	room_leave(&box->room);
	assert_in_range(expected(box), 1 << 20, 3 << 20);
}

/* An object that is written again, a little larger. */
static void learns_how_much_more_there_is(void **state)
{
	struct box *box = *state;
	CLEANUP_FREE char *object = buf_format("%s/x.o", box->temp);
	CLEANUP_FREE char *bytes = calloc(1, 8 << 20);

	memset(bytes, 'x', 8 << 20);
	assert_int_equal(file_write_atomic(object, bytes, 8 << 20, 0644, NULL), 0);
	assert_int_equal(room_enter(&box->room, NULL), 0);
	box->room.before = free_bytes(box) + (1 << 20);
	room_leave(&box->room);
	assert_in_range(expected(box), 0, 4 << 20);
}

static void refuses_nobody_for_good(void **state)
{
	struct box *box = *state;
	CLEANUP_FREE char *path = buf_format("%s/room", box->temp);
	const struct timespec old[2] = {
		{.tv_sec = time(NULL) - 7200}, {.tv_sec = time(NULL) - 7200}};

	box->conf.disk_floor = floor_of(box->bytes / 2);
	expect(box, box->bytes);
	assert_int_equal(room_enter(&box->room, NULL), -ENOSPC);
	assert_true(expected(box) == box->bytes);
	for (int hours = 0; hours < 5; hours++) {
		assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
		room_enter(&box->room, NULL);
	}
	assert_true(expected(box) < box->bytes / 2);
	assert_int_equal(room_enter(&box->room, NULL), 0);
}

static size_t mails(const char *state)
{
	CLEANUP_BUF struct buf path = {0};
	CLEANUP_DIR DIR *dir = NULL;
	struct dirent *entry;
	size_t n = 0;

	buf_init(&path, 256);
	buf_addf(&path, "%s/outbox", state);
	dir = opendir(path.data);
	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	return n;
}

static void tells_people_once(void **state)
{
	char temp[32], to[] = "lab@example.org";
	char *list[] = {to, NULL};
	struct conf conf = {.state = temp, .mail_to = {.v = list, .n = 1}};
	CLEANUP_BUF struct buf why = {0};
	struct image_id id;
	struct err err = ERR_INIT;

	(void)state;
	temp_make(temp);
	buf_init(&why, 4096);
	assert_int_equal(
		image_id_parse(
			"x86_64/lab/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &id, NULL),
		0);
	assert_false(full_why(temp, &why));
	for (int i = 0; i < 3; i++)
		assert_int_equal(full_begin(&conf, &id, "no room\non it", &err), 0);
	assert_int_equal(mails(temp), 1);
	assert_true(full_why(temp, &why));
	assert_string_equal(why.data, "no room?on it");
	full_end(&conf);
	assert_false(full_why(temp, &why));
	dir_remove(temp, NULL);
}

static void the_mail_says_what_to_do(void **state)
{
	char to[] = "lab@example.org", from[] = "tenfold@example.org";
	char *list[] = {to, NULL};
	struct conf conf = {.mail_from = from, .mail_to = {.v = list, .n = 1}};
	CLEANUP_BUF struct buf b = {0};
	struct image_id id;

	(void)state;
	buf_init(&b, 4096);
	image_id_parse("x86_64/lab/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &id, NULL);
	full_compose(&conf, &id, "no room", 1700000000, &b);
	assert_string_equal(b.data,
		"From: tenfold <tenfold@example.org>\n"
		"To: lab@example.org\n"
		"Subject: [tenfold] building has stopped: the disk is full\n"
		"Date: Tue, 14 Nov 2023 22:13:20 +0000\n"
		"Message-ID: <full.1700000000.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"@tenfold>\n"
		"Auto-Submitted: auto-generated\n"
		"MIME-Version: 1.0\n"
		"Content-Type: text/plain; charset=UTF-8\n"
		"Content-Transfer-Encoding: 8bit\n\n"
		"no room\n\n"
		"The next one to be built is "
		"x86_64/lab/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.\n"
		"Building goes on by itself when there is room. What could go:\n\n"
		"  tenfold-builder prune --dry-run\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_floors),
		cmocka_unit_test(learns_what_builds_take),
		cmocka_unit_test_setup_teardown(
			keeps_the_floor_and_what_a_build_takes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			learns_nothing_of_what_others_take, setup, teardown),
		cmocka_unit_test_setup_teardown(
			learns_how_much_more_there_is, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_nobody_for_good, setup, teardown),
		cmocka_unit_test(tells_people_once),
		cmocka_unit_test(the_mail_says_what_to_do),
	};

	return cmocka_run_group_tests_name("room", tests, NULL, NULL);
}
