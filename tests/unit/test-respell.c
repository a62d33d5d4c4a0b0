// SPDX-License-Identifier: GPL-2.0-or-later
#include "builder/reach/respell.h"

#include <string.h>

#include "lib/cleanup.h"
#include "tests/unit/unit.h"

static const struct {
	const char *a, *b;
	bool same;
} cases[] = {
	{"int a;\n", "int a;\n", true},
	{"int a;\n", "int b;\n", false},
	{"int a; /* x */\n", "int a; /* another word */\n", true},
	{"int a; /* x */\n", "int a;\n", true},
	{"int a; // x\n", "int a;   \n\n\n", true},
	{"int a;\n", "int a;\n/* the end\n */\n", true},
	{"/* one\n * two */\nint a;\n", "/*\n * 2 */\nint a;\n", true},
	/* lines and columns */
	{"int a;\n", "\nint a;\n", false},
	{"/* x */ int a;\n", "/* xy */ int a;\n", false},
	{"/* x */ int a;\n", "/* y */ int a;\n", true},
	{"/* x\n */\nint a;\n", "/* x */\nint a;\n", false},
	{"int a;\n", "int  a;\n", false},
	{"\tint a;\n", "        int a;\n", false},
	/* what looks like a comment, and what looks like none */
	{"char *a = \"/* x */\";\n", "char *a = \"/* y */\";\n", false},
	{"char a = '\"'; /* x */\n", "char a = '\"'; /* y */\n", true},
	{"char *a = \"\\\"/*\"; /* x */\n", "char *a = \"\\\"/*\"; /* y */\n", true},
	{"a /* it's */\n", "a /* it is */\n", true},
	{"# don't\n/* x */\n", "# don't\n/* y */\n", false},
	{"a /* x\n", "a /* y\n", false},
	{"a // x \\\nb\n", "a // y \\\nb\n", false},
	{"#define X /* a */ \\\n\t1\n", "#define X /* b */ \\\n\t1\n", true},
	{"a / b; /* x */\n", "a / b; /* y */\n", true},
	{"#include <a//b.h>\n", "#include <a//c.h>\n", false},
	{"#include <a.h> // x\n", "#include <a.h> // y\n", true},
	{"#define X /* a\n */ 1\n", "#define X\n    1\n", false},
	{"#define X /* a\n */ 1\n", "#define X /* b\n */ 1\n", true},
	{"a // ?\?/\nb\n", "a // x?\?/\nb\n", false},
	/* comments that are heeded */
	{"/* fall through */\n", "/* Fallthrough */\n", false},
	{"/* FALLTHRU */\n", "\n", false},
	/* and those that are warned of */
	{"/* x   y */\n", "/* x /* y */\n", false},
	{"/*/* x */\n", "/*/* y */\n", false},
	{"/*/ x */\n", "/*/ y */\n", true},
	{"// x /* y\n", "// x /* z\n", false},
	{"/* a\xe2\x80\xae */\n", "/* abcd */\n", false},
	{"/* a\xe2\x81\xa6 */\n", "/* a\xe2\x81\xa9 */\n", false},
	{"/* \xc3\xb6 */ /* a */\n", "/* \xc3\xb6 */ /* b */\n", true},
	{"/* \xff */\n", "/* x */\n", false},
	{"", "", true},
	{"", "/* x */", true},
};

static void compares(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *a = cases[i].a, *b = cases[i].b;

		if (respell_same(a, strlen(a), b, strlen(b)) != cases[i].same ||
			respell_same(b, strlen(b), a, strlen(a)) != cases[i].same)
			fail_msg("%zu: %s/ %s", i, a, b);
	}
	/* a byte that no C text has */
	assert_false(respell_same("a\0b", 3, "a\0b", 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(compares)};

	return cmocka_run_group_tests_name("respell", tests, NULL, NULL);
}
