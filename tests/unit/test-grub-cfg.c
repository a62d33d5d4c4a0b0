// SPDX-License-Identifier: GPL-2.0-or-later
/* Configurations against golden files (UPDATE=1 rewrites them), and what is refused. */
#include "grub-cfg-gen/grub-cfg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/child.h"
#include "lib/file.h"
#include "tests/unit/golden.h"

static struct grub_cfg usual(void)
{
	return (struct grub_cfg){
		.server = "10.0.0.1:8080",
		.nfs = "10.0.0.1:/srv/tenfold",
		.mac = {"52:54:00:00:00:01"},
		.client = "10.0.0.21",
		.netmask = "255.255.255.0",
		.gateway = "10.0.0.254",
		.hostname = "lab3",
		.boot = "0123456789abcdef",
		.first_cmdline = "console=tty0 console=ttyS0,115200",
		.timeout = 2,
	};
}

/* grub-script-check reads it; skipped where that is not installed. */
static void assert_script(const char *script)
{
	struct child_spec spec = CHILD_SPEC_INIT;
	CLEANUP_BUF struct buf said;
	struct child_result result;

	buf_init(&said, 4096);
	spec.argv = (char *[]){"grub-script-check", NULL};
	spec.input = script;
	spec.out = &said;
	spec.timeout = 60;
	if (child_run(&spec, &result, NULL) == -ENOENT)
		return;
	assert_string_equal(said.data, "");
	assert_int_equal(result.exit_code, 0);
}

static void assert_golden(const char *path, const struct buf *text)
{
	assert_script(text->data);
	golden_check(path, text);
}

static void first_stage(void **state)
{
	struct grub_cfg cfg = usual();
	CLEANUP_BUF struct buf out;

	(void)state;
	buf_init(&out, GRUB_CFG_MAX);
	cfg.watchdog = 60;
	assert_int_equal(grub_cfg_write(&cfg, &out, NULL), 0);
	assert_golden(GOLDEN "grub-first.cfg", &out);
}

static void candidate(void **state)
{
	struct grub_cfg cfg = usual();
	CLEANUP_BUF struct buf out;

	(void)state;
	buf_init(&out, GRUB_CFG_MAX);
	cfg.mode = GRUB_BOOT_CANDIDATE;
	cfg.candidate = (struct grub_candidate){
		.label = "v6.1-rc3: it's \"$HOME\"",
		.kernel = "/images/x86_64/lab/0123/vmlinuz?boot=0123456789abcdef",
		.initrds = {"/boot/x86_64/second.img",
			"/images/x86_64/lab/0123/modules.cpio.zst"},
		.cmdline = "root=/dev/vda2 rw dyndbg=\"file a.c +p\"",
	};
	assert_int_equal(grub_cfg_write(&cfg, &out, NULL), 0);
	assert_golden(GOLDEN "grub-candidate.cfg", &out);
}

static void local_disk(void **state)
{
	struct grub_cfg cfg = usual();
	CLEANUP_BUF struct buf out;

	(void)state;
	buf_init(&out, GRUB_CFG_MAX);
	cfg.mode = GRUB_BOOT_LOCAL;
	assert_int_equal(grub_cfg_write(&cfg, &out, NULL), 0);
	assert_script(out.data);
	assert_non_null(strstr(out.data, "set default=tenfold-local\n"));
}

static void offer(void **state)
{
	struct grub_cfg cfg = usual();
	CLEANUP_BUF struct buf out;

	(void)state;
	buf_init(&out, GRUB_CFG_MAX);
	cfg.mode = GRUB_BOOT_OFFER;
	assert_int_equal(grub_cfg_write(&cfg, &out, NULL), 0);
	assert_golden(GOLDEN "grub-offer.cfg", &out);
}

static void static_file(void **state)
{
	struct grub_cfg cfg = usual();
	CLEANUP_BUF struct buf out;

	(void)state;
	buf_init(&out, GRUB_CFG_MAX);
	cfg.client = cfg.boot = cfg.first_cmdline = NULL;
	cfg.serial = "ttyS1,57600";
	assert_int_equal(grub_cfg_write_static(&cfg, &out, NULL), 0);
	assert_golden(GOLDEN "grub-static.cfg", &out);
}

static void fixed(void **state)
{
	CLEANUP_BUF struct buf out;

	(void)state;
	buf_init(&out, GRUB_CFG_MAX);
	assert_int_equal(
		grub_cfg_write_fixed("kernels:8080", "ttyS0,115200", &out, NULL), 0);
	assert_golden(GOLDEN "grub-fixed.cfg", &out);
}

static void unknown_netmask_means_dhcp(void **state)
{
	struct grub_cfg cfg = usual();
	CLEANUP_BUF struct buf out;

	(void)state;
	buf_init(&out, GRUB_CFG_MAX);
	cfg.netmask = "";
	assert_int_equal(grub_cfg_write(&cfg, &out, NULL), 0);
	assert_non_null(strstr(out.data, " ip=dhcp "));
	assert_non_null(strstr(out.data, "'BOOTIF=01-52-54-00-00-00-01'"));
}

static void host_names_stay_in_their_field(void **state)
{
	struct grub_cfg cfg = usual();
	CLEANUP_BUF struct buf out;

	(void)state;
	buf_init(&out, GRUB_CFG_MAX);
	cfg.hostname = "a:b c'\n$d";
	assert_int_equal(grub_cfg_write(&cfg, &out, NULL), 0);
	assert_non_null(strstr(out.data, ":255.255.255.0:a-b-c---d::none'"));
}

static void assert_refused(const struct grub_cfg *cfg, const char *word)
{
	struct err err = ERR_INIT;
	CLEANUP_BUF struct buf out;

	buf_init(&out, GRUB_CFG_MAX);
	assert_int_equal(grub_cfg_write(cfg, &out, &err), -EINVAL);
	assert_non_null(strstr(err.text, word));
	assert_string_equal(out.data, "");
}

static void bad_fields_are_named(void **state)
{
	struct grub_cfg cfg = usual();

	(void)state;
	cfg.server = "10.0.0.1)/x:80";
	assert_refused(&cfg, "server");
	cfg = usual();
	cfg.server = NULL;
	assert_refused(&cfg, "server");
	cfg = usual();
	cfg.nfs = "10.0.0.1:/a b";
	assert_refused(&cfg, "NFS");
	cfg = usual();
	cfg.client = "10.0.0.1:x";
	assert_refused(&cfg, "client");
	cfg = usual();
	cfg.netmask = "255.0.255.0";
	assert_refused(&cfg, "netmask");
	cfg = usual();
	cfg.boot = "../../etc";
	assert_refused(&cfg, "boot id");
	cfg = usual();
	cfg.mac.text[0] = '\0';
	assert_refused(&cfg, "MAC");
	cfg = usual();
	cfg.mode = GRUB_BOOT_CANDIDATE;
	assert_refused(&cfg, "kernel");
	cfg.candidate.kernel = "/images/a b";
	assert_refused(&cfg, "kernel");
}

static void a_small_buffer_is_told(void **state)
{
	struct grub_cfg cfg = usual();
	struct err err = ERR_INIT;
	CLEANUP_BUF struct buf out;

	(void)state;
	buf_init(&out, 1000);
	assert_int_equal(grub_cfg_write(&cfg, &out, &err), -EMSGSIZE);
	assert_true(strlen(err.text) > 0);
}

static void checks_know_what_is_valid(void **state)
{
	(void)state;
	assert_true(grub_cfg_server_valid("10.0.0.1:8080"));
	assert_true(grub_cfg_server_valid("kernels.example.org:80"));
	assert_false(grub_cfg_server_valid("kernels"));
	assert_false(grub_cfg_server_valid("kernels:0"));
	assert_false(grub_cfg_server_valid("kernels:65536"));
	assert_false(grub_cfg_server_valid(":80"));
	assert_false(grub_cfg_server_valid("a,b:80"));
	assert_true(grub_cfg_netmask_valid("255.255.254.0"));
	assert_false(grub_cfg_netmask_valid("0.0.0.0"));
	assert_true(grub_cfg_serial_valid("ttyS0"));
	assert_true(grub_cfg_serial_valid("ttyS1,115200n8"));
	assert_false(grub_cfg_serial_valid("ttyS9"));
	assert_false(grub_cfg_serial_valid("ttyS0,115200;reboot"));
	assert_false(grub_cfg_serial_valid("ttyAMA0"));
}

static void errors_are_shown_and_no_more(void **state)
{
	CLEANUP_BUF struct buf out;

	(void)state;
	buf_init(&out, 4096);
	grub_cfg_write_error("there is no host 'a'; $x", &out);
	assert_string_equal(
		out.data, "echo 'tenfold: there is no host '\\''a'\\''; $x'\n");
	assert_script(out.data);
}

static void static_names_are_dashed(void **state)
{
	struct mac mac = {"aa:bb:cc:dd:ee:ff"};
	char name[GRUB_CFG_STATIC_NAME_TEXT];

	(void)state;
	grub_cfg_static_name(&mac, name);
	assert_string_equal(name, "grub.cfg-01-aa-bb-cc-dd-ee-ff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_stage),
		cmocka_unit_test(candidate),
		cmocka_unit_test(local_disk),
		cmocka_unit_test(offer),
		cmocka_unit_test(static_file),
		cmocka_unit_test(fixed),
		cmocka_unit_test(unknown_netmask_means_dhcp),
		cmocka_unit_test(host_names_stay_in_their_field),
		cmocka_unit_test(bad_fields_are_named),
		cmocka_unit_test(a_small_buffer_is_told),
		cmocka_unit_test(checks_know_what_is_valid),
		cmocka_unit_test(errors_are_shown_and_no_more),
		cmocka_unit_test(static_names_are_dashed),
	};

	return cmocka_run_group_tests_name("grub-cfg", tests, NULL, NULL);
}
