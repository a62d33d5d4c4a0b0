// SPDX-License-Identifier: GPL-2.0-or-later
#include "pxe-server/reply.h"

#include <string.h>

#include "tests/unit/unit.h"

static void ranges(void **state)
{
	static const struct {
		const char *range;
		int status;
		uint64_t offset, size;
		const char *says;
	} table[] = {
		{"", 200, 0, 100, ""},
		{"bytes=0-", 206, 0, 100, "bytes 0-99/100"},
		{"bytes=10-19", 206, 10, 10, "bytes 10-19/100"},
		{"bytes=90-200", 206, 90, 10, "bytes 90-99/100"},
		{"bytes=-7", 206, 93, 7, "bytes 93-99/100"},
		{"bytes=-700", 206, 0, 100, "bytes 0-99/100"},
		{"bytes=100-", 416, 0, 0, "bytes */100"},
		{"bytes=-0", 416, 0, 0, "bytes */100"},
		/* not one range of bytes: passed over */
		{"bytes=5-4", 200, 0, 100, ""},
		{"bytes=a-", 200, 0, 100, ""},
		{"bytes=0-1,5-6", 200, 0, 100, ""},
		{"bytes=-", 200, 0, 100, ""},
		{"lines=1-2", 200, 0, 100, ""},
		{"bytes=99999999999999999999-", 200, 0, 100, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		CLEANUP_REPLY struct reply rp;

		reply_init(&rp);
		reply_add_part(&rp, -1, 60);
		reply_add_part(&rp, -1, 40);
		reply_set_range(&rp, table[i].range);
		assert_int_equal(rp.status, table[i].status);
		assert_string_equal(rp.range.data, table[i].says);
		if (rp.status == 416) {
			assert_int_equal(rp.n_parts, 0);
			continue;
		}
		assert_int_equal(rp.offset, table[i].offset);
		assert_int_equal(rp.size, table[i].size);
	}
}

static void an_empty_file_has_no_range(void **state)
{
	CLEANUP_REPLY struct reply rp;

	(void)state;
	reply_init(&rp);
	reply_add_part(&rp, -1, 0);
	reply_set_range(&rp, "bytes=0-");
	assert_int_equal(rp.status, 416);
}

static void etags(void **state)
{
	CLEANUP_REPLY struct reply rp;
	char header[64];

	(void)state;
	reply_init(&rp);
	reply_set_etag(&rp, "something");
	assert_true(reply_etag_matches(rp.etag, rp.etag));
	assert_true(reply_etag_matches("*", rp.etag));
	snprintf(header, sizeof(header), "\"x\", %s", rp.etag);
	assert_true(reply_etag_matches(header, rp.etag));
	/* a weak one is not good enough for a write (RFC 9110, 13.1.1) */
	snprintf(header, sizeof(header), "W/%s", rp.etag);
	assert_false(reply_etag_matches(header, rp.etag));
	assert_false(reply_etag_matches("\"x\"", rp.etag));
	assert_false(reply_etag_matches("*", ""));
}

static void a_sentence_is_one_line(void **state)
{
	CLEANUP_REPLY struct reply rp;

	(void)state;
	reply_init(&rp);
	buf_adds(&rp.body, "half an answer");
	reply_say(&rp, 404, "no '%s'", "a\nb\x1b[31m");
	assert_string_equal(rp.body.data, "no 'a?b?[31m'\n");
	assert_int_equal(rp.status, 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges),
		cmocka_unit_test(an_empty_file_has_no_range),
		cmocka_unit_test(etags),
		cmocka_unit_test(a_sentence_is_one_line),
	};

	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
