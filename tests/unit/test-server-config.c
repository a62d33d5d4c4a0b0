// SPDX-License-Identifier: GPL-2.0-or-later
#include "pxe-server/config.h"

#include <errno.h>
#include <string.h>

#include "lib/file.h"
#include "tests/unit/unit.h"

static char dir[] = "/tmp/tenfold-config.XXXXXX";
static char file[64];

static int read_with(
	struct config *config, const char *text, const char *arg, struct err *err)
{
	char *argv[] = {"tenfold-server", "--config", file, (char *)arg, NULL};
	int next;

	assert_int_equal(file_write_atomic(file, text, strlen(text), 0644, NULL), 0);
	return config_read(config, arg ? 4 : 3, argv, &next, err);
}

static void the_command_line_wins_over_the_file(void **state)
{
	struct config config;

	(void)state;
	assert_int_equal(read_with(&config,
				 "listen = 127.0.0.1:1\ntimeout = 9\ndefault = master\n"
				 "[server]\nfirst_cmdline = console=ttyS0,115200 quiet\n",
				 "--timeout=5", NULL),
		0);
	assert_string_equal(config.listen, "127.0.0.1:1");
	assert_int_equal(config.timeout, 5);
	assert_string_equal(config.default_image, "master");
	assert_string_equal(config.first_cmdline, "console=ttyS0,115200 quiet");
	assert_string_equal(config.store, "/srv/tenfold");
	config_release(&config);
}

static void all_errors_at_once_with_their_lines(void **state)
{
	struct err err = ERR_INIT;
	struct config config;
	char want[512];

	(void)state;
	assert_int_equal(read_with(&config,
				 "listen = nowhere\n\ncolour = red\ntimeout = soon\n"
				 "netmask = 255.0.255.0\n[lab]\n",
				 NULL, &err),
		-EINVAL);
	snprintf(want, sizeof(want),
		"%s:1: 'listen' cannot be 'nowhere'\n%s:3: there is no option 'colour'\n"
		"%s:4: 'timeout' takes a whole number from 0 to 3600, not 'soon'\n"
		"%s:5: 'netmask' cannot be '255.0.255.0'\n"
		"%s:6: there is no section 'lab'",
		file, file, file, file, file);
	assert_string_equal(err.text, want);
	config_release(&config);
}

static void places_to_listen(void **state)
{
	static const struct {
		const char *text, *address;
		unsigned int port;
	} good[] = {{"0.0.0.0:8080", "0.0.0.0", 8080}, {"[::]:80", "::", 80},
		{"[fe80::1]:0", "fe80::1", 0}};
	static const char *const bad[] = {"", "8080", ":80", "localhost:80",
		"1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:-1", "1.2.3:80", "[::1:80",
		"1.2.3.4:80x"};
	char address[46];
	unsigned int port;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(config_split_listen(good[i].text, address, &port), 0);
		assert_string_equal(address, good[i].address);
		assert_int_equal(port, good[i].port);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(config_split_listen(bad[i], address, &port), -EINVAL);
}

static void the_example_is_good(void **state)
{
	char *argv[] = {"tenfold-server", "-c", "pxe-server/server.conf.example", NULL};
	struct err err = ERR_INIT;
	struct config config;
	int next;

	(void)state;
	assert_int_equal(config_read(&config, 3, argv, &next, &err), 0);
	assert_string_equal(err.text, "");
	config_release(&config);
}

/* The man page and the example name each option. */
static void every_option_is_described(void **state)
{
	CLEANUP_BUF struct buf man = {0}, example = {0};

	(void)state;
	buf_init(&man, 1 << 20);
	buf_init(&example, 1 << 20);
	assert_int_equal(file_read("docs/man/tenfold-server.8", &man, NULL), 0);
	assert_int_equal(file_read("pxe-server/server.conf.example", &example, NULL), 0);
	for (const struct option_def *def = config_options; def->name; def++) {
		CLEANUP_BUF struct buf text = {0};

		buf_init(&text, 100);
		buf_addf(&text, "Fl -%s", def->name);
		if (!strstr(man.data, text.data))
			fail_msg("the man page lacks '%s'", text.data);
		buf_reset(&text);
		buf_addf(&text, "%s = ", def->name);
		if ((def->where & OPTION_FILE) && !strstr(example.data, text.data))
			fail_msg("the example lacks '%s'", text.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_command_line_wins_over_the_file),
		cmocka_unit_test(all_errors_at_once_with_their_lines),
		cmocka_unit_test(places_to_listen),
		cmocka_unit_test(the_example_is_good),
		cmocka_unit_test(every_option_is_described),
	};
	int failed;

	if (!mkdtemp(dir))
		return 1;
	snprintf(file, sizeof(file), "%s/server.conf", dir);
	failed = cmocka_run_group_tests_name("server-config", tests, NULL, NULL);
	dir_remove(dir, NULL);
	return failed;
}
