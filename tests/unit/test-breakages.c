// SPDX-License-Identifier: GPL-2.0-or-later
/* Who hears of what, on a real repository, with a store whose images are but their
 * descriptions. */
#include "tests/unit/breakages-world.h"

static void one_mail_a_breakage_and_one_when_mended(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf bad, good;

	builds(w, w->a);
	fails(w, w->b);
	assert_int_equal(count_mails(w), 1);
	read_mail(w, "", w->b, &bad);
	assert_non_null(strstr(bad.data, "does not build (x86_64/mini)\n"));
	assert_non_null(strstr(bad.data, ">> a.c:1:1: error: no"));
	assert_null(strstr(bad.data, "\nBcc:"));
	fails(w, w->c); /* still broken */
	assert_int_equal(count_mails(w), 1);
	builds(w, w->d);
	assert_int_equal(count_mails(w), 2);
	read_mail(w, "mended@", w->b, &good);
	assert_non_null(strstr(good.data, "builds again (x86_64/mini)\n"));
	assert_non_null(strstr(good.data, w->d));
	builds(w, w->d);
	assert_int_equal(count_mails(w), 2);
}

/* A failure that is a known one's has no files of its own. */
static void names_the_files_of_an_alias(void **state)
{
	static const char other[] =
		"x86_64/mini/9999999999999999999999999999999999999999";
	struct world *w = *state;
	CLEANUP_FREE char *log =
		buf_format("\n  %s/failed/%s/build.log\n", w->store_dir, other);
	CLEANUP_FREE char *config =
		buf_format("\n  cp %s/failed/%s/config .config\n", w->store_dir, other);
	CLEANUP_BUF struct buf mail;

	builds(w, w->a);
	w->same_as = other;
	fails(w, w->b);
	read_mail(w, "", w->b, &mail);
	assert_non_null(strstr(mail.data, log));
	assert_non_null(strstr(mail.data, config));
}

/* The tip comes first: its failure is nobody's until its parents are known. */
static void waits_for_the_one_to_blame(void **state)
{
	CLEANUP_BUF struct buf mail;
	struct world *w = *state;

	w->all_awaited = true;
	fails(w, w->d);
	assert_int_equal(count_mails(w), 0);
	fails(w, w->c);
	assert_int_equal(count_mails(w), 0);
	fails(w, w->b);
	assert_int_equal(count_mails(w), 0);
	builds(w, w->a);
	assert_int_equal(count_mails(w), 1);
	read_mail(w, "", w->b, &mail);
}

/* d mends b, and e on top of it breaks something else; the newest is made first. */
static void tells_of_a_breakage_that_came_with_a_repair(void **state)
{
	char e[IMAGE_COMMIT_TEXT];
	struct world *w = *state;
	CLEANUP_BUF struct buf mail, mended;

	builds(w, w->a);
	fails(w, w->b);
	fails(w, w->c);
	commit(w, w->d, "break something else", e);
	w->all_awaited = true;
	fails(w, e);
	assert_int_equal(count_mails(w), 1);
	builds(w, w->d);
	w->all_awaited = false;
	look(w, NULL);
	read_mail(w, "", e, &mail);
	read_mail(w, "mended@", w->b, &mended);
	assert_int_equal(count_mails(w), 3);
}

static void withdraw(struct world *w, const char *commit)
{
	struct image_id id = id_of(commit);
	CLEANUP_BUF struct buf path;

	buf_init(&path, 4096);
	store_image_path(&w->store, &id, false, &path);
	assert_int_equal(dir_remove(path.data, NULL), 0);
}

/* mail-author: the one whose commit it is, in both mails. */
static void the_author_hears_of_it_if_wanted(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf without, bad, good;

	builds(w, w->a);
	fails(w, w->b);
	read_mail(w, "", w->b, &without);
	assert_null(strstr(without.data, "Cc:"));
	builds(w, w->c);
	w->conf.mail_author = true;
	fails(w, w->d);
	read_mail(w, "", w->d, &bad);
	assert_non_null(strstr(bad.data, "\nCc: a@example.org\n"));
	withdraw(w, w->d);
	builds(w, w->d);
	read_mail(w, "mended@", w->d, &good);
	assert_non_null(strstr(good.data, "\nCc: a@example.org\n"));
}

static void the_author_hears_of_it_alone(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf mail;

	strvec_release(&w->conf.mail_to);
	builds(w, w->a);
	fails(w, w->b);
	assert_int_equal(count_mails(w), 0);
	w->conf.mail_author = true;
	builds(w, w->c);
	fails(w, w->d);
	read_mail(w, "", w->d, &mail);
	assert_non_null(strstr(mail.data, "To: a@example.org\n"));
}

/* b breaks x, c breaks y as well, which may be seen or not, d mends x, and e has y still.
 */
static void hears_of_what_an_older_failure_hid(struct world *w, const char *both)
{
	char e[IMAGE_COMMIT_TEXT];
	CLEANUP_BUF struct buf mail;

	commit(w, w->d, "on top of it all", e);
	builds(w, w->a);
	fails_with(w, w->b, "x.c:1:1: error: x\n    1 | x\n");
	fails_with(w, w->c, both);
	assert_int_equal(count_mails(w), 1);
	fails_with(w, w->d, "y.c:8:1: error: y\n    8 | x\n");
	assert_int_equal(count_mails(w), 2);
	read_mail(w, "", w->d, &mail);
	assert_non_null(strstr(mail.data, ">> y.c:8:1: error: y"));
	fails_with(w, e, "y.c:9:1: error: y\n    9 | x\n");
	assert_int_equal(count_mails(w), 2);
}

static void tells_of_a_breakage_behind_a_breakage(void **state)
{
	hears_of_what_an_older_failure_hid(*state, "x.c:2:1: error: x\n");
}

static void tells_of_a_breakage_beside_a_breakage(void **state)
{
	hears_of_what_an_older_failure_hid(
		*state, "x.c:2:1: error: x\ny.c:7:1: error: y\n");
}

/* The machine was to blame: b, made once more, builds. */
static void a_failure_may_be_withdrawn(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf mail;

	builds(w, w->a);
	fails(w, w->b);
	withdraw(w, w->b);
	builds(w, w->b);
	read_mail(w, "mended@", w->b, &mail);
	/* and the next breakage is told of as ever */
	fails(w, w->c);
	assert_int_equal(count_mails(w), 3);
}

static void a_failure_may_be_forgotten(void **state)
{
	struct world *w = *state;

	builds(w, w->a);
	fails(w, w->b);
	withdraw(w, w->b);
	builds(w, w->d);
	assert_int_equal(count_mails(w), 1);
}

static void a_tree_that_is_away_keeps_no_mail_back(void **state)
{
	struct world *w = *state;
	struct image_id id = id_of(w->b);
	struct err err = ERR_INIT;
	char away[] = "/nowhere", gone[] = "gone";
	struct conf_tree trees[] = {
		{.name = gone, .remote = away, .in_place = true}, w->tree};

	w->conf.trees = trees;
	w->conf.n_trees = 2;
	builds(w, w->a);
	/* whichever is read first */
	for (const char *digit = "0f"; *digit; digit++) {
		memset(id.commit, *digit, 40);
		assert_int_equal(
			breakages_note(w->conf.state, &id, "gone", "main", NULL), 0);
		publish(w, id.commit, false, "x\n");
	}
	id = id_of(w->b);
	assert_int_equal(
		breakages_note(w->conf.state, &id, "mini", "mini/main", NULL), 0);
	publish(w, w->b, false, "a.c:1:1: error: no\n");
	assert_int_equal(breakages_look(&w->breakages, NULL, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nowhere"));
	assert_int_equal(count_mails(w), 1);
	w->conf.trees = &w->tree;
}

/* Nobody is going to build the parent: then the first that was seen is told of, once. */
static void tells_of_the_first_that_was_seen(void **state)
{
	struct world *w = *state;

	fails(w, w->c);
	assert_int_equal(count_mails(w), 1);
	fails(w, w->d);
	fails(w, w->b);
	assert_int_equal(count_mails(w), 1);
}

/* b failed when nobody was to be told (a bisection's wish): c brings it up. */
static void finds_the_breaker_behind_a_silent_failure(void **state)
{
	CLEANUP_BUF struct buf mail;
	struct world *w = *state;

	builds(w, w->a);
	publish(w, w->b, false, "a.c:9:1: error: no\n");
	fails(w, w->c);
	assert_int_equal(count_mails(w), 1);
	read_mail(w, "", w->b, &mail);
}

static void what_is_mended_already_is_no_news(void **state)
{
	struct world *w = *state;

	builds(w, w->a);
	builds(w, w->d);
	fails(w, w->b);
	assert_int_equal(count_mails(w), 0);
}

static void a_forced_push_takes_it_away(void **state)
{
	char other[IMAGE_COMMIT_TEXT];
	struct world *w = *state;

	builds(w, w->a);
	w->all_awaited = true;
	fails(w, w->c);
	commit(w, w->a, "instead", other);
	w->all_awaited = false;
	look(w, NULL);
	assert_int_equal(count_mails(w), 0);
	builds(w, other);
	assert_int_equal(count_mails(w), 0);
}

static void a_branch_has_so_many_a_day(void **state)
{
	char e[IMAGE_COMMIT_TEXT], f[IMAGE_COMMIT_TEXT];
	struct world *w = *state;

	w->conf.mail_limit = 1;
	commit(w, w->d, "break it again", e);
	commit(w, e, "repair it again", f);
	builds(w, w->a);
	fails(w, w->b);
	builds(w, w->c);
	assert_int_equal(count_mails(w), 2);
	builds(w, w->d);
	fails(w, e);
	builds(w, f);
	/* nor that it builds again: nobody heard that it did not */
	assert_int_equal(count_mails(w), 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {TEST(one_mail_a_breakage_and_one_when_mended),
		TEST(names_the_files_of_an_alias), TEST(waits_for_the_one_to_blame),
		TEST(tells_of_a_breakage_that_came_with_a_repair),
		TEST(the_author_hears_of_it_if_wanted),
		TEST(the_author_hears_of_it_alone),
		TEST(tells_of_a_breakage_behind_a_breakage),
		TEST(tells_of_a_breakage_beside_a_breakage),
		TEST(a_failure_may_be_withdrawn), TEST(a_failure_may_be_forgotten),
		TEST(a_tree_that_is_away_keeps_no_mail_back),
		TEST(tells_of_the_first_that_was_seen),
		TEST(finds_the_breaker_behind_a_silent_failure),
		TEST(what_is_mended_already_is_no_news),
		TEST(a_forced_push_takes_it_away), TEST(a_branch_has_so_many_a_day)};

	return cmocka_run_group_tests_name("breakages", tests, NULL, NULL);
}
