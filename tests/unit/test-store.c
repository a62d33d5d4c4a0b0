// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "tests/unit/unit.h"

#define C40 "0123456789abcdef0123456789abcdef01234567"

static char root[] = "/tmp/test-store.XXXXXX";

static int make_root(void **state)
{
	(void)state;
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	(void)state;
	return dir_remove(root, NULL);
}

static void put(const char *dir, const char *name, const char *text)
{
	CLEANUP_BUF struct buf path;

	buf_init(&path, STORE_PATH_MAX);
	buf_addf(&path, "%s/%s", root, dir);
	assert_int_equal(dir_make(path.data, 0755, NULL), 0);
	buf_addf(&path, "/%s", name);
	assert_int_equal(file_write_atomic(path.data, text, strlen(text), 0644, NULL), 0);
}

static int collect(void *ctx, const struct image_id *id)
{
	char text[IMAGE_ID_TEXT];

	image_id_format(id, text);
	buf_addf(ctx, "%s\n", text);
	return 0;
}

static void finds_images_and_passes_over_the_rest(void **state)
{
	struct store store = {.root = root};
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_BUF struct buf found;
	struct image_id id;

	(void)state;
	put("images/x86_64/lab/" C40, "image.json",
		"{\"id\":\"x86_64/lab/" C40 "\",\"status\":\"built\",\"subject\":\"s\"}");
	put("images/x86_64/lab/.tmp-" C40, "image.json", "{");
	put("images/arm/lab/" C40, "image.json", "{}");
	buf_init(&found, 1000);
	assert_int_equal(store_each(&store, true, collect, &found, NULL), 0);
	assert_string_equal(found.data, "x86_64/lab/" C40 "\n");
	assert_int_equal(store_each(&store, false, collect, &found, NULL), 0);
	assert_int_equal(image_id_parse("x86_64/lab/" C40, &id, NULL), 0);
	assert_true(store_has(&store, &id, true));
	assert_false(store_has(&store, &id, false));
	assert_int_equal(store_load(&store, &id, true, &image, NULL), 0);
	assert_string_equal(image.subject, "s");
}

#define OTHER "ffffffffffffffffffffffffffffffffffffffff"

/* Whoever asks gets the image that was really built. */
static void tells_whose_files_an_image_has(void **state)
{
	struct store store = {.root = root};
	struct image_id id, real, of;
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_BUF struct buf path;

	(void)state;
	put("images/x86_64/lab/" C40, "image.json",
		"{\"id\":\"x86_64/lab/" C40 "\",\"status\":\"built\"}");
	put("images/x86_64/lab/" OTHER, "image.json",
		"{\"id\":\"x86_64/lab/" OTHER "\",\"status\":\"built\","
		"\"same_as\":\"x86_64/lab/" C40 "\"}");
	assert_int_equal(image_id_parse("x86_64/lab/" C40, &of, NULL), 0);
	assert_int_equal(store_same_as(&store, &of, true, &real, NULL), 0);
	assert_true(image_id_equal(&real, &of));
	assert_int_equal(store_same_as(&store, &of, false, &real, NULL), -ENOENT);
	assert_int_equal(image_id_parse("x86_64/lab/" OTHER, &id, NULL), 0);
	assert_int_equal(store_same_as(&store, &id, true, &real, NULL), 0);
	assert_true(image_id_equal(&real, &of));
	assert_int_equal(store_load(&store, &id, true, &image, NULL), 0);
	buf_init(&path, STORE_PATH_MAX);
	store_files_path(&image, &path);
	assert_string_equal(path.data, "images/x86_64/lab/" C40);
	put("images/x86_64/lab/" OTHER, "image.json",
		"{\"id\":\"x86_64/lab/" OTHER "\",\"status\":\"built\","
		"\"same_as\":\"../../etc\"}");
	assert_int_equal(store_same_as(&store, &id, true, &real, NULL), -EINVAL);
	put("images/x86_64/lab/" OTHER, "image.json", "");
}

static void publishes_a_folder_once(void **state)
{
	char from[64], to[64];

	(void)state;
	snprintf(from, sizeof(from), "%s/temp", root);
	snprintf(to, sizeof(to), "%s/final", root);
	put("temp", "a", "1");
	assert_int_equal(dir_publish(from, to, NULL), 0);
	assert_true(file_exists(to));
	put("temp", "a", "2");
	assert_int_equal(dir_publish(from, to, NULL), -EEXIST);
	assert_true(file_exists(from));
}

static void a_date_makes_the_round(void **state)
{
	char text[CLOCK_ISO_TEXT];
	int64_t seconds;

	(void)state;
	clock_iso(1795449914, text);
	assert_int_equal(clock_parse_iso(text, &seconds), 0);
	assert_int_equal(seconds, 1795449914);
	assert_int_equal(clock_parse_iso("yesterday", &seconds), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_images_and_passes_over_the_rest),
		cmocka_unit_test(tells_whose_files_an_image_has),
		cmocka_unit_test(publishes_a_folder_once),
		cmocka_unit_test(a_date_makes_the_round),
	};

	return cmocka_run_group_tests_name("store", tests, make_root, remove_root);
}
