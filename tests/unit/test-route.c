// SPDX-License-Identifier: GPL-2.0-or-later
#include "pxe-server/route.h"

#include <string.h>

#include "tests/unit/unit.h"

static void matches(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool fits;
		const char *caught[2];
	} table[] = {
		{"/", "/", true, {NULL}},
		{"/a", "/a", true, {NULL}},
		{"/a", "/a/", false, {NULL}},
		{"/a", "/ab", false, {NULL}},
		{"/a/*", "/a/x", true, {"x"}},
		{"/a/*", "/a/", false, {NULL}},
		{"/a/*", "/a/x/y", false, {NULL}},
		{"/a/*/b/*", "/a/x/b/y", true, {"x", "y"}},
		{"/a/*/b/*", "/a/x/c/y", false, {NULL}},
		{"/a/**", "/a/x/y/z", true, {"x/y/z"}},
		{"/a/**", "/a/", false, {NULL}},
		{"/a/**", "/a", false, {NULL}},
		{"/a", "", false, {NULL}},
		{"/a", "a", false, {NULL}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char *params[REQUEST_PARAMS_MAX] = {NULL};

		assert_int_equal(route_match(table[i].pattern, table[i].path, params),
			table[i].fits);
		for (size_t j = 0; j < 2; j++) {
			if (table[i].caught[j])
				assert_string_equal(params[j], table[i].caught[j]);
			else
				assert_null(params[j]);
			free(params[j]);
		}
	}
}

static void say_hello(struct server *server, struct request *rq, struct reply *rp)
{
	(void)server;
	reply_say(rp, 200, "hello %s", rq->params[0] ? rq->params[0] : "");
}

static const struct route routes[] = {
	{"GET", "/a/*", say_hello, false},
	{"PUT", "/a/*", say_hello, true},
	{"GET", "/b", say_hello, false},
	{NULL, NULL, NULL, false},
};

static void ask_host(const char *method, const char *path, const char *peer,
	const char *host, const char *authorization, struct reply *rp)
{
	CLEANUP_REQUEST struct request rq = {0};

	reply_init(rp);
	assert_int_equal(request_init(&rq, method, path, NULL), 0);
	request_set_peer(&rq, peer);
	rq.host = host;
	rq.authorization = authorization;
	route_dispatch(routes, NULL, "the-secret-token", &rq, rp);
}

static void ask(const char *method, const char *path, const char *peer, struct reply *rp)
{
	ask_host(method, path, peer, "kernels:8080", "", rp);
}

static void finds_the_handler(void **state)
{
	CLEANUP_REPLY struct reply rp = {0};

	(void)state;
	ask("GET", "/a/you", "10.0.0.1", &rp);
	assert_string_equal(rp.body.data, "hello you\n");
	reply_release(&rp);
	ask("HEAD", "/b", "10.0.0.1", &rp);
	assert_int_equal(rp.status, 200);
	reply_release(&rp);
	ask("GET", "/c", "10.0.0.1", &rp);
	assert_int_equal(rp.status, 404);
}

static void allow_comes_from_the_table(void **state)
{
	CLEANUP_REPLY struct reply rp = {0};

	(void)state;
	ask("POST", "/a/you", "10.0.0.1", &rp);
	assert_int_equal(rp.status, 405);
	assert_string_equal(rp.allow.data, "GET, HEAD, PUT");
}

static const char *says(int status)
{
	if (status == 401)
		return "writing needs the server's token: 'Authorization: Bearer "
		       "TOKEN'\n";
	return status == 403 ? "this is not the server's token\n" : "hello you\n";
}

static void writes_want_the_token(void **state)
{
	static const struct {
		const char *peer, *host, *authorization;
		int status;
	} table[] = {
		{"127.0.0.1", "localhost:8080", "", 200},
		{"127.0.0.1", "kernels:8080", "", 401},
		{"127.0.0.1", "kernels:8080", "Bearer the-secret-token", 200},
		{"10.0.0.1", "localhost:8080", "", 401},
		{"10.0.0.1", "kernels", "", 401},
		{"10.0.0.1", "kernels", "Bearer the-secret-token", 200},
		{"10.0.0.1", "kernels", "bearer the-secret-token", 200},
		{"10.0.0.1", "kernels", "Bearer the-secret-toke", 403},
		{"10.0.0.1", "kernels", "Bearer the-secret-token2", 403},
		{"10.0.0.1", "kernels", "Bearer ", 403},
		{"10.0.0.1", "kernels", "Basic the-secret-token", 403},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		CLEANUP_REPLY struct reply rp = {0};

		ask_host("PUT", "/a/you", table[i].peer, table[i].host,
			table[i].authorization, &rp);
		assert_int_equal(rp.status, table[i].status);
		assert_int_equal(rp.challenge, table[i].status == 401);
		assert_string_equal(rp.body.data, says(table[i].status));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches),
		cmocka_unit_test(finds_the_handler),
		cmocka_unit_test(allow_comes_from_the_table),
		cmocka_unit_test(writes_want_the_token),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
