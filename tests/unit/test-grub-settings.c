// SPDX-License-Identifier: GPL-2.0-or-later
/* tenfold-grub-cfg as it is called: exit codes, the config file, the tree it writes. */
#include "grub-cfg-gen/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grub-cfg-gen/settings.h"
#include "lib/file.h"
#include "tests/unit/unit.h"

static const char two_hosts[] = "server = 10.0.0.1:8080\n"
				"netmask = 255.255.255.0\n"
				"timeout = 5\n"
				"[host lab1]\n"
				"mac = 52-54-00-00-00-01\n"
				"[host lab2]\n"
				"mac = 525400000002\n"
				"timeout = 7\n"
				"local = yes\n";

static int make_folder(void **state)
{
	char *path = strdup("/tmp/tenfold-test-XXXXXX");

	*state = path;
	return path && mkdtemp(path) ? 0 : -1;
}

static int remove_folder(void **state)
{
	int r = dir_remove(*state, NULL);

	free(*state);
	return r;
}

/* FOLDER/NAME, to be freed */
static char *in(const char *folder, const char *name)
{
	struct buf path;

	buf_init(&path, 4096);
	buf_addf(&path, "%s/%s", folder, name);
	return buf_take(&path);
}

static char *write_config(const char *folder, const char *text)
{
	char *path = in(folder, "hosts.ini");

	assert_int_equal(file_write_atomic(path, text, strlen(text), 0644, NULL), 0);
	return path;
}

#define RUN(...)                                                         \
	({                                                               \
		char *argv_[] = {"tenfold-grub-cfg", __VA_ARGS__, NULL}; \
		program_main(ARRAY_SIZE(argv_) - 1, argv_);              \
	})

#define READ(settings, err, ...)                                            \
	({                                                                  \
		char *argv_[] = {"tenfold-grub-cfg", __VA_ARGS__, NULL};    \
		settings_read(settings, ARRAY_SIZE(argv_) - 1, argv_, err); \
	})

static void the_nearest_setting_wins(void **state)
{
	CLEANUP_FREE char *config = write_config(*state, two_hosts);
	struct err err = ERR_INIT;
	struct grub_cfg cfg;
	struct settings s;

	assert_int_equal(READ(&s, &err, "-c", config, "--gateway", "10.0.0.254"), 0);
	assert_int_equal(s.n_hosts, 2);
	assert_int_equal(settings_cfg(&s, &s.hosts[0], &cfg, &err), 0);
	assert_string_equal(cfg.mac.text, "52:54:00:00:00:01");
	assert_string_equal(cfg.hostname, "lab1");
	assert_string_equal(cfg.gateway, "10.0.0.254");
	assert_int_equal(cfg.timeout, 5);
	assert_int_equal(cfg.mode, GRUB_BOOT_FIRST_STAGE);
	assert_int_equal(settings_cfg(&s, &s.hosts[1], &cfg, &err), 0);
	assert_int_equal(cfg.timeout, 7);
	assert_int_equal(cfg.watchdog, 0);
	assert_int_equal(cfg.mode, GRUB_BOOT_OFFER);
	settings_release(&s);
}

static enum grub_boot mode_of(const struct settings *s, size_t host)
{
	struct err err = ERR_INIT;
	struct grub_cfg cfg;

	assert_int_equal(settings_cfg(s, &s->hosts[host], &cfg, &err), 0);
	return cfg.mode;
}

static void a_no_takes_a_yes_back(void **state)
{
	CLEANUP_FREE char *config = write_config(*state,
		"server = 10.0.0.1:8080\nlocal = yes\n"
		"[host a]\nmac = 525400000001\n"
		"[host b]\nmac = 525400000002\nlocal = no\n"
		"[host c]\nmac = 525400000003\nlocal = no\nkernel = /k\n");
	struct err err = ERR_INIT;
	struct settings s;

	assert_int_equal(READ(&s, &err, "-c", config), 0);
	assert_int_equal(mode_of(&s, 0), GRUB_BOOT_OFFER);
	assert_int_equal(mode_of(&s, 1), GRUB_BOOT_FIRST_STAGE);
	assert_int_equal(mode_of(&s, 2), GRUB_BOOT_CANDIDATE);
	settings_release(&s);
	assert_int_equal(READ(&s, &err, "-c", config, "--local"), 0);
	assert_int_equal(mode_of(&s, 1), GRUB_BOOT_OFFER);
	settings_release(&s);
	assert_int_equal(READ(&s, &err, "-c", config, "--local=no"), 0);
	assert_int_equal(mode_of(&s, 0), GRUB_BOOT_FIRST_STAGE);
	settings_release(&s);
}

static void assert_config_refused(const char *folder, const char *text, const char *word)
{
	CLEANUP_FREE char *config = write_config(folder, text);
	struct err err = ERR_INIT;
	struct settings s;

	assert_int_equal(READ(&s, &err, "-c", config), -EINVAL);
	assert_non_null(strstr(err.text, word));
	settings_release(&s);
}

static void bad_files_are_told_by_line(void **state)
{
	assert_config_refused(*state, "server = x\nnetmask = 1\n", "hosts.ini:1: ");
	assert_config_refused(*state, "server = x\nnetmask = 1\n", "hosts.ini:2: ");
	assert_config_refused(
		*state, "[host a]\nserver = a:1\n", "hosts.ini:1: [host a] has no 'mac'");
	assert_config_refused(*state, "[host]\nmac = 525400000002\n", "name");
	assert_config_refused(*state,
		"[host a]\nmac = 525400000002\n[host b]\nmac = 52:54:00:00:00:02\n",
		"hosts.ini:4: hosts 'a' and 'b' have the same mac 52:54:00:00:00:02");
	assert_config_refused(*state, "initrd = /a\ninitrd = b\n",
		"hosts.ini:2: 'initrd' cannot be 'b'");
	assert_config_refused(*state, "[lab]\nx = 1\n", "no section 'lab'");
}

static void bad_usage_is_2(void **state)
{
	CLEANUP_FREE char *config = write_config(*state, two_hosts);

	assert_int_equal(RUN("--nonsense"), 2);
	assert_int_equal(RUN("--server", "10.0.0.1:8080"), 2);
	assert_int_equal(RUN("--server", "10.0.0.1", "--fixed"), 2);
	assert_int_equal(RUN("--fixed"), 2);
	assert_int_equal(RUN("--server", "a:1", "--mac", "zz"), 2);
	assert_int_equal(RUN("--server", "a:1", "--mac", "525400000002", "word"), 2);
	assert_int_equal(RUN("-c", config), 2);
	assert_int_equal(RUN("-c", config, "--host", "lab9"), 2);
	assert_int_equal(RUN("-c", "/nonexistent/hosts.ini"), 2);
	assert_int_equal(RUN("--server", "a:1", "--mac", "525400000002", "--kernel", "/k",
				 "--initrd", "/1", "--initrd", "/2", "--initrd", "/3",
				 "--initrd", "/4", "--initrd", "/5"),
		2);
}

static void a_tree_has_every_host(void **state)
{
	CLEANUP_FREE char *config = write_config(*state, two_hosts);
	CLEANUP_FREE char *lab1 = in(*state, "grub.cfg-01-52-54-00-00-00-01");
	CLEANUP_FREE char *lab2 = in(*state, "grub.cfg-01-52-54-00-00-00-02");
	CLEANUP_FREE char *fixed = in(*state, "grub.cfg");
	CLEANUP_BUF struct buf text;

	buf_init(&text, GRUB_CFG_MAX);
	assert_int_equal(RUN("-c", config, "--tree", *state), 0);
	assert_int_equal(file_read(lab1, &text, NULL), 0);
	assert_non_null(strstr(text.data, "set default=tenfold-first\n"));
	assert_non_null(strstr(text.data, ":lab1::none'"));
	assert_int_equal(file_read(lab2, &text, NULL), 0);
	assert_true(file_exists(fixed));
}

static void a_bad_host_leaves_the_tree_alone(void **state)
{
	CLEANUP_FREE char *config = write_config(*state,
		"server = 10.0.0.1:8080\n[host a]\nmac = 525400000001\n"
		"[host b]\nmac = 525400000002\nkernel = /a b\n");
	CLEANUP_FREE char *a = in(*state, "grub.cfg-01-52-54-00-00-00-01");
	CLEANUP_FREE char *fixed = in(*state, "grub.cfg");

	assert_int_equal(RUN("-c", config, "--tree", *state), 2);
	assert_false(file_exists(a));
	assert_false(file_exists(fixed));
	assert_int_equal(RUN("--server", "a:1", "--tree", "/nonexistent/tree"), 1);
}

static void the_man_page_has_every_option(void **state)
{
	CLEANUP_BUF struct buf page;

	(void)state;
	buf_init(&page, 1024 * 1024);
	assert_int_equal(file_read("docs/man/tenfold-grub-cfg.1", &page, NULL), 0);
	for (const struct option_def *def = settings_args; def->name; def++) {
		CLEANUP_BUF struct buf flag;

		buf_init(&flag, 100);
		buf_addf(&flag, "Fl -%s%s%s\n", def->name, def->arg ? " Ar " : "",
			def->arg ? def->arg : "");
		if (!strstr(page.data, flag.data))
			fail_msg("the man page lacks --%s", def->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_man_page_has_every_option),
		cmocka_unit_test_setup_teardown(
			the_nearest_setting_wins, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_no_takes_a_yes_back, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			bad_files_are_told_by_line, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			bad_usage_is_2, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_tree_has_every_host, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_bad_host_leaves_the_tree_alone, make_folder, remove_folder),
	};

	return cmocka_run_group_tests_name("grub-settings", tests, NULL, NULL);
}
