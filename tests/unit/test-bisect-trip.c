// SPDX-License-Identifier: GPL-2.0-or-later
/* What a boot's events, the clock and the console mean; what an exit code means. */
#include "bisect/boot/trip.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bisect/lab/machine.h"
#include "bisect/run/step.h"
#include "tests/unit/unit.h"

#define C40 "0123456789abcdef0123456789abcdef01234567"
#define IMAGE "x86_64/lab/" C40
#define KEXECED                                                                       \
	"{\"stage\":\"grub\",\"time\":2},{\"stage\":\"first-stage\",\"time\":3},"     \
	"{\"stage\":\"list\",\"time\":4},{\"stage\":\"chosen\",\"time\":4,\"image\":" \
	"\"" IMAGE "\"},{\"stage\":\"fetched\",\"time\":5},"                          \
	"{\"stage\":\"kexec\",\"time\":6,\"image\":\"" IMAGE "\"}"

static const struct candidate candidate = {
	.image = IMAGE, .release = "6.1.0", .build_id = "abcd"};
static const struct limits limits = {.reboot = 10,
	.firmware = 20,
	.grub = 30,
	.first_stage = 40,
	.fetch = 50,
	.kexec = 60};

static void parse(const char *text, struct boots *ret_boots)
{
	struct err err = ERR_INIT;

	if (boots_parse(text, strlen(text), ret_boots, &err) < 0)
		fail_msg("%s", err.text);
}

/* Looks at one boot "aa" of these events, and "bb" after it if newer is not NULL. */
static enum trip_end look(struct trip *trip, const char *newer, const char *rest,
	const char *events, const struct console_news *news, double now)
{
	struct console_news silent = {0};
	CLEANUP_BUF struct buf b;
	struct boots boots;

	buf_init(&b, 16384);
	buf_adds(&b, "{\"boots\":[");
	if (newer)
		buf_addf(&b, "{\"boot\":\"bb\",\"ok\":null,\"events\":[%s]},", newer);
	buf_addf(&b, "{\"boot\":\"aa\"%s,\"events\":[%s]}]}", rest, events);
	parse(b.data, &boots);
	return trip_look(trip, &boots, news ? news : &silent, now);
}

static struct trip begin(void)
{
	struct trip trip;

	trip_begin(&trip, &candidate, &limits, "aa", 100);
	return trip;
}

static void each_stage_has_its_limit(void **state)
{
	static const struct {
		const char *events;
		double limit;
		enum trip_end end;
	} table[] = {
		{"{\"stage\":\"reset\",\"time\":1}", 20, TRIP_LAB},
		{"{\"stage\":\"grub\",\"time\":1}", 30, TRIP_LAB},
		{"{\"stage\":\"first-stage\",\"time\":1}", 40, TRIP_LAB},
		{"{\"stage\":\"list\",\"time\":1}", 40, TRIP_LAB},
		{"{\"stage\":\"chosen\",\"time\":1,\"image\":\"" IMAGE "\"}", 50,
			TRIP_LAB},
		{KEXECED, 60, TRIP_KERNEL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct trip trip = begin();

		/* the clock of a stage begins when it is seen */
		assert_int_equal(
			look(&trip, NULL, "", table[i].events, NULL, 115), TRIP_GOING);
		if (i == 0)
			trip.since = 115;
		assert_int_equal(look(&trip, NULL, "", table[i].events, NULL,
					 115 + table[i].limit - 1),
			TRIP_GOING);
		assert_int_equal(look(&trip, NULL, "", table[i].events, NULL,
					 115 + table[i].limit + 1),
			table[i].end);
		assert_true(trip.stuck);
		assert_true(strlen(trip.why) > 0);
	}
}

static void a_reboot_without_effect_asks_for_power(void **state)
{
	struct trip trip = begin();

	(void)state;
	trip.through_os = true;
	assert_int_equal(look(&trip, NULL, "", "", NULL, 129), TRIP_GOING);
	assert_int_equal(look(&trip, NULL, "", "", NULL, 131), TRIP_NO_RESET);
}

static void up_must_be_proved(void **state)
{
	static const struct {
		const char *rest;
		enum trip_end end;
	} table[] = {
		{",\"ok\":true,\"release\":\"6.1.0\",\"build_id\":\"abcd\"",
			TRIP_ARRIVED},
		{",\"ok\":null,\"release\":\"6.1.0\",\"build_id\":\"abcd\"",
			TRIP_ARRIVED},
		{",\"ok\":true,\"release\":\"6.1.1\",\"build_id\":\"abcd\"", TRIP_LAB},
		{",\"ok\":true,\"release\":\"6.1.0\",\"build_id\":\"abce\"", TRIP_LAB},
		{",\"ok\":true,\"release\":\"6.1.0\"", TRIP_LAB},
		{",\"ok\":false,\"release\":\"6.1.0\",\"build_id\":\"abcd\"", TRIP_LAB},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct trip trip = begin();

		assert_int_equal(
			look(&trip, NULL, table[i].rest,
				KEXECED ",{\"stage\":\"up\",\"time\":9}", NULL, 101),
			table[i].end);
	}
}

static void failures_before_the_kernel_are_the_labs(void **state)
{
	struct trip trip = begin();

	(void)state;
	assert_int_equal(
		look(&trip, NULL, "",
			"{\"stage\":\"failed\",\"time\":1,\"detail\":\"no\\nNFS\"}", NULL,
			101),
		TRIP_LAB);
	assert_string_equal(trip.why, "the boot failed: no?NFS");
	trip = begin();
	assert_int_equal(
		look(&trip, NULL, "", "{\"stage\":\"local\",\"time\":1}", NULL, 101),
		TRIP_LAB);
	trip = begin();
	assert_int_equal(look(&trip, NULL, "",
				 "{\"stage\":\"chosen\",\"time\":1,\"image\":\"local\"}",
				 NULL, 101),
		TRIP_LAB);
	trip = begin();
	trip.joined = true;
	assert_int_equal(look(&trip, NULL, "",
				 "{\"stage\":\"chosen\",\"time\":1,\"image\":\"local\"}",
				 NULL, 101),
		TRIP_TOO_LATE);
	/* the same of a first stage that had its list before our `next` was set */
	trip = begin();
	trip.joined = true;
	assert_int_equal(
		look(&trip, NULL, "", "{\"stage\":\"local\",\"time\":1}", NULL, 101),
		TRIP_TOO_LATE);
	/* a kexec that comes back is told after its event */
	trip = begin();
	assert_int_equal(
		look(&trip, NULL, "",
			KEXECED ",{\"stage\":\"failed\",\"time\":7,\"detail\":\"kexec\"}",
			NULL, 101),
		TRIP_LAB);
	trip = begin();
	assert_int_equal(look(&trip, NULL, "",
				 KEXECED ",{\"stage\":\"failed\",\"time\":7,\"detail\":"
					 "\"second stage: x\"}",
				 NULL, 101),
		TRIP_KERNEL);
	assert_true(trip.self_reset);
}

/* Only a boot that still has its choice before it takes a `next` that is set now. */
static void a_boot_on_the_local_disk_is_not_under_way(void **state)
{
	static const struct {
		const char *stages;
		bool in_flight;
	} table[] = {
		{"reset", false},
		{"grub", true},
		{"reset grub first-stage list", true},
		{"grub local", false},
		{"reset grub local", false},
		{"grub first-stage list local", false},
		{"reset local", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		CLEANUP_STRVEC struct strvec stages = STRVEC_INIT;
		struct boots boots;
		CLEANUP_BUF struct buf b;

		assert_int_equal(strvec_split(&stages, table[i].stages, NULL), 0);
		buf_init(&b, 16384);
		buf_adds(&b, "{\"boots\":[{\"boot\":\"aa\",\"events\":[");
		for (size_t j = 0; j < stages.n; j++)
			buf_addf(&b, "%s{\"stage\":\"%s\",\"time\":1}", j ? "," : "",
				stages.v[j]);
		buf_adds(&b, "]}]}");
		parse(b.data, &boots);
		assert_int_equal(boot_in_flight(&boots.v[0]), table[i].in_flight);
	}
}

static void a_newer_boot_is_the_same_trip_or_a_dead_kernel(void **state)
{
	struct trip trip = begin();

	(void)state;
	assert_int_equal(look(&trip, "{\"stage\":\"grub\",\"time\":5}", "",
				 "{\"stage\":\"grub\",\"time\":1}", NULL, 101),
		TRIP_GOING);
	assert_string_equal(trip.boot, "bb");
	trip = begin();
	assert_int_equal(
		look(&trip, "{\"stage\":\"grub\",\"time\":9}", "", KEXECED, NULL, 101),
		TRIP_KERNEL);
	assert_true(trip.self_reset);
	assert_false(trip.stuck);
	/* one that is only announced says nothing yet */
	trip = begin();
	assert_int_equal(
		look(&trip, "{\"stage\":\"reset\",\"time\":9}", "", KEXECED, NULL, 101),
		TRIP_GOING);
}

static void a_panic_counts_after_the_kexec_only(void **state)
{
	struct console_news news = {.panic = true, .line = "Kernel panic - x"};
	struct trip trip = begin();

	(void)state;
	assert_int_equal(
		look(&trip, NULL, "", "{\"stage\":\"grub\",\"time\":1}", &news, 101),
		TRIP_GOING);
	assert_int_equal(look(&trip, NULL, "", KEXECED, &news, 102), TRIP_KERNEL);
	assert_true(trip.stuck);
	news.rebooting = true;
	trip = begin();
	assert_int_equal(look(&trip, NULL, "", KEXECED, &news, 102), TRIP_KERNEL);
	assert_true(trip.self_reset);
}

/* The candidate may have said `up` to a server that was not there. */
static void a_hang_in_silence_is_no_verdict(void **state)
{
	struct trip trip = begin();

	(void)state;
	look(&trip, NULL, "", KEXECED, NULL, 101);
	trip.blind = true;
	assert_int_equal(look(&trip, NULL, "", KEXECED, NULL, 200), TRIP_LAB);
}

static void consoles_are_read_to_the_panics_end(void **state)
{
	static const char panic[] =
		"x\n[ 1.0] Kernel panic - not syncing: VFS\r\nCPU: 0\n";
	struct console_news news;
	CLEANUP_BUF struct buf b;

	(void)state;
	buf_init(&b, 4096);
	console_scan("all is well\n", &news);
	assert_false(news.panic);
	console_scan(panic, &news);
	assert_false(news.panic);
	buf_addf(&b, "%sRebooting in 1 seconds..\n", panic);
	console_scan(b.data, &news);
	assert_true(news.panic && news.rebooting);
	assert_string_equal(news.line, "Kernel panic - not syncing: VFS");
	buf_reset(&b);
	buf_addf(&b, "%s---[ end Kernel panic - not syncing: VFS ]---\n", panic);
	console_scan(b.data, &news);
	assert_true(news.panic && !news.rebooting);
}

static void bad_json_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "[]", "{}", "{\"boots\":1}", "{\"boots\":[{}]}"};
	struct boots boots;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(
			boots_parse(bad[i], strlen(bad[i]), &boots, NULL), -EINVAL);
}

static void exit_codes_mean_what_git_says(void **state)
{
	static const struct {
		int code;
		bool timed_out, lost;
		enum step_end end;
		enum verdict verdict;
	} table[] = {
		{0, false, false, STEP_JUDGED, VERDICT_GOOD},
		{1, false, false, STEP_JUDGED, VERDICT_BAD},
		{124, false, false, STEP_JUDGED, VERDICT_BAD},
		{125, false, false, STEP_JUDGED, VERDICT_SKIP},
		{126, false, false, STEP_JUDGED, VERDICT_BAD},
		{127, false, false, STEP_JUDGED, VERDICT_BAD},
		{128, false, false, STEP_ABORT, VERDICT_GOOD},
		{255, false, false, STEP_ABORT, VERDICT_GOOD},
		{-1, false, false, STEP_ABORT, VERDICT_GOOD},
		{-1, true, false, STEP_JUDGED, VERDICT_SKIP},
		{255, false, true, STEP_JUDGED, VERDICT_SKIP},
		{0, false, true, STEP_LAB, VERDICT_GOOD},
	};
	const struct rules rules = {.on_timeout = VERDICT_SKIP};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct test_result test = {
			.exit_code = table[i].code, .timed_out = table[i].timed_out};
		enum verdict verdict = VERDICT_GOOD;
		char why[256];

		assert_int_equal(step_judge_test(&rules, &test, table[i].lost, &verdict,
					 why, sizeof(why)),
			table[i].end);
		assert_int_equal(verdict, table[i].verdict);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_stage_has_its_limit),
		cmocka_unit_test(a_reboot_without_effect_asks_for_power),
		cmocka_unit_test(up_must_be_proved),
		cmocka_unit_test(failures_before_the_kernel_are_the_labs),
		cmocka_unit_test(a_boot_on_the_local_disk_is_not_under_way),
		cmocka_unit_test(a_newer_boot_is_the_same_trip_or_a_dead_kernel),
		cmocka_unit_test(a_panic_counts_after_the_kexec_only),
		cmocka_unit_test(a_hang_in_silence_is_no_verdict),
		cmocka_unit_test(consoles_are_read_to_the_panics_end),
		cmocka_unit_test(bad_json_is_refused),
		cmocka_unit_test(exit_codes_mean_what_git_says),
	};

	return cmocka_run_group_tests_name("bisect-trip", tests, NULL, NULL);
}
