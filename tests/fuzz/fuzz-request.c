// SPDX-License-Identifier: GPL-2.0-or-later
/* What comes over HTTP: a target on the first line, then a body of pairs. */
#include "pxe-server/boots.h"
#include "pxe-server/request.h"
#include "tests/fuzz/fuzz.h"

static bool is_key(const char *key)
{
	return !strcmp(key, "name") || !strcmp(key, "arch") || !strcmp(key, "cmdline");
}

static void read_pairs(const char *body)
{
	CLEANUP_FREE char *copy = strdup(body);
	struct request_pair pair;
	char *at = copy;

	assert(copy);
	while (request_next_pair(&at, is_key, &pair, NULL) > 0)
		assert(*pair.key && pair.value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *text = fuzz_text(data, size);
	CLEANUP_REQUEST struct request rq = {0};
	struct event event;
	char *body = strchr(text, '\n');

	if (body)
		*body++ = '\0';
	if (request_init(&rq, "GET", text, NULL) == 0) {
		assert(rq.names.n == rq.values.n);
		request_query(&rq, "mac");
	}
	if (body) {
		read_pairs(body);
		event_parse(body, &event, NULL);
	}
	return 0;
}
