// SPDX-License-Identifier: GPL-2.0-or-later
/* Images into packs and back: what is packed, damage, a full disk. */
#include "builder/cold/freeze.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/unit/freezer-world.h"

static bool is_hot(struct world *w, const struct image_id *id)
{
	CLEANUP_IMAGE struct image image = {0};

	assert_int_equal(store_load(&w->store, id, true, &image, NULL), 0);
	return store_is_hot(&w->store, &image);
}

static void comes_back_as_it_was(void **state)
{
	struct world *w = *state;
	struct image_id a = cold_image(&w->store, 'a', 100, GZIP);
	struct image_id b = cold_image(&w->store, 'b', 300, GZIP);
	struct frozen first = must_freeze(w, &a), second = must_freeze(w, &b), again;

	assert_true(first.packed && !first.was_cold);
	assert_false(is_hot(w, &a));
	assert_false(is_hot(w, &b));
	/* the moved functions cost next to nothing */
	assert_true(second.pack < 1600);
	assert_true(second.pack < first.pack / 2);
	must_thaw(w, &b);
	must_thaw(w, &a);
	/* and it goes again without being packed again */
	again = must_freeze(w, &b);
	assert_false(again.packed);
	assert_false(is_hot(w, &b));
	again = must_freeze(w, &b);
	assert_true(again.was_cold);
	must_thaw(w, &b);
}

static void keeps_one_copy_of_an_equal_kernel(void **state)
{
	struct world *w = *state;
	struct image_id a = cold_image(&w->store, 'a', 100, GZIP);
	struct image_id b = cold_image(&w->store, 'b', 100, GZIP);

	must_freeze(w, &a);
	assert_true(must_freeze(w, &b).pack < 1200);
	must_thaw(w, &b);
}

/* A kernel that no known call of a compressor makes is kept as it is. */
static void keeps_what_it_cannot_make_again(void **state)
{
	struct world *w = *state;
	struct image_id id = cold_image(&w->store, 'a', 100, GZIP);
	CLEANUP_BUF struct buf folder = {0};
	struct blob odd = cold_bzimage(100, GZIP);
	CLEANUP_IMAGE struct image image = {0};
	char digest[SHA256_TEXT];
	CLEANUP_BUF struct buf json = {0};

	/* the gzip header's "operating system" is one that gzip never writes */
	odd.data[0x410 + 9] = 0x55;
	sha256_bytes(odd.data, odd.len, digest);
	assert_int_equal(store_load(&w->store, &id, true, &image, NULL), 0);
	memcpy(image.files[3].sha256, digest, sizeof(digest));
	assert_string_equal(image.files[3].name, "vmlinuz");
	buf_init(&json, IMAGE_JSON_MAX);
	assert_int_equal(image_dump(&image, &json), 0);
	buf_init(&folder, STORE_PATH_MAX);
	store_image_path(&w->store, &id, true, &folder);
	{
		CLEANUP_BUF struct buf path = {0};

		buf_init(&path, STORE_PATH_MAX);
		buf_addf(&path, "%s/vmlinuz", folder.data);
		assert_int_equal(
			file_write_atomic(path.data, odd.data, odd.len, 0644, NULL), 0);
		buf_reset(&path);
		buf_addf(&path, "%s/image.json", folder.data);
		assert_int_equal(
			file_write_atomic(path.data, json.data, json.len, 0644, NULL), 0);
	}
	blob_release(&odd);
	must_freeze(w, &id);
	must_thaw(w, &id);
}

/* What is in the folder must be what was published, or it stays. */
static void packs_nothing_that_is_not_what_was_published(void **state)
{
	struct world *w = *state;
	struct image_id id = cold_image(&w->store, 'a', 100, GZIP);
	CLEANUP_BUF struct buf path = {0};
	struct frozen frozen;
	struct err err = ERR_INIT;

	buf_init(&path, STORE_PATH_MAX);
	store_image_path(&w->store, &id, true, &path);
	buf_adds(&path, "/build.log");
	assert_int_equal(file_write_atomic(path.data, "X", 1, 0644, NULL), 0);
	assert_int_equal(freeze(w, &id, &frozen, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "is not the file that was published"));
	assert_true(is_hot(w, &id));
}

static void change_byte(const char *path, long at)
{
	FILE *f = fopen(path, "r+");
	int c;

	assert_non_null(f);
	fseek(f, at, at < 0 ? SEEK_END : SEEK_SET);
	c = fgetc(f);
	fseek(f, -1, SEEK_CUR);
	fputc(c ^ 1, f);
	fclose(f);
}

/* One byte anywhere in a pack: said in one sentence that names the pack; nothing is
 * restored from it, and packs that do not need it live on. */
static void finds_damage(void **state)
{
	struct world *w = *state;
	struct image_id a = cold_image(&w->store, 'a', 100, GZIP);
	struct image_id b = cold_image(&w->store, 'b', 300, GZIP);
	struct stat st;
	char path[256];

	must_freeze(w, &a);
	must_freeze(w, &b);
	pack_name(w, &b, path);
	assert_int_equal(stat(path, &st), 0);
	for (long at = 0; at < st.st_size - 1; at += 7) {
		struct err err = ERR_INIT;
		bool cold;

		change_byte(path, at);
		assert_int_equal(thaw_image(&w->store, &b, &cold, &err), -EBADMSG);
		assert_non_null(strstr(err.text, path));
		assert_null(strchr(err.text, '\n'));
		assert_false(is_hot(w, &b));
		change_byte(path, at);
	}
	change_byte(path, 200);
	must_thaw(w, &a);
	change_byte(path, 200);
	must_thaw(w, &b);
}

/* The image that a damaged pack is of is hot: freezing it repairs the pack, and with it
 * all that hang on it. */
static void repairs_a_pack_from_its_image(void **state)
{
	struct world *w = *state;
	struct image_id a = cold_image(&w->store, 'a', 100, GZIP);
	struct image_id b = cold_image(&w->store, 'b', 300, GZIP);
	struct err err = ERR_INIT;
	char path[256];
	bool cold;

	must_freeze(w, &a);
	must_freeze(w, &b);
	must_thaw(w, &a);
	pack_name(w, &a, path);
	change_byte(path, 500);
	assert_int_equal(thaw_image(&w->store, &b, &cold, &err), -EBADMSG);
	assert_true(must_freeze(w, &a).packed);
	must_thaw(w, &b);
	must_thaw(w, &a);
}

static void says_what_is_lost(void **state)
{
	struct world *w = *state;
	struct image_id a = cold_image(&w->store, 'a', 100, GZIP);
	struct err err = ERR_INIT;
	struct frozen frozen;
	char path[256];
	bool cold;

	must_freeze(w, &a);
	pack_name(w, &a, path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(thaw_image(&w->store, &a, &cold, &err), -ENOENT);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(freeze(w, &a, &frozen, &err), -ENOENT);
}

/* Another version of gzip, which compresses less. */
static void upgrade_gzip(struct world *w)
{
	static const char script[] = "#!/bin/sh\nPATH=${PATH#*:} exec gzip -n -1\n";
	CLEANUP_FREE char *tool = buf_format("%s/gzip", w->root);
	CLEANUP_FREE char *path = buf_format("%s:%s", w->root, getenv("PATH"));

	assert_int_equal(file_write_atomic(tool, script, strlen(script), 0755, NULL), 0);
	setenv("PATH", path, 1);
}

/* The pack of a thawed image, from before the upgrade: whole, but of no use now. */
static void keeps_files_that_do_not_come_back(void **state)
{
	struct world *w = *state;
	const char *folders = getenv("PATH");
	CLEANUP_FREE char *before = strdup(folders ? folders : "");
	struct image_id a = cold_image(&w->store, 'a', 100, GZIP);
	struct err err = ERR_INIT;
	struct frozen frozen;
	int r;

	must_freeze(w, &a);
	must_thaw(w, &a);
	upgrade_gzip(w);
	r = freeze(w, &a, &frozen, &err);
	setenv("PATH", before, 1);
	assert_int_equal(r, -EBADMSG);
	assert_non_null(strstr(err.text, "its files stay where they are: 'vmlinuz'"));
	assert_image_whole(&w->store, &a);
	assert_false(must_freeze(w, &a).packed);
}

/* A file may have so many bytes: what a full disk does to a write. */
static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void leaves_all_as_it_was_when_nothing_can_be_written(void **state)
{
	struct world *w = *state;
	struct image_id a = cold_image(&w->store, 'a', 100, GZIP);
	struct image_id b = cold_image(&w->store, 'b', 300, GZIP);
	struct err err = ERR_INIT;
	struct frozen frozen;
	bool cold;

	signal(SIGXFSZ, SIG_IGN);
	must_freeze(w, &a);
	limit_files(300);
	assert_int_equal(freeze(w, &b, &frozen, &err), -EFBIG);
	assert_int_equal(thaw_image(&w->store, &a, &cold, &err), -EFBIG);
	limit_files(RLIM_INFINITY);
	assert_image_whole(&w->store, &b);
	assert_int_equal(count_packs(w), 1);
	must_thaw(w, &a);
	must_freeze(w, &b);
	must_thaw(w, &b);
}

static void remove_image(struct world *w, const struct image_id *id)
{
	CLEANUP_BUF struct buf path = {0};

	buf_init(&path, STORE_PATH_MAX);
	store_image_path(&w->store, id, true, &path);
	assert_int_equal(dir_remove(path.data, NULL), 0);
}

/* A pack goes with its image, but not while others need it. */
static void sweeps_what_nobody_needs(void **state)
{
	struct world *w = *state;
	struct image_id a = cold_image(&w->store, 'a', 100, GZIP);
	struct image_id b = cold_image(&w->store, 'b', 300, GZIP);
	CLEANUP_FREEZER struct freezer freezer = {.lock_fd = -1};
	size_t n;

	must_freeze(w, &a);
	must_freeze(w, &b);
	assert_int_equal(freezer_open(&freezer, &w->store, NULL), 0);
	assert_int_equal(freezer_sweep(&freezer, &a, &n, NULL), 0);
	assert_int_equal(n, 0);
	remove_image(w, &a);
	assert_int_equal(freezer_sweep(&freezer, &a, &n, NULL), 0);
	assert_int_equal(n, 0);
	must_thaw(w, &b);
	remove_image(w, &b);
	assert_int_equal(freezer_sweep(&freezer, &a, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_int_equal(count_packs(w), 0);
}

static void freezes_alone(void **state)
{
	struct world *w = *state;
	CLEANUP_FREEZER struct freezer one = {.lock_fd = -1}, two = {.lock_fd = -1};

	assert_int_equal(freezer_open(&one, &w->store, NULL), 0);
	assert_int_equal(freezer_open(&two, &w->store, NULL), -EAGAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(comes_back_as_it_was),
		T(keeps_one_copy_of_an_equal_kernel),
		T(keeps_what_it_cannot_make_again),
		T(packs_nothing_that_is_not_what_was_published),
		T(finds_damage),
		T(repairs_a_pack_from_its_image),
		T(says_what_is_lost),
		T(keeps_files_that_do_not_come_back),
		T(leaves_all_as_it_was_when_nothing_can_be_written),
		T(sweeps_what_nobody_needs),
		T(freezes_alone),
	};

	return cmocka_run_group_tests_name("freeze", tests, NULL, NULL);
}
