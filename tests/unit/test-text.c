// SPDX-License-Identifier: GPL-2.0-or-later
/* What others wrote, as UTF-8 and as HTML. */
#include "lib/text.h"

#include <errno.h>
#include <string.h>

#include "lib/strvec.h"
#include "tests/unit/unit.h"

static void check_html(const char *text, size_t len, const char *want)
{
	CLEANUP_BUF struct buf b;

	buf_init(&b, 1024);
	text_add_html(&b, text, len);
	assert_string_equal(b.data, want);
}

static void html_holds_no_markup(void **state)
{
	(void)state;
	check_html("<script>\"a\" & 'b'</script>", 26,
		"&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
	check_html("a\nb\tc\033[2J\xff", 10, "a\nb\tc?[2J?");
	check_html("a\0<", 3, "a?&lt;");
	check_html("", 0, "");
	check_html("M\xc3\xbcller", 7, "M\xc3\xbcller");
}

static void urls_hold_what_they_may(void **state)
{
	CLEANUP_BUF struct buf b;

	(void)state;
	buf_init(&b, 1024);
	text_add_url(&b, "/a-b_c.d~1/e f%#?\"<&\xc3\xbc\n");
	assert_string_equal(b.data, "/a-b_c.d~1/e%20f%25%23%3F%22%3C%26%C3%BC%0A");
}

static void urls_are_read_back(void **state)
{
	static const char *const bad[] = {"%", "%4", "%zz", "a%00b"};
	char text[] = "%41b%0a%c3%BC+%25";

	(void)state;
	assert_int_equal(text_decode_url(text), 0);
	assert_string_equal(text, "Ab\n\xc3\xbc+%");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char copy[8];

		text_copy(copy, sizeof(copy), bad[i]);
		assert_int_equal(text_decode_url(copy), -EINVAL);
	}
}

static void a_word_for_bash_is_one_line(void **state)
{
	static const char *const words[][2] = {
		{"plain", "plain"},
		{"it's", "'it'\\''s'"},
		{"a\n\x1b[2J", "$'a\\012\\033[2J'"},
		{"it's\\n\t", "$'it\\'s\\\\n\\011'"},
		{"\x7f\xc3\xbc", "$'\\177\xc3\xbc'"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		CLEANUP_BUF struct buf b;

		buf_init(&b, 256);
		text_add_bash(&b, words[i][0]);
		assert_string_equal(b.data, words[i][1]);
	}
}

static void words_are_read_back(void **state)
{
	static const char *const words[] = {
		"plain", "", "it's", "'", "a b\n", "$x`y`\\", "--a=b"};
	CLEANUP_STRVEC struct strvec read = STRVEC_INIT;
	CLEANUP_BUF struct buf b;

	(void)state;
	buf_init(&b, 1024);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		text_add_word(&b, words[i]);
		buf_addc(&b, ' ');
		text_add_quoted(&b, words[i]);
		buf_addc(&b, ' ');
	}
	assert_memory_equal(b.data, "plain 'plain' '' '' 'it'\\''s' ", 29);
	assert_int_equal(strvec_split(&read, b.data, NULL), 0);
	assert_int_equal(read.n, 2 * ARRAY_SIZE(words));
	for (size_t i = 0; i < read.n; i++)
		assert_string_equal(read.v[i], words[i / 2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_holds_no_markup),
		cmocka_unit_test(urls_hold_what_they_may),
		cmocka_unit_test(urls_are_read_back),
		cmocka_unit_test(a_word_for_bash_is_one_line),
		cmocka_unit_test(words_are_read_back),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
