// SPDX-License-Identifier: GPL-2.0-or-later
#include "pxe-server/api.h"

#include <errno.h>
#include <unistd.h>

#include "tests/unit/server-world.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define IMAGE_A "x86_64/lab/" A
#define IMAGE_B "x86_64/lab/" B
#define LINE_A IMAGE_A "\tmaster\t6.1.1-lab\t2026-01-01T00:00:00Z\tit's?a <b>\n"
#define LINE_B IMAGE_B "\tnet/next\t6.1.2-lab\t2026-01-02T00:00:00Z\tit's?a <b>\n"
#define HOST "/v1/hosts/" WORLD_MAC

static int make(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	world_open(w);
	world_image(w, "x86_64", A, "master", 1);
	world_image(w, "x86_64", B, "net/next", 2);
	world_write(w, "images/" IMAGE_A "/vmlinuz", "kernel A");
	world_write(w, "images/" IMAGE_A "/modules.cpio.zst", "modules A");
	world_write(w, "boot/x86_64/second.img", "12345");
	world_write(w, "boot/x86_64/vmlinuz", "first stage");
	world_sync(w);
	*state = w;
	return 0;
}

static int drop(void **state)
{
	world_close(*state);
	free(*state);
	return 0;
}

static void as_json(struct request *rq)
{
	world_loopback(rq);
	rq->accept = "application/json";
	rq->content_type = "application/json";
}

static json_t *body_json(struct world *w)
{
	json_t *json = json_loads(w->rp.body.data, 0, NULL);

	assert_non_null(json);
	return json;
}

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

static void from_grub(struct request *rq)
{
	rq->user_agent = "GRUB 2.06-13+deb12u2";
}

/* GRUB stands still over an error's status; it shows a sentence that is a script. */
static void grub_is_told_in_its_own_words(void **state)
{
	struct world *w = *state;

	assert_int_equal(
		world_call_with(w, "GET", "/grub.cfg?mac=zz", "", from_grub), 200);
	assert_body_has(w, "echo");
	assert_body_has(w, "zz");
	assert_null(strstr(w->rp.body.data, "\n\n\n"));
}

static char etag[REPLY_ETAG_TEXT];

static void if_match(struct request *rq)
{
	world_loopback(rq);
	rq->if_match = etag;
}

static void only_if_absent(struct request *rq)
{
	world_loopback(rq);
	rq->if_none_match = "*";
}

static void two_writers(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_call(w, "PUT", HOST "/default", A), 200);
	assert_int_equal(world_call(w, "GET", HOST "/default", ""), 200);
	snprintf(etag, sizeof(etag), "%s", w->rp.etag);
	assert_int_equal(world_call_with(w, "PUT", HOST "/default", B, if_match), 200);
	assert_int_equal(world_call_with(w, "PUT", HOST "/default", A, if_match), 412);
	assert_int_equal(world_call(w, "GET", HOST "/default", ""), 200);
	assert_body(w, IMAGE_B "\n");
	assert_int_equal(
		world_call_with(w, "DELETE", HOST "/default", "", if_match), 412);
	assert_int_equal(
		world_call_with(w, "PUT", HOST "/default", A, only_if_absent), 412);
	assert_int_equal(world_call_with(w, "PUT", HOST "/next", A, only_if_absent), 200);
	assert_int_equal(world_call_with(w, "PATCH", HOST, "name=x", if_match), 412);
	assert_int_equal(world_call(w, "GET", HOST, ""), 200);
	snprintf(etag, sizeof(etag), "%s", w->rp.etag);
	assert_int_equal(world_call_with(w, "PATCH", HOST, "name=x", if_match), 200);
	assert_int_equal(world_call_with(w, "DELETE", HOST, "", if_match), 412);
}

static void writing_hosts(void **state)
{
	struct world *w = *state;

	/* a name alone makes no host */
	assert_int_equal(world_call(w, "PUT", "/v1/hosts/lab3", "arch=x86_64"), 404);
	assert_body(w, "there is no host 'lab3'; to make it, say its 'mac'\n");
	assert_int_equal(world_call(w, "PUT", "/v1/hosts/lab3/default", A), 404);
	assert_int_equal(
		world_call(w, "PUT", "/v1/hosts/lab3", "mac=" WORLD_MAC "&cmdline=a=b&c"),
		201);
	assert_body_has(w, "name=lab3\n");
	assert_body_has(w, "cmdline=a=b&c\n");
	assert_int_equal(world_call(w, "PATCH", "/v1/hosts/lab3", "config=lab"), 200);
	assert_body_has(w, "cmdline=a=b&c\n");
	/* PUT replaces */
	assert_int_equal(world_call(w, "PUT", HOST, "name=lab3"), 200);
	assert_body_has(w, "cmdline=\n");
	assert_int_equal(world_call(w, "PATCH", HOST, "colour=red"), 400);
	assert_int_equal(world_call(w, "PATCH", "/v1/hosts/lab9", "arch=i386"), 404);
	assert_int_equal(world_call(w, "GET", "/v1/hosts", ""), 200);
	assert_body(w, WORLD_MAC "\tlab3\t/\t\t\t\t\n");
	assert_int_equal(world_call(w, "DELETE", HOST, ""), 204);
	assert_int_equal(world_call(w, "GET", HOST, ""), 404);
}

static void refused_writes_change_nothing(void **state)
{
	struct world *w = *state;
	char big[5000];

	assert_int_equal(world_call_with(w, "PUT", HOST "/default", A, NULL), 401);
	assert_true(w->rp.challenge);
	assert_int_equal(world_call(w, "PUT", HOST "/default", "mastr"), 404);
	assert_body(w, "there is no image 'mastr'; the nearest is 'master'\n");
	assert_int_equal(world_call(w, "PUT", HOST "/default", "../../etc"), 400);
	assert_int_equal(world_call(w, "PUT", HOST "/default", ""), 400);
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_int_equal(world_call(w, "PUT", HOST "/default", big), 413);
	assert_int_equal(
		world_call(w, "POST", HOST "/boots/0123456789abcdef/events", big), 413);
	assert_int_equal(
		world_call(w, "POST", HOST "/boots/xyz/events", "stage=list"), 400);
	assert_int_equal(world_call(w, "POST", HOST "/boots", "stage=up"), 400);
	assert_int_equal(world_call(w, "POST",
				 "/v1/hosts/lab3/boots/0123456789abcdef/events", "x"),
		404);
	assert_int_equal(world_call(w, "GET", "/v1/hosts", ""), 200);
	assert_body(w, "");
}

static void a_boot_from_grub_to_up(void **state)
{
	struct world *w = *state;
	char path[128], id[17];

	assert_int_equal(world_call(w, "PUT", HOST "/next", A), 200);
	assert_int_equal(
		world_call_with(w, "POST", HOST "/boots", "stage=reset", NULL), 201);
	snprintf(id, sizeof(id), "%.16s", w->rp.body.data);
	assert_int_equal(
		world_call_with(w, "GET", "/grub.cfg?mac=" WORLD_MAC, "", NULL), 200);
	assert_body_has(w, id);
	assert_body_has(w, "'rd.tenfold.server=10.0.0.1:8080'");
	assert_body_has(w, "set default=tenfold-first\n");
	snprintf(path, sizeof(path), HOST "/boots/%s/events", id);
	assert_int_equal(
		world_call_with(w, "POST", path, "stage=kexec\nimage=" IMAGE_A, NULL),
		204);
	assert_int_equal(
		world_call_with(w, "POST", path,
			"stage=up\nrelease=6.1.1-lab\nbuild_id=b1d\nuptime=9\ninit=2",
			NULL),
		204);
	assert_int_equal(world_call(w, "GET", HOST "/next", ""), 404);
	assert_int_equal(world_call_with(w, "GET", HOST "/boots", "", as_json), 200);
	CLEANUP_JSON json_t *json = body_json(w);
	json_t *boot = json_array_get(json_object_get(json, "boots"), 0);
	assert_true(json_is_true(json_object_get(boot, "ok")));
	assert_string_equal(json_string_value(json_object_get(boot, "boot")), id);
	assert_int_equal(json_array_size(json_object_get(boot, "events")), 4);
	assert_int_equal(world_call(w, "GET", "/metrics", ""), 200);
	assert_body_has(w, "tenfold_boots_up_total{ok=\"true\"} 1\n");
	assert_int_equal(
		world_call(w, "GET", "/v1/kernels?limit=0&mac=" WORLD_MAC, ""), 200);
	assert_body(w, "default\tlocal\t\t\t\tlocal disk\ngood\t" LINE_A);
}

static void the_local_disk_is_chosen_once(void **state)
{
	struct world *w = *state;
	const char *events = HOST "/boots/0123456789abcdef/events";
	const char *cfg = "/grub.cfg?mac=" WORLD_MAC;

	assert_int_equal(world_call(w, "PUT", HOST "/next", "local"), 200);
	assert_int_equal(world_call_with(w, "POST", events, "stage=local", NULL), 204);
	assert_int_equal(world_call(w, "GET", HOST "/next", ""), 404);
	world_time += 20;
	assert_int_equal(world_call_with(w, "GET", cfg, "", NULL), 200);
	assert_body_has(w, "set default=tenfold-local\n");
	/* GRUB may ask twice in one boot */
	world_time += 1;
	assert_int_equal(world_call_with(w, "GET", cfg, "", NULL), 200);
	assert_body_has(w, "set default=tenfold-local\n");
	world_time += 60;
	assert_int_equal(world_call_with(w, "GET", cfg, "", NULL), 200);
	assert_body_has(w, "set default=tenfold-first\n");
	/* a wish that is five minutes old is none */
	assert_int_equal(world_call_with(w, "POST", events, "stage=local", NULL), 204);
	world_time += 301;
	assert_int_equal(world_call_with(w, "GET", cfg, "", NULL), 200);
	assert_body_has(w, "set default=tenfold-first\n");
}

static void send_all(struct world *w)
{
	assert_non_null(w->rp.sent);
	w->rp.sent(w->rp.ctx, &w->rp, true);
}

static void straight_from_grub(void **state)
{
	struct world *w = *state;
	char path[256], id[17];
	const char *at;

	assert_int_equal(world_call(w, "PUT", HOST, "boot=grub"), 201);
	assert_int_equal(world_call(w, "PUT", HOST "/next", A), 200);
	assert_int_equal(
		world_call_with(w, "GET", "/grub.cfg?mac=" WORLD_MAC, "", NULL), 200);
	assert_body_has(w, "set default=tenfold-candidate\n");
	at = strstr(w->rp.body.data, "/initrd/" IMAGE_A "?boot=");
	assert_non_null(at);
	snprintf(id, sizeof(id), "%.16s", strchr(at, '=') + 1);
	snprintf(path, sizeof(path), "/images/" IMAGE_A "/vmlinuz?boot=%s", id);
	assert_int_equal(world_call_with(w, "GET", path, "", NULL), 200);
	send_all(w);
	assert_int_equal(world_call(w, "GET", HOST "/next", ""), 200);
	snprintf(path, sizeof(path), "/initrd/" IMAGE_A "?boot=%s", id);
	assert_int_equal(world_call_with(w, "GET", path, "", NULL), 200);
	/* the second stage, padded, then the modules */
	assert_int_equal(w->rp.n_parts, 3);
	assert_int_equal(w->rp.size, 5 + 3 + 9);
	send_all(w);
	assert_int_equal(world_call(w, "GET", HOST "/next", ""), 404);
	assert_int_equal(world_call(w, "GET", HOST "/boots", ""), 200);
	assert_body_has(w, "\tkexec\t" IMAGE_A "\t");
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

#define test(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_list),
		test(the_hosts_own_entries_are_on_top),
		test(an_image_that_left_the_store_is_passed_over),
		test(one_image),
		test(an_alias),
		test(the_candidates_command_line),
		test(bad_queries),
		test(two_writers),
		test(writing_hosts),
		test(refused_writes_change_nothing),
		test(a_boot_from_grub_to_up),
		test(the_local_disk_is_chosen_once),
		test(straight_from_grub),
		test(grub_is_told_in_its_own_words),
		test(files_stay_in_the_store),
		test(the_page_escapes_everything),
		test(healthz),
	};

	return cmocka_run_group_tests_name("api", tests, NULL, NULL);
}
