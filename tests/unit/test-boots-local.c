// SPDX-License-Identifier: GPL-2.0-or-later
/* The wish for the local disk: who grants it, and what is newer than it. */
#include "tests/unit/boots-world.h"

static int64_t events_of(struct world *w, const struct boot *boot, const char *stage)
{
	int64_t n;

	assert_int_equal(
		db_number(&w->server.db, &n, NULL,
			"SELECT count(*) FROM events WHERE boot = ? AND stage = ?", "it",
			boot->seq, stage),
		0);
	return n;
}

/* A boot whose first stage wants the local disk at `now`. */
static struct boot wish(struct world *w, double now)
{
	struct boot boot = ask(w, now - 10);

	return post(w, boot.id, "stage=local\ndetail=it was chosen", now);
}

static void the_local_disk_is_an_event_of_the_boot_that_takes_it(void **state)
{
	struct world *w = *state;
	struct boot wished = wish(w, 100), boot = ask(w, 3699);

	assert_string_not_equal(boot.id, wished.id);
	assert_true(boot.local);
	assert_string_equal(boot.state, "local");
	assert_string_equal(boot.image, "local");
	assert_int_equal(events_of(w, &boot, "grub"), 1);
	assert_int_equal(events_of(w, &boot, "local"), 1);
	wish(w, 5000);
	assert_false(ask(w, 8601).local);
}

static void who_asks_at_once_gets_the_local_disk_again(void **state)
{
	struct world *w = *state;
	struct boot boot, again;

	wish(w, 100);
	boot = ask(w, 105);
	again = ask(w, 108);
	assert_string_equal(again.id, boot.id);
	assert_true(again.local);
	assert_string_equal(again.state, "local");
	assert_int_equal(events_of(w, &boot, "local"), 1);
	/* a machine that was power-cycled is back in GRUB by then */
	again = ask(w, 110);
	assert_string_not_equal(again.id, boot.id);
	assert_false(again.local);
}

static void a_newer_choice_ends_the_wish_for_the_local_disk(void **state)
{
	struct world *w = *state;
	struct db *db = &w->server.db;

	wish(w, 100);
	announce(w, 110);
	assert_false(ask(w, 120).local);
	wish(w, 200);
	set_next(w, IMAGE_A);
	assert_false(ask(w, 210).local);
	wish(w, 300);
	assert_int_equal(hosts_set_image(db, &mac, HOST_DEFAULT, "", true, NULL), 0);
	assert_false(ask(w, 310).local);
	/* the machine has come to a candidate without asking */
	post(w, wish(w, 400).id, "stage=kexec\nimage=" IMAGE_A, 410);
	assert_false(ask(w, 420).local);
	/* nor is the answer given again then */
	wish(w, 500);
	assert_true(ask(w, 505).local);
	set_next(w, IMAGE_A);
	assert_false(ask(w, 506).local);
}

static void a_wish_from_before_an_announced_reset_is_none(void **state)
{
	struct world *w = *state;
	struct boot before = ask(w, 100), reset = announce(w, 110), boot;

	post(w, before.id, "stage=local", 111);
	boot = ask(w, 120);
	assert_string_equal(boot.id, reset.id);
	assert_false(boot.local);
}

static void the_first_choice_takes_the_local_disk_in_each_boot(void **state)
{
	struct world *w = *state;
	bool wished;
	struct boot boot = ask_as(w, true, 100, &wished), again;

	assert_true(boot.local);
	assert_false(wished);
	assert_string_equal(boot.state, "local");
	assert_int_equal(events_of(w, &boot, "local"), 1);
	again = ask_as(w, true, 103, &wished);
	assert_string_equal(again.id, boot.id);
	assert_true(wished);
	again = ask_as(w, true, 200, &wished);
	assert_string_not_equal(again.id, boot.id);
	assert_true(again.local);
	assert_false(wished);
	/* a person chose otherwise in GRUB */
	again = post(w, again.id, "stage=first-stage", 210);
	assert_string_equal(again.state, "first-stage");
	assert_string_equal(again.image, "");
	again = post(w, again.id, "stage=kexec\nimage=" IMAGE_A, 220);
	assert_string_equal(again.image, IMAGE_A);
	assert_false(ask(w, 230).local);
}

static void what_is_wished_in_the_list_is_granted_once(void **state)
{
	struct world *w = *state;
	bool wished;
	struct boot boot = ask_as(w, true, 100, &wished), again;

	post(w, boot.id, "stage=first-stage", 110);
	post(w, boot.id, "stage=local", 120);
	again = ask_as(w, true, 140, &wished);
	assert_string_not_equal(again.id, boot.id);
	assert_true(wished);
	again = ask_as(w, true, 160, &wished);
	assert_true(again.local);
	assert_false(wished);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_local_disk_is_an_event_of_the_boot_that_takes_it),
		test(who_asks_at_once_gets_the_local_disk_again),
		test(a_newer_choice_ends_the_wish_for_the_local_disk),
		test(a_wish_from_before_an_announced_reset_is_none),
		test(the_first_choice_takes_the_local_disk_in_each_boot),
		test(what_is_wished_in_the_list_is_granted_once),
	};

	return cmocka_run_group_tests_name("boots-local", tests, NULL, NULL);
}
