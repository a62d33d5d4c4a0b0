// SPDX-License-Identifier: GPL-2.0-or-later
#include "pxe-server/hosts.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

static const struct mac mac = {"52:54:00:12:34:56"};
static const struct mac other = {"52:54:00:12:34:57"};

static int make(void **state)
{
	struct db *db = calloc(1, sizeof(*db));

	assert_int_equal(db_open(db, ":memory:", NULL), 0);
	*state = db;
	return 0;
}

static int drop(void **state)
{
	db_close(*state);
	free(*state);
	return 0;
}

static int parse(struct host *host, const char *body, bool json, struct err *err)
{
	char text[2048];

	snprintf(text, sizeof(text), "%s", body);
	return host_parse(host, text, json, err);
}

static void settings_make_the_round(void **state)
{
	struct db *db = *state;
	struct host host = {.mac = mac}, back;
	CLEANUP_BUF struct buf b = {0};

	assert_int_equal(
		parse(&host,
			"name=lab3\narch=x86_64\nconfig=lab\n"
			"cmdline=root=/dev/vda2 rw \"x=a b\"\ntimeout=5\nboot=grub\n"
			"watchdog=60\nnetmask=255.255.0.0\ngateway=10.0.0.254\n"
			"netconsole=eth1\n",
			false, NULL),
		0);
	assert_int_equal(hosts_save(db, &host, NULL), 0);
	assert_int_equal(hosts_find(db, "lab3", &back, NULL), 0);
	buf_init(&b, 4096);
	host_format(&back, &b);
	assert_string_equal(b.data,
		"mac=52:54:00:12:34:56\nname=lab3\narch=x86_64\nconfig=lab\n"
		"cmdline=root=/dev/vda2 rw \"x=a "
		"b\"\nfirst_cmdline=\ntimeout=5\nboot=grub\n"
		"watchdog=60\nnetmask=255.255.0.0\ngateway=10.0.0.254\n"
		"netconsole=eth1\ndefault=\n");
	/* what a GET gave, a PUT takes */
	assert_int_equal(parse(&back, b.data, false, NULL), 0);
}

static void json_is_as_good(void **state)
{
	struct host host = {.mac = mac};

	(void)state;
	assert_int_equal(parse(&host, "{\"name\":\"lab3\",\"timeout\":7,\"boot\":null}",
				 true, NULL),
		0);
	assert_string_equal(host.name, "lab3");
	assert_string_equal(host.timeout, "7");
	assert_string_equal(host.boot, "");
}

static void bad_settings_are_named(void **state)
{
	static const struct {
		const char *body;
		bool json;
		const char *says;
	} table[] = {
		{"colour=red", false, "a host has no 'colour'"},
		{"name", false, "'name' is not a line of the form key=value"},
		{"name=../x", false,
			"'name' must be letters, digits, '.', '_' and '-', beginning "
			"with a "
			"letter or digit, not '../x'"},
		{"name=525400123456", false,
			"'name' must be letters, digits, '.', '_' and '-', beginning "
			"with a "
			"letter or digit, not '525400123456'"},
		{"arch=arm64", false, "'arch' must be x86_64 or i386, not 'arm64'"},
		{"boot=pxe", false, "'boot' must be kexec or grub, not 'pxe'"},
		{"timeout=-1", false,
			"'timeout' must be a number of seconds, 0 to 3600, not '-1'"},
		{"netmask=255.0.255.0", false,
			"'netmask' must be a netmask like 255.255.255.0, not "
			"'255.0.255.0'"},
		{"gateway=10.0.0.256", false,
			"'gateway' must be an IPv4 address, not '10.0.0.256'"},
		{"cmdline=a\tb", false, "control characters in the body"},
		{"mac=52:54:00:12:34:57", false,
			"'mac' of a host cannot change (it is 52:54:00:12:34:56): make "
			"another host"},
		{"default=x86_64/lab/x", false,
			"'default' is set by PUT /v1/hosts/HOST/default"},
		{"[]", true, "the body is not a JSON object"},
		{"{\"name\":[]}", true, "'name' must be a text or a whole number"},
		{"{\"cmdline\":\"a\\nb\"}", true,
			"'cmdline' must be up to 1024 printable ASCII characters, not "
			"'a\nb'"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct host host = {.mac = mac};
		struct err err = ERR_INIT;

		assert_int_equal(
			parse(&host, table[i].body, table[i].json, &err), -EINVAL);
		assert_string_equal(err.text, table[i].says);
	}
}

static void a_host_is_found_by_any_spelling(void **state)
{
	static const char *const words[] = {"52:54:00:12:34:56", "52-54-00-12-34-56",
		"5254.0012.3456", "525400123456", "01-52-54-00-12-34-56", "lab3"};
	struct db *db = *state;
	struct host host = {.mac = mac, .name = "lab3"}, back;
	struct err err = ERR_INIT;

	assert_int_equal(hosts_save(db, &host, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		assert_int_equal(hosts_find(db, words[i], &back, NULL), 0);
		assert_string_equal(back.mac.text, mac.text);
	}
	assert_int_equal(hosts_find(db, "lab4", &back, &err), -ENOENT);
	assert_string_equal(err.text, "there is no host 'lab4'; the nearest is 'lab3'");
	assert_string_equal(back.mac.text, "");
	assert_int_equal(hosts_find(db, "52:54:00:00:00:01", &back, &err), -ENOENT);
	assert_string_equal(back.mac.text, "52:54:00:00:00:01");
	assert_int_equal(hosts_find(db, "52:54:00:zz:00:01", &back, &err), -EINVAL);
	assert_int_equal(hosts_find(db, "a b", &back, &err), -EINVAL);
}

static void two_hosts_cannot_share_a_name(void **state)
{
	struct db *db = *state;
	struct host one = {.mac = mac, .name = "lab3"},
		    two = {.mac = other, .name = "lab3"};
	struct err err = ERR_INIT;

	assert_int_equal(hosts_save(db, &one, NULL), 0);
	assert_int_equal(hosts_save(db, &two, &err), -EEXIST);
	assert_string_equal(
		err.text, "the name 'lab3' is that of 52:54:00:12:34:56 already");
	/* hosts without a name are many */
	two.name[0] = '\0';
	assert_int_equal(hosts_save(db, &two, NULL), 0);
	one.name[0] = '\0';
	assert_int_equal(hosts_save(db, &one, NULL), 0);
}

static void saving_settings_keeps_the_choices(void **state)
{
	struct db *db = *state;
	struct host host = {.mac = mac}, back;

	assert_int_equal(hosts_ensure(db, &mac, NULL), 0);
	assert_int_equal(hosts_set_image(db, &mac, HOST_DEFAULT, "D", true, NULL), 0);
	assert_int_equal(hosts_set_image(db, &mac, HOST_NEXT, "N", false, NULL), 0);
	assert_int_equal(hosts_save(db, &host, NULL), 0);
	assert_int_equal(hosts_find(db, mac.text, &back, NULL), 0);
	assert_string_equal(back.default_image, "D");
	assert_string_equal(back.next_image, "N");
	assert_false(back.next_waits);
	assert_int_equal(hosts_delete(db, &mac, NULL), 0);
	assert_int_equal(hosts_find(db, mac.text, &back, NULL), -ENOENT);
}

#define test(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(settings_make_the_round),
		test(json_is_as_good),
		test(bad_settings_are_named),
		test(a_host_is_found_by_any_spelling),
		test(two_hosts_cannot_share_a_name),
		test(saving_settings_keeps_the_choices),
	};

	return cmocka_run_group_tests_name("hosts", tests, NULL, NULL);
}
