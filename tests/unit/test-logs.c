// SPDX-License-Identifier: GPL-2.0-or-later
#include "pxe-server/logs.h"

#include <errno.h>
#include <unistd.h>

#include "pxe-server/log-owner.h"
#include "pxe-server/netconsole.h"
#include "tests/unit/server-world.h"

#define HOST "/v1/hosts/" WORLD_MAC
#define FIRST "1111111111111111"
#define SECOND "2222222222222222"
#define THIRD "3333333333333333"
#define IMAGE "image=x86_64/lab/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* An event of the machine itself, which is 10.0.0.7. */
static void event(struct world *w, const char *boot, const char *body)
{
	char path[128];

	snprintf(path, sizeof(path), HOST "/boots/%s/events", boot);
	assert_int_equal(world_call_with(w, "POST", path, body, NULL), 204);
}

static struct boot find(struct world *w, const char *id)
{
	struct boot boot;

	assert_int_equal(boots_find(&w->server.db, NULL, id, &boot, NULL), 0);
	return boot;
}

static void add(struct world *w, const char *id, enum logs_kind kind, const char *text)
{
	struct logs logs = api_logs(&w->server);
	struct boot boot = find(w, id);
	char *copy = strdup(text);

	assert_int_equal(logs_add(&logs, &boot, kind, copy, strlen(copy), NULL), 0);
	free(copy);
}

static void hostile_bytes_become_harmless(void **state)
{
	char text[] = "a\tb\r\n\x1b[2Jc\xc2\x9b\x7f\x01 <b>\xff";
	char zero[] = {'x', 0, 'y'};

	(void)state;
	text[logs_clean(text, strlen(text))] = '\0';
	assert_string_equal(text, "a\tb\n?[2Jc???? <b>?");
	assert_int_equal(logs_clean(zero, 3), 3);
	assert_memory_equal(zero, "x?y", 3);
}

static void a_log_is_taken_and_given_back(void **state)
{
	struct world *w = *state;

	event(w, FIRST, "stage=kexec\n" IMAGE);
	assert_int_equal(world_call(w, "GET", HOST "/boots/" FIRST "/logs", ""), 200);
	assert_body(w, "");
	assert_int_equal(
		world_call(w, "GET", HOST "/boots/" FIRST "/logs/console", ""), 404);
	assert_int_equal(world_call_with(w, "POST", HOST "/boots/" FIRST "/logs/console",
				 "one\n", NULL),
		204);
	assert_int_equal(world_call_with(w, "POST", HOST "/boots/" FIRST "/logs/console",
				 "two\n", NULL),
		204);
	assert_int_equal(world_call(w, "GET", HOST "/boots/" FIRST "/logs", ""), 200);
	assert_body(w, "console\t8\n");
	assert_int_equal(
		world_call(w, "GET", HOST "/boots/" FIRST "/logs/console", ""), 200);
	assert_string_equal(w->rp.type, "text/plain; charset=utf-8");
	assert_int_equal(w->rp.n_parts, 1);
	assert_int_equal(w->rp.size, 8);
	assert_int_equal(world_call(w, "GET", HOST "/boots/" FIRST, ""), 200);
	assert_body_has(w, "\tconsole\n");
	assert_int_equal(world_call(w, "GET", "/", ""), 200);
	assert_body_has(
		w, "<a href=\"" HOST "/boots/" FIRST "/logs/console\">console</a>");
}

static void bad_requests(void **state)
{
	struct world *w = *state;

	event(w, FIRST, "stage=kexec\n" IMAGE);
	assert_int_equal(
		world_call(w, "POST", HOST "/boots/" FIRST "/logs/secrets", "x"), 404);
	assert_int_equal(
		world_call(w, "POST", HOST "/boots/" FIRST "/logs/..%2f..%2ftoken", "x"),
		404);
	assert_int_equal(
		world_call(w, "POST", HOST "/boots/" SECOND "/logs/dmesg", "x"), 404);
	assert_int_equal(
		world_call(w, "POST", HOST "/boots/..%2fx/logs/dmesg", "x"), 404);
	assert_int_equal(
		world_call(w, "POST", HOST "/boots/" FIRST "/logs/pstore?of=next", "x"),
		400);
	assert_int_equal(
		world_call(w, "DELETE", HOST "/boots/" FIRST "/logs/dmesg", ""), 405);
}

/* kexec, kexec, and a boot that has come no further than the first stage */
static void three_boots(struct world *w)
{
	event(w, FIRST, "stage=kexec\n" IMAGE);
	event(w, SECOND, "stage=kexec\n" IMAGE);
	event(w, THIRD, "stage=first-stage");
}

static void what_is_left_over_belongs_to_the_boot_before(void **state)
{
	struct world *w = *state;

	three_boots(w);
	assert_int_equal(
		world_call_with(w, "POST",
			HOST "/boots/" THIRD "/logs/pstore?of=previous", "panic\n", NULL),
		204);
	assert_int_equal(world_call(w, "GET", HOST "/boots/" SECOND "/logs", ""), 200);
	assert_body(w, "pstore\t6\n");
	assert_int_equal(
		world_call_with(w, "POST",
			HOST "/boots/" FIRST "/logs/pstore?of=previous", "x", NULL),
		404);
}

/* kexec, a first stage that wants the local disk, GRUB that boots it, the next boot */
static void what_the_local_system_left_is_no_candidates(void **state)
{
	struct world *w = *state;
	const char *cfg = "/grub.cfg?mac=" WORLD_MAC;

	event(w, FIRST, "stage=kexec\n" IMAGE);
	event(w, SECOND, "stage=first-stage");
	event(w, SECOND, "stage=local");
	/* it speaks of the candidate that was before it */
	assert_int_equal(
		world_call_with(w, "POST",
			HOST "/boots/" SECOND "/logs/pstore?of=previous", "x", NULL),
		204);
	assert_int_equal(world_call_with(w, "GET", cfg, "", NULL), 200);
	assert_body_has(w, "set default=tenfold-local\n");
	event(w, THIRD, "stage=first-stage");
	assert_int_equal(
		world_call_with(w, "POST",
			HOST "/boots/" THIRD "/logs/pstore?of=previous", "x", NULL),
		404);
	assert_body(w, "the last system before '" THIRD "' was that of the local disk\n");
}

static void datagrams_belong_to_the_boot_that_jumped(void **state)
{
	struct world *w = *state;
	struct boot boot;

	three_boots(w);
	assert_int_equal(log_owner_at(&w->server.db, "10.0.0.7", &boot, NULL), 0);
	assert_string_equal(boot.id, SECOND);
	event(w, THIRD, "stage=kexec\n" IMAGE);
	assert_int_equal(log_owner_at(&w->server.db, "10.0.0.7", &boot, NULL), 0);
	assert_string_equal(boot.id, THIRD);
	assert_int_equal(log_owner_at(&w->server.db, "10.0.0.8", &boot, NULL), -ENOENT);
}

/* The beginning and the end stay. */
static void a_flood_is_bounded(void **state)
{
	struct world *w = *state;
	struct logs logs = api_logs(&w->server);
	char *much = malloc(100001);
	int64_t sizes[LOGS_KINDS];
	struct boot boot;
	char end[4];
	uint64_t size;
	int fd;

	memset(much, 'x', 100000);
	much[100000] = '\0';
	event(w, FIRST, "stage=kexec\n" IMAGE);
	add(w, FIRST, LOGS_NETCONSOLE, "begin");
	for (int i = 0; i < 30; i++)
		add(w, FIRST, LOGS_NETCONSOLE, much);
	add(w, FIRST, LOGS_NETCONSOLE, "end");
	free(much);
	boot = find(w, FIRST);
	logs_sizes(&logs, &boot, sizes);
	assert_in_range(sizes[LOGS_NETCONSOLE], LOGS_HEAD, LOGS_MAX);
	assert_int_equal(sizes[LOGS_PSTORE], -1);
	assert_int_equal(logs_open(&logs, &boot, LOGS_NETCONSOLE, &fd, &size, NULL), 0);
	assert_int_equal(pread(fd, end, 3, 0), 3);
	assert_memory_equal(end, "beg", 3);
	assert_int_equal(pread(fd, end, 3, (off_t)size - 3), 3);
	assert_memory_equal(end, "end", 3);
	close(fd);
}

static void logs_go_with_their_boot_and_host(void **state)
{
	struct world *w = *state;
	char path[256];

	event(w, FIRST, "stage=kexec\n" IMAGE);
	add(w, FIRST, LOGS_DMESG, "x");
	snprintf(
		path, sizeof(path), "%s/logs/52-54-00-12-34-56/" FIRST ".dmesg", w->root);
	assert_true(file_exists(path));
	assert_int_equal(db_run(&w->server.db, NULL, "DELETE FROM boots", ""), 0);
	event(w, SECOND, "stage=kexec\n" IMAGE);
	add(w, SECOND, LOGS_DMESG, "x");
	assert_false(file_exists(path));
	assert_int_equal(world_call(w, "DELETE", HOST, ""), 204);
	snprintf(path, sizeof(path), "%s/logs/52-54-00-12-34-56", w->root);
	assert_false(file_exists(path));
}

static void a_host_that_wants_it_gets_the_option(void **state)
{
	struct world *w = *state;
	static const char id[] =
		"/v1/kernels/x86_64/lab/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aa?mac=" WORLD_MAC;

	world_image(w, "x86_64", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "master", 1);
	world_sync(w);
	assert_int_equal(world_call(w, "PUT", HOST, "netconsole=eth0,1"), 400);
	assert_int_equal(world_call(w, "PUT", HOST, "netconsole=no"), 201);
	assert_int_equal(world_call_with(w, "GET", id, "", NULL), 200);
	assert_null(strstr(w->rp.body.data, "netconsole"));
	assert_int_equal(world_call(w, "PATCH", HOST, "netconsole=yes"), 200);
	assert_body_has(w, "netconsole=yes\n");
	assert_int_equal(world_call_with(w, "GET", id, "", NULL), 200);
	assert_body_has(w, " netconsole=@10.0.0.7/eth0,6666@10.0.0.1/");
	assert_int_equal(world_call(w, "PATCH", HOST, "netconsole=eth1"), 200);
	assert_int_equal(world_call_with(w, "GET", id, "", NULL), 200);
	assert_body_has(w, " netconsole=@10.0.0.7/eth1,6666@10.0.0.1/");
}

static void an_option_needs_addresses(void **state)
{
	CLEANUP_BUF struct buf b = {0};

	(void)state;
	buf_init(&b, 256);
	netconsole_option("kernels:8080", 6666, "10.0.0.7", "eth0", &b);
	netconsole_option("10.0.0.1:8080", 6666, "", "eth0", &b);
	assert_int_equal(b.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_bytes_become_harmless),
		cmocka_unit_test_setup_teardown(
			a_log_is_taken_and_given_back, world_make, world_drop),
		cmocka_unit_test_setup_teardown(bad_requests, world_make, world_drop),
		cmocka_unit_test_setup_teardown(
			what_the_local_system_left_is_no_candidates, world_make,
			world_drop),
		cmocka_unit_test_setup_teardown(
			what_is_left_over_belongs_to_the_boot_before, world_make,
			world_drop),
		cmocka_unit_test_setup_teardown(
			datagrams_belong_to_the_boot_that_jumped, world_make, world_drop),
		cmocka_unit_test_setup_teardown(
			a_flood_is_bounded, world_make, world_drop),
		cmocka_unit_test_setup_teardown(
			logs_go_with_their_boot_and_host, world_make, world_drop),
		cmocka_unit_test_setup_teardown(
			a_host_that_wants_it_gets_the_option, world_make, world_drop),
		cmocka_unit_test(an_option_needs_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
