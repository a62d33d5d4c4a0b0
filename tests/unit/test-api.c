// SPDX-License-Identifier: GPL-2.0-or-later
#include "pxe-server/api.h"

#include <errno.h>
#include <unistd.h>

#include "tests/unit/api-store.h"

static void the_list(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_call(w, "GET", "/v1/kernels", ""), 200);
	assert_body(w, "-\t" LINE_B "-\t" LINE_A);
	assert_int_equal(world_call(w, "GET", "/v1/kernels?limit=1", ""), 200);
	assert_body(w, "-\t" LINE_B);
	assert_string_equal(
		w->rp.link.data, "</v1/kernels?after=" IMAGE_B "&limit=1>; rel=\"next\"");
	assert_int_equal(
		world_call(w, "GET", "/v1/kernels?limit=1&after=" IMAGE_B, ""), 200);
	assert_body(w, "-\t" LINE_A);
	assert_int_equal(world_call(w, "GET", "/v1/kernels?branch=net/next", ""), 200);
	assert_body(w, "-\t" LINE_B);
	/* a host that nobody knows has the server's default */
	assert_int_equal(world_call(w, "GET", "/v1/kernels?mac=" WORLD_MAC, ""), 200);
	assert_body(w, "default\tlocal\t\t\t\tlocal disk\n-\t" LINE_B "-\t" LINE_A);
}

static void the_hosts_own_entries_are_on_top(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_call(w, "PUT", HOST "/default", "master"), 200);
	assert_body(w, IMAGE_A "\n");
	assert_int_equal(world_call(w, "GET", "/v1/kernels?mac=" WORLD_MAC, ""), 200);
	assert_body(w, "default\t" LINE_A "-\t" LINE_B);
	assert_int_equal(world_call(w, "PUT", HOST "/next?wait=0", "bbbbbbb"), 200);
	assert_int_equal(
		world_call(w, "GET", "/v1/kernels?limit=1&mac=" WORLD_MAC, ""), 200);
	assert_body(w, "now\t" LINE_B "default\t" LINE_A);
	assert_int_equal(world_call(w, "PUT", HOST "/next", IMAGE_B), 200);
	assert_int_equal(world_call(w, "GET", "/v1/kernels?mac=" WORLD_MAC, ""), 200);
	assert_body(w, "next\t" LINE_B "default\t" LINE_A);
	assert_int_equal(world_call(w, "DELETE", HOST "/next", ""), 204);
	assert_int_equal(world_call(w, "GET", HOST "/next", ""), 404);
	assert_int_equal(world_call(w, "PUT", HOST "/default", "local"), 200);
	assert_int_equal(
		world_call(w, "GET", "/v1/kernels?limit=0&mac=" WORLD_MAC, ""), 200);
	assert_body(w, "default\tlocal\t\t\t\tlocal disk\n");
}

static void an_image_that_left_the_store_is_passed_over(void **state)
{
	struct world *w = *state;
	char path[256];

	assert_int_equal(world_call(w, "PUT", HOST "/next", IMAGE_B), 200);
	snprintf(path, sizeof(path), "%s/images/" IMAGE_B, w->root);
	assert_int_equal(dir_remove(path, NULL), 0);
	world_sync(w);
	assert_int_equal(world_call(w, "GET", "/v1/kernels?mac=" WORLD_MAC, ""), 200);
	assert_body(w, "default\tlocal\t\t\t\tlocal disk\n-\t" LINE_A);
}

static void one_image(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_call(w, "GET", "/v1/kernels/net%2Fnext", ""), 200);
	assert_body_has(w, "id\t" IMAGE_B "\n");
	assert_body_has(w, "subject\tit's?a <b>\n");
	assert_body_has(w, "path\timages/" IMAGE_B "\n");
	assert_body_has(w, "second\tboot/x86_64/second.img\t5\t");
	assert_null(strstr(w->rp.body.data, "cmdline"));
	assert_int_equal(
		world_call_with(w, "GET", "/v1/kernels/" IMAGE_A, "", as_json), 200);
	CLEANUP_JSON json_t *json = body_json(w);
	assert_string_equal(
		json_string_value(json_object_get(json, "path")), "images/" IMAGE_A);
	assert_int_equal(world_call(w, "GET", "/v1/kernels/nothing", ""), 404);
	assert_int_equal(world_call(w, "GET", "/v1/kernels/..%2f..%2fetc", ""), 400);
}

static void an_image_that_is_damaged_is_the_servers_fault(void **state)
{
	struct world *w = *state;

	world_write(w, "images/" IMAGE_A "/image.json", "{\"id\":");
	assert_int_equal(world_call(w, "GET", "/v1/kernels/" A, ""), 500);
	assert_body_has(w, "image.json");
	world_write(w, "images/" IMAGE_A "/image.json", "{\"id\":\"../..\"}");
	assert_int_equal(
		world_call(w, "GET", "/v1/kernels/" A "?mac=" WORLD_MAC, ""), 500);
}

/* Two commits, one set of files: the second's are asked for under either name. */
static void an_alias(void **state)
{
	static const char commit[] = "cccccccccccccccccccccccccccccccccccccccc";
	struct world *w = *state;
	char path[256], want[512];

	world_alias(w, "x86_64", commit, "main", 9, IMAGE_A);
	world_write(w, "images/" IMAGE_A "/vmlinuz", "kernel");
	world_sync(w);
	assert_int_equal(world_call(w, "GET", "/v1/kernels?limit=1", ""), 200);
	snprintf(want, sizeof(want), "-\tx86_64/lab/%s\tmain\t", commit);
	assert_body_has(w, want);
	assert_body_has(w, "\t" IMAGE_A "\n");
	assert_int_equal(
		world_call_with(w, "GET", "/v1/kernels?limit=1", "", as_json), 200);
	assert_body_has(w, "\"same_as\"");
	snprintf(path, sizeof(path), "/v1/kernels/%s", commit);
	assert_int_equal(world_call(w, "GET", path, ""), 200);
	snprintf(want, sizeof(want), "id\tx86_64/lab/%s\n", commit);
	assert_body_has(w, want);
	assert_body_has(w, "same_as\t" IMAGE_A "\n");
	assert_body_has(w, "path\timages/" IMAGE_A "\n");
	snprintf(path, sizeof(path), "/images/x86_64/lab/%s/vmlinuz", commit);
	assert_int_equal(world_call(w, "GET", path, ""), 200);
	assert_int_equal(w->rp.n_parts, 1);
	snprintf(path, sizeof(path), "/images/x86_64/lab/%s/nothing", commit);
	assert_int_equal(world_call(w, "GET", path, ""), 404);
}

static void the_candidates_command_line(void **state)
{
	struct world *w = *state;

	assert_int_equal(options_set(config_options, &w->server.config, "cmdline",
				 "console=ttyS0", NULL),
		0);
	assert_int_equal(
		world_call(w, "PUT", HOST,
			"name=lab_3\ncmdline=root=/dev/vda2\ngateway=10.0.0.254"),
		201);
	assert_int_equal(
		world_call_with(w, "GET",
			"/v1/kernels/" A "?mac=" WORLD_MAC "&boot=0123456789abcdef", "",
			NULL),
		200);
	assert_body_has(w,
		"cmdline\tconsole=ttyS0 root=/dev/vda2 tenfold.server=10.0.0.1:8080"
		" tenfold.host=" WORLD_MAC
		" tenfold.boot=0123456789abcdef tenfold.image=" IMAGE_A
		" BOOTIF=01-52-54-00-12-34-56"
		" ip=10.0.0.7::10.0.0.254:255.255.255.0:lab-3::none\n");
}

static void bad_queries(void **state)
{
	static const char *const bad[] = {"/v1/kernels?mac=zz", "/v1/kernels?limit=x",
		"/v1/kernels?limit=-1", "/v1/kernels?limit=99999999999",
		"/v1/kernels?arch=arm", "/grub.cfg",
		"/grub.cfg?mac=", "/grub.cfg?mac=01:00:00:00:00:01",
		("/grub.cfg?mac=" WORLD_MAC "&ip=1.2.3"), "/v1/hosts/a%20b",
		"/v1/hosts/52:54:00:zz:00:01/default",
		("/v1/kernels/" A "?mac=" WORLD_MAC "&boot=xyz")};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(world_call(w, "GET", bad[i], ""), 400);
		assert_true(w->rp.body.len > 5);
		assert_ptr_equal(strchr(w->rp.body.data, '\n'),
			w->rp.body.data + w->rp.body.len - 1);
	}
}

static void files_stay_in_the_store(void **state)
{
	static const struct {
		const char *path;
		int status;
	} table[] = {
		{"/boot/x86_64/vmlinuz", 200},
		{"/images/" IMAGE_A "/vmlinuz", 200},
		{"/boot/inside", 200},
		{"/boot/x86_64", 404},
		{"/boot/x86_64/absent", 404},
		{"/boot/x86_64/vmlinuz/x", 404},
		{"/boot/outside", 404},
		{"/boot/outside-folder/passwd", 404},
		{"/boot/pipe", 404},
		{"/boot/../refs.json", 400},
		{"/boot/%2e%2e/%2e%2e/etc/passwd", 400},
		{"/boot//etc/passwd", 400},
		{"/boot/x86_64/.hidden", 400},
		{"/initrd/x86_64/lab/../" A, 400},
		{"/initrd/x86_64/lab/cccccccccccccccccccccccccccccccccccccccc", 404},
	};
	struct world *w = *state;
	char path[256];

	snprintf(path, sizeof(path), "%s/boot/outside", w->root);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	snprintf(path, sizeof(path), "%s/boot/outside-folder", w->root);
	assert_int_equal(symlink("/etc", path), 0);
	snprintf(path, sizeof(path), "%s/boot/inside", w->root);
	assert_int_equal(symlink("x86_64/vmlinuz", path), 0);
	snprintf(path, sizeof(path), "%s/boot/pipe", w->root);
	assert_int_equal(mkfifo(path, 0644), 0);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		assert_int_equal(world_call_with(w, "GET", table[i].path, "", NULL),
			table[i].status);
}

static void the_page_escapes_everything(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_call_with(w, "POST", HOST "/boots/0123456789abcdef/events",
				 "stage=failed\ndetail=<script>alert(1)</script>", NULL),
		204);
	assert_int_equal(world_call(w, "GET", "/", ""), 200);
	assert_null(strstr(w->rp.body.data, "<script"));
	assert_body_has(w, "&lt;script&gt;alert(1)");
	assert_body_has(w, "a &lt;b&gt;");
	assert_null(strstr(w->rp.body.data, "http://"));
}

static void healthz(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_call_with(w, "GET", "/healthz", "", NULL), 200);
	assert_body(w, "ok\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_list),
		test(the_hosts_own_entries_are_on_top),
		test(an_image_that_left_the_store_is_passed_over),
		test(one_image),
		test(an_image_that_is_damaged_is_the_servers_fault),
		test(an_alias),
		test(the_candidates_command_line),
		test(bad_queries),
		test(files_stay_in_the_store),
		test(the_page_escapes_everything),
		test(healthz),
	};

	return cmocka_run_group_tests_name("api", tests, NULL, NULL);
}
