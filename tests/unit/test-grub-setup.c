// SPDX-License-Identifier: GPL-2.0-or-later
/* What `tenfold-server setup` prints, and that its TFTP tree can be made again. */
#include "pxe-server/setup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/image.h"
#include "pxe-server/setup-parts.h"
#include "tests/unit/unit.h"

static struct setup usual(void)
{
	return (struct setup){
		.tftp = "/srv/tftp",
		.address = "10.0.0.1:8080",
		.host = "10.0.0.1",
		.store = "/srv/tenfold",
		.network = "10.0.0.0/23",
	};
}

static void networks_are_taken_apart(void **state)
{
	static const char *const bad[] = {"", "10.0.0.0", "10.0.0.0/31", "10.0.0.0/7",
		"10.0.0.1/24", "10.0.0/24", "10.0.0.0/24x", "a/24", "10.0.0.0/-1"};
	struct setup_network net;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(setup_network_parse("10.0.2.0/23", &net, &err), 0);
	assert_string_equal(net.address, "10.0.2.0");
	assert_string_equal(net.netmask, "255.255.254.0");
	assert_string_equal(net.first, "10.0.3.0");
	assert_string_equal(net.last, "10.0.3.254");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(setup_network_parse(bad[i], &net, &err), -EINVAL);
}

static void exports_are_read_only(void **state)
{
	struct setup s = usual();
	CLEANUP_BUF struct buf out;

	(void)state;
	buf_init(&out, 4096);
	assert_int_equal(setup_nfs_line(&s, &out, NULL), 0);
	assert_string_equal(
		out.data, "/srv/tenfold 10.0.0.0/23(ro,all_squash,no_subtree_check)\n");
	buf_reset(&out);
	s.store = "/srv/a b";
	s.network = NULL;
	assert_int_equal(setup_nfs_line(&s, &out, NULL), 0);
	assert_string_equal(out.data, "/srv/a\\040b *(ro,all_squash,no_subtree_check)\n");
	s.store = "srv";
	assert_int_equal(setup_nfs_line(&s, &out, NULL), -EINVAL);
}

static void each_dhcp_server_gets_both_files(void **state)
{
	static const char *const modes[] = {"dnsmasq", "dnsmasq-proxy", "isc", "kea"};
	struct setup s = usual();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		CLEANUP_BUF struct buf out;

		buf_init(&out, 16384);
		s.mode = (char *)modes[i];
		assert_int_equal(setup_dhcp_text(&s, &out, NULL), 0);
		assert_non_null(strstr(out.data, SETUP_BIOS_FILE));
		assert_non_null(strstr(out.data, SETUP_UEFI_FILE));
		assert_non_null(strstr(out.data, "10.0.0.1"));
	}
}

static void kea_gets_json(void **state)
{
	CLEANUP_JSON json_t *root = NULL;
	struct setup s = usual();
	CLEANUP_BUF struct buf out;

	(void)state;
	buf_init(&out, 16384);
	s.mode = "kea";
	assert_int_equal(setup_dhcp_text(&s, &out, NULL), 0);
	root = json_loads(out.data, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(
				 json_object_get(root, "Dhcp4"), "client-classes")),
		2);
}

static void dhcp_says_what_it_lacks(void **state)
{
	struct setup s = usual();
	struct err err = ERR_INIT;
	CLEANUP_BUF struct buf out;

	(void)state;
	buf_init(&out, 16384);
	assert_int_equal(setup_dhcp_text(&s, &out, &err), -EINVAL);
	assert_non_null(strstr(err.text, "--mode"));
	s.mode = "dnsmasq";
	s.network = NULL;
	assert_int_equal(setup_dhcp_text(&s, &out, &err), -EINVAL);
	assert_non_null(strstr(err.text, "--network"));
	s = usual();
	s.mode = "isc";
	memcpy(s.host, "kernels", 8);
	assert_int_equal(setup_dhcp_text(&s, &out, &err), -EINVAL);
	assert_non_null(strstr(err.text, "IPv4"));
}

#define RUN(...)                                              \
	({                                                    \
		char *argv_[] = {"setup", __VA_ARGS__, NULL}; \
		setup_main(ARRAY_SIZE(argv_) - 1, argv_);     \
	})

static void bad_usage_is_2(void **state)
{
	(void)state;
	assert_int_equal(RUN("nothing"), 2);
	assert_int_equal(RUN("tftp", "--nonsense"), 2);
	assert_int_equal(RUN("tftp", "--address", "a b"), 2);
	assert_int_equal(RUN("nfs", "word"), 2);
	assert_int_equal(RUN("dhcp", "--address", "10.0.0.1", "--mode", "x"), 2);
}

/* FOLDER/NAME, to be freed */
static char *in(const char *folder, const char *name)
{
	struct buf path;

	buf_init(&path, 4096);
	buf_addf(&path, "%s/%s", folder, name);
	return buf_take(&path);
}

static int entries(const char *folder)
{
	CLEANUP_DIR DIR *dir = opendir(folder);
	int n = 0;

	while (dir && readdir(dir))
		n++;
	return n - 2;
}

/* Debian's package for NFS brings no exports.d. */
static void an_export_makes_its_folder(void **state)
{
	char folder[] = "/tmp/tenfold-test-XXXXXX";
	CLEANUP_FREE char *exports = NULL;
	CLEANUP_BUF struct buf text;

	(void)state;
	assert_non_null(mkdtemp(folder));
	exports = in(folder, "exports.d/tenfold.exports");
	buf_init(&text, 4096);
	assert_int_equal(RUN("nfs", "--store", "/srv/t", "--network", "10.0.0.0/24",
				 "--exports", exports, "--write"),
		0);
	assert_int_equal(file_read(exports, &text, NULL), 0);
	assert_string_equal(
		text.data, "/srv/t 10.0.0.0/24(ro,all_squash,no_subtree_check)\n");
	assert_int_equal(dir_remove(folder, NULL), 0);
}

/* A run leaves the tree and nothing else; the next one keeps the hosts' own files. */
static void a_tree_is_made_and_made_again(void **state)
{
	char folder[] = "/tmp/tenfold-test-XXXXXX";
	CLEANUP_FREE char *bios = NULL, *uefi = NULL, *host = NULL, *left = NULL;

	(void)state;
	if (!file_exists("/usr/lib/grub/i386-pc") ||
		!file_exists("/usr/lib/grub/x86_64-efi"))
		skip();
	assert_non_null(mkdtemp(folder));
	bios = in(folder, SETUP_BIOS_FILE);
	uefi = in(folder, SETUP_UEFI_FILE);
	host = in(folder, "grub/grub.cfg-01-52-54-00-00-00-01");
	left = in(folder, ".tenfold-setup-killed");
	assert_int_equal(RUN("tftp", "--tftp", folder, "--address", "10.0.0.1"), 0);
	assert_true(file_exists(bios));
	assert_true(file_exists(uefi));
	assert_int_equal(file_write_atomic(host, "true\n", 5, 0644, NULL), 0);
	assert_int_equal(dir_make(left, 0755, NULL), 0);
	assert_int_equal(RUN("tftp", "--tftp", folder, "--address", "10.0.0.1"), 0);
	assert_true(file_exists(host));
	assert_true(file_exists(bios));
	assert_int_equal(entries(folder), 1);
	assert_int_equal(dir_remove(folder, NULL), 0);
}

static void a_missing_platform_names_its_package(void **state)
{
	char folder[] = "/tmp/tenfold-test-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(RUN("tftp", "--tftp", folder, "--address", "10.0.0.1",
				 "--grub-dir", folder),
		1);
	assert_int_equal(entries(folder), 0);
	assert_int_equal(dir_remove(folder, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks_are_taken_apart),
		cmocka_unit_test(exports_are_read_only),
		cmocka_unit_test(each_dhcp_server_gets_both_files),
		cmocka_unit_test(kea_gets_json),
		cmocka_unit_test(dhcp_says_what_it_lacks),
		cmocka_unit_test(bad_usage_is_2),
		cmocka_unit_test(an_export_makes_its_folder),
		cmocka_unit_test(a_tree_is_made_and_made_again),
		cmocka_unit_test(a_missing_platform_names_its_package),
	};

	return cmocka_run_group_tests_name("grub-setup", tests, NULL, NULL);
}
