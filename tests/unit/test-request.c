// SPDX-License-Identifier: GPL-2.0-or-later
#include "pxe-server/request.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

static void takes_a_target_apart(void **state)
{
	CLEANUP_REQUEST struct request rq = {0};

	(void)state;
	assert_int_equal(
		request_init(&rq, "GET",
			"/v1/kernels/net%2Fnext?mac=aa%3abb&x=a+b&empty&y=%C3%A9", NULL),
		0);
	assert_string_equal(rq.path, "/v1/kernels/net/next");
	assert_string_equal(request_query(&rq, "mac"), "aa:bb");
	assert_string_equal(request_query(&rq, "x"), "a b");
	assert_string_equal(request_query(&rq, "y"), "\xc3\xa9");
	assert_string_equal(request_query(&rq, "empty"), "");
	assert_string_equal(request_query(&rq, "absent"), "");
}

static void refuses_bad_encoding(void **state)
{
	static const char *const bad[] = {
		"/%", "/%2", "/%zz", "/a%00b", "/x?a=%0", "/x?%g0=1"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		CLEANUP_REQUEST struct request rq = {0};

		assert_int_equal(request_init(&rq, "GET", bad[i], NULL), -EINVAL);
	}
}

static void knows_its_own_machine(void **state)
{
	static const struct {
		const char *address, *text;
		bool loopback;
	} table[] = {
		{"127.0.0.1", "127.0.0.1", true},
		{"127.9.9.9", "127.9.9.9", true},
		{"::1", "::1", true},
		{"::ffff:127.0.0.1", "127.0.0.1", true},
		{"::ffff:10.0.0.1", "10.0.0.1", false},
		{"10.127.0.1", "10.127.0.1", false},
		{"::127", "::127", false},
	};
	CLEANUP_REQUEST struct request rq = {0};

	(void)state;
	assert_int_equal(request_init(&rq, "GET", "/", NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		request_set_peer(&rq, table[i].address);
		assert_string_equal(rq.peer, table[i].text);
		assert_int_equal(rq.loopback, table[i].loopback);
	}
}

static void knows_the_names_of_this_machine_alone(void **state)
{
	static const struct {
		const char *peer, *host;
		bool ours;
	} table[] = {
		{"127.0.0.1", "localhost", true},
		{"127.0.0.1", "localhost:8080", true},
		{"127.0.0.1", "LocalHost:8080", true},
		{"127.0.0.1", "127.0.0.1:8080", true},
		{"::1", "[::1]", true},
		{"::1", "[::1]:8080", true},
		{"127.0.0.1", "", false},
		{"127.0.0.1", "kernels:8080", false},
		{"127.0.1.1", "kernels", false},
		{"127.0.0.1", "localhost.example.org", false},
		{"127.0.0.1", "localhost:x", false},
		{"127.0.0.1", "127.0.0.1.example.org:8080", false},
		{"127.0.0.1", "example.org", false},
		{"10.0.0.7", "localhost:8080", false},
		{"10.0.0.7", "127.0.0.1", false},
	};
	CLEANUP_REQUEST struct request rq = {0};

	(void)state;
	assert_int_equal(request_init(&rq, "PUT", "/", NULL), 0);
	assert_false(request_is_ours(&rq));
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		request_set_peer(&rq, table[i].peer);
		rq.host = table[i].host;
		assert_int_equal(request_is_ours(&rq), table[i].ours);
	}
}

static bool is_ab(const char *key)
{
	return !strcmp(key, "a") || !strcmp(key, "b");
}

/* "a=1|b=2" of a body. */
static void pairs(const char *body, const char *want)
{
	char text[256], got[256] = "";
	char *rest = text;
	struct request_pair pair;
	size_t len = 0;

	snprintf(text, sizeof(text), "%s", body);
	while (request_next_pair(&rest, is_ab, &pair, NULL) > 0)
		len += snprintf(got + len, sizeof(got) - len, "%s%s=%s", len ? "|" : "",
			pair.key, pair.value);
	assert_string_equal(got, want);
}

static void reads_pairs(void **state)
{
	(void)state;
	pairs("", "");
	pairs("a=1\nb=2\n", "a=1|b=2");
	pairs("\r\n\na=1\r\nb=\r\n", "a=1|b=");
	pairs("a=x=y", "a=x=y");
	/* as curl joins -d and -d; other keys are part of the value */
	pairs("a=1&b=2", "a=1|b=2");
	pairs("a=q&r=s&b=2", "a=q&r=s|b=2");
	pairs("a=1&b", "a=1&b");
}

static void refuses_what_is_no_pair(void **state)
{
	static const char *const bad[] = {"a", "=1", "a=\x01", "a=\x7f", "\tb=1"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err err = ERR_INIT;
		struct request_pair pair;
		char text[64];
		char *rest = text;

		snprintf(text, sizeof(text), "%s", bad[i]);
		assert_int_equal(request_next_pair(&rest, is_ab, &pair, &err), -EINVAL);
		assert_true(strlen(err.text) > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_target_apart),
		cmocka_unit_test(refuses_bad_encoding),
		cmocka_unit_test(knows_its_own_machine),
		cmocka_unit_test(knows_the_names_of_this_machine_alone),
		cmocka_unit_test(reads_pairs),
		cmocka_unit_test(refuses_what_is_no_pair),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
