// SPDX-License-Identifier: GPL-2.0-or-later
#include "pxe-server/catalogue.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "tests/unit/server-world.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccc"

/* The first letter of each commit's and arch's name: "cx bx ai". */
static int note(void *ctx, const struct catalogue_entry *e)
{
	struct buf *b = ctx;

	buf_addf(b, "%s%c%c", b->len ? " " : "", *(strrchr(e->id, '/') + 1), e->arch[0]);
	return 0;
}

static void list_is(
	struct world *w, const struct catalogue_filter *filter, const char *want)
{
	CLEANUP_BUF struct buf b = {0};
	struct err err = ERR_INIT;

	buf_init(&b, 1000);
	assert_int_equal(catalogue_list(&w->server.db, filter, note, &b, &err), 0);
	assert_string_equal(b.data, want);
}

static struct catalogue_change look(struct world *w)
{
	struct catalogue_change change;
	struct err err = ERR_INIT;

	assert_int_equal(
		catalogue_sync(&w->server.db, &w->server.store, &change, &err), 0);
	return change;
}

static void follows_the_store(void **state)
{
	static const struct catalogue_filter all = {"", "", "", 100};
	struct world *w = *state;
	struct catalogue_change change;
	char path[256];

	assert_int_equal(look(w).added, 0);
	world_image(w, "x86_64", A, "master", 1);
	world_image(w, "x86_64", B, "master", 2);
	assert_int_equal(look(w).added, 2);
	list_is(w, &all, "bx ax");
	change = look(w);
	assert_int_equal(change.added + change.removed, 0);
	snprintf(path, sizeof(path), "%s/images/x86_64/lab/" B, w->root);
	assert_int_equal(dir_remove(path, NULL), 0);
	change = look(w);
	assert_int_equal(change.removed, 1);
	list_is(w, &all, "ax");
}

static void an_index_that_was_lost_is_made_again(void **state)
{
	static const struct catalogue_filter all = {"", "", "", 100};
	struct world *w = *state;

	world_image(w, "i386", C, "master", 3);
	look(w);
	db_close(&w->server.db);
	assert_int_equal(db_open(&w->server.db, ":memory:", NULL), 0);
	list_is(w, &all, "");
	assert_int_equal(look(w).added, 2);
	list_is(w, &all, "ci ax");
}

static void unreadable_images_are_counted_not_fatal(void **state)
{
	struct world *w = *state;
	char path[256];

	world_write(w, "images/x86_64/lab/" B "/image.json", "{");
	assert_int_equal(look(w).unreadable, 1);
	/* one that says it is another's */
	world_write(w, "images/x86_64/lab/" B "/image.json",
		"{\"id\":\"x86_64/lab/" C "\",\"status\":\"built\"}");
	assert_int_equal(look(w).unreadable, 1);
	/* temporary folders of a publication are no images */
	world_write(w, "images/x86_64/lab/.tmp-" B "/image.json", "{");
	assert_int_equal(look(w).unreadable, 1);
	snprintf(path, sizeof(path), "%s/images/x86_64/lab/" B, w->root);
	assert_int_equal(dir_remove(path, NULL), 0);
	assert_int_equal(look(w).unreadable, 0);
}

static void filters_and_pages(void **state)
{
	struct world *w = *state;

	world_image(w, "x86_64", B, "net/next", 2);
	world_image(w, "x86_64", C, "master", 3);
	world_write(w, "refs.json", "{\"branches\":{\"topic\":\"" B "\"}}");
	look(w);
	/* C of both arches has one date: by id */
	list_is(w, &(struct catalogue_filter){"", "", "", 100}, "ci cx bx ax");
	list_is(w, &(struct catalogue_filter){"", "", "", 2}, "ci cx");
	list_is(w, &(struct catalogue_filter){"", "", "i386/lab/" C, 2}, "cx bx");
	list_is(w, &(struct catalogue_filter){"", "", "x86_64/lab/" C, 2}, "bx ax");
	list_is(w, &(struct catalogue_filter){"", "", "x86_64/lab/" A, 2}, "");
	list_is(w, &(struct catalogue_filter){"i386", "", "", 9}, "ci");
	list_is(w, &(struct catalogue_filter){"", "net/next", "", 9}, "bx");
	/* at the tip of a branch that it was not built for */
	list_is(w, &(struct catalogue_filter){"", "topic", "", 9}, "bx");
	list_is(w, &(struct catalogue_filter){"", "absent", "", 9}, "");
	assert_int_equal(catalogue_list(&w->server.db,
				 &(struct catalogue_filter){"", "", "nowhere", 2}, note,
				 NULL, NULL),
		-ENOENT);
}

static void bad_refs_are_named_and_change_nothing(void **state)
{
	struct world *w = *state;
	static const char *const bad[] = {"", "[]", "{", "7"};
	int64_t n;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(
			catalogue_set_refs(&w->server.db, bad[i], strlen(bad[i]), &err),
			-EINVAL);
		assert_non_null(strstr(err.text, "refs.json"));
	}
	assert_int_equal(
		db_number(&w->server.db, &n, NULL, "SELECT count(*) FROM refs", ""), 0);
	assert_int_equal(n, 1);
}

static void *look_in_thread(void *ctx)
{
	struct world *w = ctx;
	struct catalogue_change *change = calloc(1, sizeof(*change));

	if (catalogue_sync(&w->server.db, &w->server.store, change, NULL) < 0) {
		free(change);
		return NULL;
	}
	return change;
}

static void open_file_db(const struct world *w, struct db *db)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/tenfold.db", w->root);
	assert_int_equal(db_open(db, path, NULL), 0);
	sqlite3_busy_timeout(db->handle, 0);
}

/* Makes a pipe of a file: whoever reads it waits. Returns the bytes it had. */
static ssize_t make_pipe(const char *path, char *text, size_t max)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = read(fd, text, max);

	close(fd);
	assert_true(len > 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	return len;
}

/* A store may stand still, as one by NFS does at times. */
static void a_slow_store_keeps_no_writer_waiting(void **state)
{
	static const struct catalogue_filter all = {"", "", "", 100};
	static const struct mac mac = {WORLD_MAC};
	char json[256], text[4096];
	struct catalogue_change *change;
	void *own = NULL, *ended;
	struct db machines;
	pthread_t thread;
	struct world *w;
	ssize_t len;
	int fd;

	(void)state;
	world_make(&own);
	w = own;
	db_close(&w->server.db);
	open_file_db(w, &w->server.db);
	open_file_db(w, &machines);
	world_image(w, "x86_64", A, "master", 1);
	look(w);
	world_image(w, "x86_64", B, "master", 2);
	snprintf(json, sizeof(json), "%s/images/x86_64/lab/" B "/image.json", w->root);
	len = make_pipe(json, text, sizeof(text));
	assert_int_equal(pthread_create(&thread, NULL, look_in_thread, w), 0);
	/* opened as soon as the other side reads */
	fd = open(json, O_WRONLY | O_CLOEXEC);
	assert_int_equal(hosts_ensure(&machines, &mac, NULL), 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
	assert_int_equal(pthread_join(thread, &ended), 0);
	change = ended;
	assert_non_null(change);
	assert_int_equal(change->added, 1);
	free(change);
	list_is(w, &all, "bx ax");
	db_close(&machines);
	world_drop(&own);
}

/* An image of the least that it takes, without waiting for the disk. */
static void write_least(const struct world *w, unsigned int number)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/images/x86_64/many/%040x", w->root, number);
	assert_int_equal(dir_make(path, 0755, NULL), 0);
	snprintf(path, sizeof(path), "%s/images/x86_64/many/%040x/image.json", w->root,
		number);
	file = fopen(path, "we");
	assert_non_null(file);
	fprintf(file, "{\"id\":\"x86_64/many/%040x\",\"status\":\"built\"}", number);
	assert_int_equal(fclose(file), 0);
}

static void as_many_as_there_are(void **state)
{
	struct world *w = *state;
	int64_t n;

	for (unsigned int i = 0; i < 450; i++)
		write_least(w, i);
	assert_int_equal(look(w).added, 450);
	assert_int_equal(db_number(&w->server.db, &n, NULL,
				 "SELECT count(*) FROM images WHERE config = 'many'", ""),
		0);
	assert_int_equal(n, 450);
	assert_int_equal(look(w).added, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_store),
		cmocka_unit_test(an_index_that_was_lost_is_made_again),
		cmocka_unit_test(unreadable_images_are_counted_not_fatal),
		cmocka_unit_test(filters_and_pages),
		cmocka_unit_test(bad_refs_are_named_and_change_nothing),
		cmocka_unit_test(a_slow_store_keeps_no_writer_waiting),
		cmocka_unit_test(as_many_as_there_are),
	};

	return cmocka_run_group_tests_name("catalogue", tests, world_make, world_drop);
}
