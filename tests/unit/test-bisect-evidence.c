// SPDX-License-Identifier: GPL-2.0-or-later
#include "bisect/log/evidence.h"

#include <errno.h>
#include <string.h>

#include "bisect/lab/machine.h"
#include "bisect/log/place.h"
#include "lib/file.h"
#include "tests/unit/unit.h"

/* A server that has logs of two boots; those of the older one grow. */
static const char *pstore;
static unsigned int fetched;

static int get_boots(void *ctx, struct boots *ret_boots, struct err *err)
{
	char text[512];

	(void)ctx;
	snprintf(text, sizeof(text),
		"{\"boots\": [{\"boot\": \"two\", \"logs\": [{\"kind\": \"dmesg\","
		" \"size\": 3}, {\"kind\": \"console\", \"size\": 9}]},"
		" {\"boot\": \"one\", \"logs\": [{\"kind\": \"pstore\", \"size\": %zu}]},"
		" {\"boot\": \"alien\", \"logs\": [{\"kind\": \"dmesg\", \"size\": "
		"1}]}]}",
		strlen(pstore));
	return boots_parse(text, strlen(text), ret_boots, err);
}

static int get_log(
	void *ctx, const char *boot, enum boot_log log, struct buf *text, struct err *err)
{
	(void)ctx;
	(void)boot;
	(void)err;
	fetched++;
	buf_adds(text, log == BOOT_LOG_PSTORE ? pstore : "abc");
	return 0;
}

static const struct server_ops server = {.boots = get_boots, .log = get_log};

static void assert_kept(
	const char *folder, unsigned int step, const char *kind, const char *want)
{
	CLEANUP_BUF struct buf path, text;

	buf_init(&path, 4096);
	buf_init(&text, 4096);
	place_evidence(folder, step, kind, &path);
	if (!want) {
		assert_false(file_exists(path.data));
		return;
	}
	assert_int_equal(file_read(path.data, &text, NULL), 0);
	assert_string_equal(text.data, want);
}

static void logs_come_into_the_runs_folder(void **state)
{
	char folder[] = "/tmp/tenfold-evidence.XXXXXX", steps[64];
	struct step steps_of_past[] = {{.number = 7, .boot = "one"}};
	struct past past = {.steps = steps_of_past, .n_steps = 1};
	struct step now = {.number = 8, .boot = "two"};

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(steps, sizeof(steps), "%s/steps", folder);
	assert_int_equal(dir_make(steps, 0755, NULL), 0);
	pstore = "";
	evidence_gather(&server, NULL, &past, &now, folder);
	assert_kept(folder, 8, "dmesg", "abc");
	assert_kept(folder, 7, "pstore", NULL);
	assert_int_equal(fetched, 1);
	/* the boot after it has brought what the panic left */
	pstore = "panic";
	evidence_gather(&server, NULL, &past, &now, folder);
	assert_kept(folder, 7, "pstore", "panic");
	assert_int_equal(fetched, 2);
	evidence_gather(&server, NULL, &past, &now, folder);
	assert_int_equal(fetched, 2);
	assert_int_equal(dir_remove(folder, NULL), 0);
}

static void what_is_sent_stands_for_a_console(void **state)
{
	static const char said[] = "calm\nKernel panic - not syncing: x\n"
				   "Rebooting in 1 seconds..\n";
	struct machine machine = {.folder = "/nowhere"};
	struct console_news news;
	CLEANUP_BUF struct buf text;

	(void)state;
	buf_init(&text, 4096);
	machine_ops.console_read(&machine, &news);
	assert_false(news.panic);
	machine_ops.console_sent(&machine, said, strlen(said));
	machine_ops.console_read(&machine, &news);
	assert_true(news.panic && news.rebooting);
	assert_string_equal(news.line, "Kernel panic - not syncing: x");
	machine_ops.console_text(&machine, 5, &text);
	assert_string_equal(text.data, said + 5);
	/* the next boot has said nothing yet */
	machine_ops.console_mark(&machine, machine_ops.console_end(&machine));
	machine_ops.console_read(&machine, &news);
	assert_false(news.panic);
	machine_release(&machine);
}

static void a_console_file_is_not_overruled(void **state)
{
	static const char said[] = "---[ end Kernel panic\nKernel panic - not syncing\n"
				   "Rebooting in 1";
	struct machine machine = {.console = "/dev/null"};
	struct console_news news;

	(void)state;
	machine_ops.console_sent(&machine, said, strlen(said));
	machine_ops.console_read(&machine, &news);
	assert_false(news.panic);
	machine_release(&machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logs_come_into_the_runs_folder),
		cmocka_unit_test(what_is_sent_stands_for_a_console),
		cmocka_unit_test(a_console_file_is_not_overruled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
