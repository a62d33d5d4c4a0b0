// SPDX-License-Identifier: GPL-2.0-or-later
#include "pxe-server/boots.h"

#include <errno.h>
#include <math.h>

#include "tests/unit/boots-world.h"

static void grub_takes_over_an_announced_reset(void **state)
{
	struct world *w = *state;
	struct boot reset = announce(w, 100), boot = ask(w, 105);
	struct breakdown b;

	assert_string_equal(boot.id, reset.id);
	assert_string_equal(boot.state, "grub");
	assert_string_equal(boot.address, "10.0.0.7");
	assert_int_equal(boots_breakdown(&w->server.db, &boot, &b, NULL), 0);
	assert_true(fabs(b.seconds[PART_FIRMWARE] - 5) < 1e-6);
}

static void a_machine_that_asks_again_at_once_is_in_the_same_boot(void **state)
{
	struct world *w = *state;
	struct boot first = ask(w, 100), second = ask(w, 102), third = ask(w, 120);

	assert_string_equal(first.id, second.id);
	assert_string_not_equal(first.id, third.id);
	assert_string_equal(again(w, first.id).state, "lost");
}

static void a_clock_set_back_makes_no_old_boot_of_a_new_one(void **state)
{
	struct world *w = *state;
	struct boot before = ask(w, 5000);

	assert_string_not_equal(ask(w, 1000).id, before.id);
}

static void next_is_used_up_by_its_kexec_and_by_nothing_else(void **state)
{
	struct world *w = *state;
	struct boot boot = ask(w, 100);

	set_next(w, IMAGE_A);
	post(w, boot.id, "stage=first-stage\nuptime=3", 110);
	post(w, boot.id, "stage=list", 110);
	post(w, boot.id, "stage=chosen\nimage=" IMAGE_B, 111);
	post(w, boot.id, "stage=kexec\nimage=" IMAGE_B, 112);
	assert_string_equal(host(w).next_image, IMAGE_A);
	ask(w, 130);
	assert_string_equal(host(w).next_image, IMAGE_A);
	boot = ask(w, 131);
	post(w, boot.id, "stage=kexec\nimage=" IMAGE_A, 140);
	assert_string_equal(host(w).next_image, "");
	assert_true(host(w).next_waits);
}

static void a_kexec_of_nothing_is_refused_and_leaves_no_event(void **state)
{
	struct world *w = *state;
	struct boot boot = ask(w, 100);
	char text[] = "stage=kexec";
	struct event event;
	struct err err = ERR_INIT;
	int64_t n;

	assert_int_equal(event_parse(text, &event, NULL), 0);
	assert_int_equal(
		boots_event(&w->server.db, &mac, boot.id, &event, 101, &boot, &err),
		-EINVAL);
	assert_int_equal(db_number(&w->server.db, &n, NULL,
				 "SELECT count(*) FROM events WHERE stage = 'kexec'", ""),
		0);
	assert_int_equal(n, 0);
}

static void up_is_compared_with_what_was_sent(void **state)
{
	struct world *w = *state;
	struct boot boot = ask(w, 100);

	post(w, boot.id, "stage=kexec\nimage=" IMAGE_A, 110);
	boot = post(w, boot.id,
		"stage=up\nrelease=6.1.1-lab\nbuild_id=b1d\nuptime=9\ninit=2", 120);
	assert_int_equal(boot.ok, 1);
	assert_string_equal(boot.state, "up");
	assert_string_equal(host(w).good_image, IMAGE_A);

	boot = ask(w, 200);
	post(w, boot.id, "stage=kexec\nimage=" IMAGE_B, 210);
	boot = post(w, boot.id, "stage=up\nrelease=6.1.1-lab\nbuild_id=b1d", 220);
	assert_int_equal(boot.ok, 0);
	assert_string_equal(boot.detail, "the host runs '6.1.1-lab', not '6.1.2-lab'");
	boot = post(w, boot.id, "stage=up\nrelease=6.1.2-lab\nbuild_id=other", 221);
	assert_string_equal(boot.detail, "the host runs build id 'other', not 'b1d'");
	assert_string_equal(host(w).good_image, IMAGE_A);
}

static void a_fallback_that_comes_up_does_not_make_the_failure_good(void **state)
{
	struct world *w = *state;
	struct boot boot = ask(w, 100);

	post(w, boot.id, "stage=chosen\nimage=" IMAGE_A, 110);
	post(w, boot.id, "stage=failed\ndetail=vmlinuz is corrupted", 111);
	post(w, boot.id, "stage=chosen\nimage=" IMAGE_B, 112);
	post(w, boot.id, "stage=kexec\nimage=" IMAGE_B, 113);
	boot = post(w, boot.id, "stage=up\nrelease=6.1.2-lab\nbuild_id=b1d", 120);
	assert_int_equal(boot.ok, 0);
	assert_string_equal(boot.detail, "vmlinuz is corrupted");
	assert_string_equal(boot.image, IMAGE_B);
	assert_string_equal(host(w).good_image, IMAGE_B);
}

static void a_later_boot_ends_an_unfinished_one(void **state)
{
	struct world *w = *state;
	struct boot one = ask(w, 100), two, three;

	post(w, one.id, "stage=first-stage", 110);
	two = announce(w, 200);
	assert_string_equal(again(w, one.id).state, "lost");
	three = announce(w, 300);
	assert_string_equal(again(w, two.id).state, "lost");
	assert_string_equal(ask(w, 301).id, three.id);
	post(w, three.id, "stage=up\nrelease=x\nbuild_id=y", 310);
	ask(w, 400);
	assert_string_equal(again(w, three.id).state, "up");
}

static void a_first_stage_without_an_id_gets_one(void **state)
{
	struct world *w = *state;
	struct boot reset, boot;

	assert_int_equal(boots_make(&w->server.db, &mac, false, 100, &boot, NULL), 0);
	assert_string_equal(boot.state, "new");
	reset = announce(w, 200);
	assert_int_equal(boots_make(&w->server.db, &mac, false, 210, &boot, NULL), 0);
	assert_string_equal(boot.id, reset.id);
}

static void an_event_of_an_unknown_boot_makes_it(void **state)
{
	struct world *w = *state;
	static const struct mac other = {"52:54:00:99:99:99"};
	struct boot boot =
		post(w, "0123456789abcdef", "stage=chosen\nimage=" IMAGE_A, 100);
	struct event event = {.stage = STAGE_LIST,
		.image = "",
		.detail = "",
		.release = "",
		.build_id = ""};

	assert_string_equal(boot.image, IMAGE_A);
	/* but not of another host's boot */
	assert_int_equal(boots_event(&w->server.db, &other, "0123456789abcdef", &event,
				 101, &boot, NULL),
		-ENOENT);
}

static void events_have_a_limit(void **state)
{
	struct world *w = *state;
	struct boot boot = ask(w, 100);
	struct event event = {.stage = STAGE_LIST,
		.image = "",
		.detail = "",
		.release = "",
		.build_id = ""};
	int r = 0;

	for (int i = 0; i <= BOOT_EVENTS_MAX && !r; i++)
		r = boots_event(&w->server.db, &mac, boot.id, &event, 101, &boot, NULL);
	assert_int_equal(r, -EDQUOT);
}

static void old_boots_are_forgotten(void **state)
{
	struct world *w = *state;
	int64_t n;

	for (int i = 0; i < BOOTS_KEPT + 20; i++)
		ask(w, 1000 + 10 * i);
	assert_int_equal(
		db_number(&w->server.db, &n, NULL, "SELECT count(*) FROM boots", ""), 0);
	assert_int_equal(n, BOOTS_KEPT);
}

static void events_are_read_strictly(void **state)
{
	static const char *const bad[] = {"", "stage=", "stage=nonsense",
		("image=" IMAGE_A), "stage", "stage=list\nuptime=nan",
		"stage=list\nuptime=1x", "stage=list\nuptime=-1",
		"stage=chosen\nimage=../../x", "stage=list\ndetail=\x1b[31m"};
	char newer[] = "stage=list\nsome_new_key=1";
	struct event event;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err err = ERR_INIT;
		char text[128];

		snprintf(text, sizeof(text), "%s", bad[i]);
		assert_int_equal(event_parse(text, &event, &err), -EINVAL);
		assert_true(strlen(err.text) > 0);
	}
	assert_int_equal(event_parse(newer, &event, NULL), 0);
}

static void a_line_tells_all(void **state)
{
	struct world *w = *state;
	struct boot boot = announce(w, 0);
	CLEANUP_BUF struct buf b = {0};
	struct logs logs;

	boot = ask(w, 5);
	post(w, boot.id, "stage=first-stage\nuptime=2", 20);
	post(w, boot.id, "stage=chosen\nimage=" IMAGE_A, 21);
	boot = post(w, boot.id, "stage=fetched", 22.5);
	buf_init(&b, 1000);
	logs = api_logs(&w->server);
	assert_int_equal(boot_format(&logs, &boot, &b, NULL), 0);
	assert_non_null(strstr(b.data,
		"\tfetched\t" IMAGE_A
		"\t1970-01-01T00:00:00Z\t\t\tfirmware=5.00 grub=13.00 first-stage=3.00"
		" fetch=1.50 kexec=- kernel=- userspace=- total=-\t\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(grub_takes_over_an_announced_reset),
		test(a_machine_that_asks_again_at_once_is_in_the_same_boot),
		test(a_clock_set_back_makes_no_old_boot_of_a_new_one),
		test(next_is_used_up_by_its_kexec_and_by_nothing_else),
		test(a_kexec_of_nothing_is_refused_and_leaves_no_event),
		test(up_is_compared_with_what_was_sent),
		test(a_fallback_that_comes_up_does_not_make_the_failure_good),
		test(a_later_boot_ends_an_unfinished_one),
		test(a_first_stage_without_an_id_gets_one),
		test(an_event_of_an_unknown_boot_makes_it),
		test(events_have_a_limit),
		test(old_boots_are_forgotten),
		test(events_are_read_strictly),
		test(a_line_tells_all),
	};

	return cmocka_run_group_tests_name("boots", tests, NULL, NULL);
}
