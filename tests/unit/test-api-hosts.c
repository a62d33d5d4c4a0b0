// SPDX-License-Identifier: GPL-2.0-or-later
/* Hosts over HTTP: who may write what, and their boots from GRUB to up. */
#include "pxe-server/api.h"

#include "tests/unit/api-store.h"

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

static void a_new_name_takes_no_host_over(void **state)
{
	struct world *w = *state;

	assert_int_equal(
		world_call(w, "PUT", "/v1/hosts/lab3", "mac=" WORLD_MAC "&arch=x86_64"),
		201);
	assert_int_equal(
		world_call(w, "PUT", "/v1/hosts/lab4", "mac=" WORLD_MAC "&config=lab"),
		409);
	assert_body(w, WORLD_MAC " is that of the host 'lab3' already; to rename it, "
				 "PATCH its 'name'\n");
	assert_int_equal(world_call(w, "GET", "/v1/hosts", ""), 200);
	assert_body(w, WORLD_MAC "\tlab3\tx86_64/\t\t\t\t\n");
	/* one that has come by itself has no name to be told by */
	assert_int_equal(world_call(w, "PATCH", "/v1/hosts/lab3", "name="), 200);
	assert_int_equal(world_call(w, "PUT", "/v1/hosts/lab4", "mac=" WORLD_MAC), 409);
	assert_body_has(w, "the host '" WORLD_MAC "' already");
	assert_int_equal(world_call(w, "PATCH", HOST, "name=lab4"), 200);
	assert_body_has(w, "arch=x86_64\n");
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

#define LOCAL_AT_ONCE "--id tenfold-local { tenfold_local }\nset default=tenfold-local\n"
#define LOCAL_OFFERED "--id tenfold-local { tenfold_offer }\nset default=tenfold-local\n"

static void the_local_disk_is_chosen_once(void **state)
{
	struct world *w = *state;
	const char *events = HOST "/boots/0123456789abcdef/events";
	const char *newest = HOST "/boots/fedcba9876543210/events";
	const char *cfg = "/grub.cfg?mac=" WORLD_MAC;

	assert_int_equal(world_call(w, "PUT", HOST "/next", "local"), 200);
	assert_int_equal(world_call_with(w, "POST", events, "stage=local", NULL), 204);
	assert_int_equal(world_call(w, "GET", HOST "/next", ""), 404);
	world_time += 20;
	assert_int_equal(world_call_with(w, "GET", cfg, "", NULL), 200);
	assert_body_has(w, LOCAL_AT_ONCE);
	/* GRUB may ask twice in one boot */
	world_time += 3;
	assert_int_equal(world_call_with(w, "GET", cfg, "", NULL), 200);
	assert_body_has(w, LOCAL_AT_ONCE);
	world_time += 5;
	assert_int_equal(world_call_with(w, "GET", cfg, "", NULL), 200);
	assert_body_has(w, LOCAL_OFFERED);
	/* what somebody chooses over HTTP is newer than the wish */
	assert_int_equal(world_call_with(w, "POST", newest, "stage=local", NULL), 204);
	assert_int_equal(world_call(w, "DELETE", HOST "/default", ""), 204);
	assert_int_equal(world_call_with(w, "GET", cfg, "", NULL), 200);
	assert_body_has(w, LOCAL_OFFERED);
}

/* The firmware is gone through once; Esc leads to the list, which then has time. */
static void a_first_choice_that_is_local_needs_no_first_stage(void **state)
{
	struct world *w = *state;
	const char *cfg = "/grub.cfg?mac=" WORLD_MAC;

	assert_int_equal(world_call(w, "PUT", HOST "/default", A), 200);
	assert_int_equal(world_call(w, "PUT", HOST "/next", "local"), 200);
	assert_int_equal(world_call_with(w, "GET", cfg, "", NULL), 200);
	assert_body_has(w, LOCAL_OFFERED);
	assert_body_has(w, "'rd.tenfold.timeout=30'");
	assert_string_equal(w->rp.thaw, "");
	/* its one boot is this one, and its answer may be lost */
	assert_int_equal(world_call(w, "GET", HOST "/next", ""), 404);
	world_time += 3;
	assert_int_equal(world_call_with(w, "GET", cfg, "", NULL), 200);
	assert_body_has(w, LOCAL_AT_ONCE);
	world_time += 60;
	assert_int_equal(world_call_with(w, "GET", cfg, "", NULL), 200);
	assert_body_has(w, "set default=tenfold-first\n");
	assert_body_has(w, "'rd.tenfold.timeout=2'");
}

/* People, scripts and monitors may look as often as they like. */
static void looking_has_no_effect(void **state)
{
	struct world *w = *state;
	const char *events = HOST "/boots/0123456789abcdef/events";
	const char *cfg = "/grub.cfg?mac=" WORLD_MAC;
	const char *look = "/grub.cfg?look=1&mac=" WORLD_MAC;

	assert_int_equal(world_call_with(w, "GET", look, "", NULL), 200);
	assert_body_has(w, LOCAL_OFFERED);
	assert_null(strstr(w->rp.body.data, "rd.tenfold.boot="));
	assert_int_equal(world_call_with(w, "HEAD", cfg, "", NULL), 200);
	assert_int_equal(world_call(w, "GET", "/v1/hosts", ""), 200);
	assert_body(w, "");
	assert_int_equal(world_call_with(w, "POST", events, "stage=local", NULL), 204);
	for (int i = 0; i < 2; i++) {
		world_time += 30;
		assert_int_equal(world_call_with(w, "HEAD", cfg, "", NULL), 200);
		assert_int_equal(world_call_with(w, "GET", look, "", NULL), 200);
		assert_body_has(w, LOCAL_AT_ONCE);
	}
	world_time += 100;
	assert_int_equal(world_call_with(w, "GET", cfg, "", NULL), 200);
	assert_body_has(w, LOCAL_AT_ONCE);
	assert_int_equal(world_call(w, "PUT", HOST, "boot=grub"), 200);
	assert_int_equal(world_call(w, "PUT", HOST "/next", A), 200);
	assert_int_equal(world_call_with(w, "GET", look, "", NULL), 200);
	assert_body_has(w, "set default=tenfold-candidate\n");
	assert_string_equal(w->rp.thaw, "");
	assert_int_equal(world_call_with(w, "GET", HOST "/boots", "", as_json), 200);
	CLEANUP_JSON json_t *json = body_json(w);
	assert_int_equal(json_array_size(json_object_get(json, "boots")), 2);
	assert_int_equal(world_call_with(w, "HEAD", "/grub.cfg?mac=zz", "", NULL), 400);
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

static void remove_image(struct world *w, const char *id)
{
	CLEANUP_BUF struct buf path = {0};

	buf_init(&path, 4096);
	buf_addf(&path, "%s/images/%s", w->root, id);
	assert_int_equal(dir_remove(path.data, NULL), 0);
	world_sync(w);
}

/* As the list does it where the first stage chooses. */
static void straight_from_grub_passes_over_what_is_gone(void **state)
{
	struct world *w = *state;
	const char *cfg = "/grub.cfg?mac=" WORLD_MAC;

	assert_int_equal(world_call(w, "PUT", HOST, "boot=grub"), 201);
	assert_int_equal(world_call(w, "PUT", HOST "/default", A), 200);
	assert_int_equal(world_call(w, "PUT", HOST "/next", B), 200);
	remove_image(w, IMAGE_B);
	assert_int_equal(world_call_with(w, "GET", cfg, "", NULL), 200);
	assert_body_has(w, "set default=tenfold-candidate\n");
	assert_body_has(w, "/images/" IMAGE_A "/vmlinuz");
	remove_image(w, IMAGE_A);
	assert_int_equal(world_call_with(w, "GET", cfg, "", NULL), 200);
	assert_body_has(w, LOCAL_OFFERED);
	assert_null(strstr(w->rp.body.data, "/images/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(two_writers),
		test(writing_hosts),
		test(a_new_name_takes_no_host_over),
		test(refused_writes_change_nothing),
		test(a_boot_from_grub_to_up),
		test(the_local_disk_is_chosen_once),
		test(a_first_choice_that_is_local_needs_no_first_stage),
		test(looking_has_no_effect),
		test(straight_from_grub),
		test(straight_from_grub_passes_over_what_is_gone),
		test(grub_is_told_in_its_own_words),
	};

	return cmocka_run_group_tests_name("api-hosts", tests, NULL, NULL);
}
