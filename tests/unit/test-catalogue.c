// SPDX-License-Identifier: GPL-2.0-or-later
#include "pxe-server/catalogue.h"

#include <errno.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_store),
		cmocka_unit_test(an_index_that_was_lost_is_made_again),
		cmocka_unit_test(unreadable_images_are_counted_not_fatal),
		cmocka_unit_test(filters_and_pages),
		cmocka_unit_test(bad_refs_are_named_and_change_nothing),
	};

	return cmocka_run_group_tests_name("catalogue", tests, world_make, world_drop);
}
