// SPDX-License-Identifier: GPL-2.0-or-later
/* What others wrote, as UTF-8 and as HTML. */
#include "lib/text.h"

#include <string.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_holds_no_markup),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
