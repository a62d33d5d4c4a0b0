// SPDX-License-Identifier: GPL-2.0-or-later
/* Images out of the store: kills at every step, links, and who else is at work. */
#include "builder/keep/gone.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "builder/job/publish.h"
#include "builder/keep/links.h"
#include "tests/unit/cold-store.h"
#include "tests/unit/kill-before.h"

#define GZIP "gzip -n -9"

struct world {
	char root[32];
	struct store store;
	struct image_id a, b;
};

static int setup(void **state)
{
	static struct world w;

	memcpy(w.root, "/tmp/tenfold-test-XXXXXX", 25);
	assert_non_null(mkdtemp(w.root));
	w.store.root = w.root;
	w.a = cold_image(&w.store, 'a', 100, GZIP);
	w.b = cold_image(&w.store, 'b', 300, GZIP);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	return dir_remove(w->root, NULL);
}

static bool is_there(struct world *w, const char *path)
{
	CLEANUP_BUF struct buf whole = {0};
	struct stat st;

	buf_init(&whole, STORE_PATH_MAX);
	buf_addf(&whole, "%s/%s", w->root, path);
	return lstat(whole.data, &st) == 0;
}

static void remove_image(void *ctx)
{
	struct world *w = ctx;
	struct err err = ERR_INIT;
	int fd;

	if (gone_lock(&w->store, true, &fd, &err) < 0 ||
		gone_take(&w->store, &w->a, &err) < 0 || gone_lock_share(fd, &err) < 0 ||
		gone_delete(&w->store, &w->a, &err) < 0)
		fail_msg("%s", err.text);
	close(fd);
}

static void nothing_is_left_but_a_mark(void **state)
{
	struct world *w = *state;

	assert_false(gone_was(&w->store, &w->a));
	remove_image(w);
	assert_true(gone_was(&w->store, &w->a));
	assert_false(gone_was(&w->store, &w->b));
	assert_false(store_has(&w->store, &w->a, true));
	assert_false(
		is_there(w, "gone/x86_64/lab/.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	assert_image_whole(&w->store, &w->b);
}

static void comes_back_when_it_is_wanted_after_all(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;

	assert_int_equal(gone_take(&w->store, &w->a, &err), 0);
	assert_false(store_has(&w->store, &w->a, true));
	assert_int_equal(gone_put_back(&w->store, &w->a, &err), 0);
	assert_image_whole(&w->store, &w->a);
	assert_false(gone_was(&w->store, &w->a));
}

/* Wherever it was killed: the image is whole, or no image; and the sweep leaves nothing
 * between the two. */
static void survives_a_kill_at_any_step(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;
	size_t whole = 0, gone = 0;
	int n = 1;

	for (; kill_before(n, remove_image, w); n++) {
		if (store_has(&w->store, &w->a, true))
			assert_image_whole(&w->store, &w->a);
		if (gone_sweep(&w->store, &err) < 0)
			fail_msg("%s", err.text);
		assert_false(is_there(
			w, "gone/x86_64/lab/.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
		if (store_has(&w->store, &w->a, true)) {
			assert_image_whole(&w->store, &w->a);
			whole++;
		} else {
			gone++;
			w->a = cold_image(&w->store, 'a', 100, GZIP);
		}
	}
	assert_true(whole > 2 && gone > 2);
	assert_image_whole(&w->store, &w->b);
}

/* Killed with the image aside; then it was built again. */
static void a_new_image_is_as_good_as_the_one_aside(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;

	assert_int_equal(gone_take(&w->store, &w->a, &err), 0);
	cold_image(&w->store, 'a', 500, GZIP);
	assert_int_equal(gone_sweep(&w->store, &err), 0);
	assert_image_whole(&w->store, &w->a);
	assert_false(
		is_there(w, "gone/x86_64/lab/.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void leaves_alone_what_others_work_on(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;
	char path[128];
	int fd, lock;

	snprintf(path, sizeof(path), "%s/images/x86_64/lab/%s", w->root, w->a.commit);
	fd = open(path, O_RDONLY | O_DIRECTORY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(gone_take(&w->store, &w->a, &err), -EBUSY);
	assert_false(gone_was(&w->store, &w->a));
	assert_image_whole(&w->store, &w->a);
	close(fd);
	/* nor does a sweep look at what a living one has put aside */
	assert_int_equal(gone_lock(&w->store, true, &lock, &err), 0);
	assert_int_equal(gone_take(&w->store, &w->a, &err), 0);
	assert_int_equal(gone_sweep(&w->store, &err), 0);
	assert_false(store_has(&w->store, &w->a, true));
	close(lock);
	assert_int_equal(gone_sweep(&w->store, &err), 0);
	assert_image_whole(&w->store, &w->a);
}

static void links_go_with_their_images(void **state)
{
	struct world *w = *state;
	struct image_id alias = w->b;
	struct err err = ERR_INIT;

	/* an alias whose own folder is not there any more, though its files are */
	memset(alias.commit, 'c', 40);
	assert_int_equal(
		publish_branch_link(&w->store, &w->a, &w->a, "main", 1, &err), 0);
	assert_int_equal(
		publish_branch_link(&w->store, &w->b, &w->b, "main", 2, &err), 0);
	assert_int_equal(
		publish_branch_link(&w->store, &alias, &w->b, "main", 3, &err), 0);
	assert_int_equal(
		publish_branch_link(&w->store, &w->a, &w->a, "net/x", 1, &err), 0);
	remove_image(w);
	assert_int_equal(links_settle(&w->store, &err), 0);
	assert_false(is_there(w, "branches/main/x86_64/lab/0000001-aaaaaaaaaaaa"));
	assert_true(is_there(w, "branches/main/x86_64/lab/0000002-bbbbbbbbbbbb"));
	assert_false(is_there(w, "branches/main/x86_64/lab/0000003-cccccccccccc"));
	assert_false(is_there(w, "branches/net%2Fx"));
}

/* A build that was killed before it published may have linked to what is no image now. */
static void a_link_is_set_right(void **state)
{
	struct world *w = *state;
	char path[512], target[512] = "";
	struct err err = ERR_INIT;

	assert_int_equal(
		publish_branch_link(&w->store, &w->a, &w->b, "main", 1, &err), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			publish_branch_link(&w->store, &w->a, &w->a, "main", 1, &err), 0);
	snprintf(path, sizeof(path), "%s/branches/main/x86_64/lab/0000001-aaaaaaaaaaaa",
		w->root);
	assert_true(readlink(path, target, sizeof(target) - 1) > 0);
	assert_non_null(strstr(target, w->a.commit));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(nothing_is_left_but_a_mark),
		T(comes_back_when_it_is_wanted_after_all),
		T(survives_a_kill_at_any_step),
		T(a_new_image_is_as_good_as_the_one_aside),
		T(leaves_alone_what_others_work_on),
		T(links_go_with_their_images),
		T(a_link_is_set_right),
	};

	return cmocka_run_group_tests_name("gone", tests, NULL, NULL);
}
