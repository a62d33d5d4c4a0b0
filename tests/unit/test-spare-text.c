// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts in tokens and pieces, and what kbuild wrote of an object. */
#include <string.h>

#include "builder/spare/chunk.h"
#include "builder/spare/deps.h"
#include "lib/buf.h"
#include "tests/unit/unit.h"

/* One letter a token: name, number, string, sign, #, end of a directive; '?': refused;
 * behind it '!' if there is something that is none of C. */
static const struct {
	const char *text, *want;
} texts[] = {
	{"", ""},
	{"int x = 0x1p-3 + .5e+1;", "nnsdsds"},
	{"a->b ## c ++ --", "nsnsnss"},
	{"/* x\n */ a // b\nc", "nn"},
	{"#define A(b) b \\\n c\nd", "#nnsnsnnen"},
	{"a # b", "nsn"},
	{"#include <a/b.h>\n", "#nte"},
	{"#include_next <a//b.h>\n", "#nte"},
	{"\"a\\\"b\" 'c' L'd'", "ttnt"},
	{"/* no end", "?"},
	{"// a line that goes on \\\n b", "?"},
	{"a ?\?= b", "?"},
	{"a <% b", "?"},
	{"na\\\nme", "?"},
	{"\"a \\\n b\"", "?"},
	{"a \x80 b", "?"},
	{"don't", "nsn!"},
	{"@ \\ `", "sss!"},
	{"\" /* a */", "?"},
};

static void cuts_tokens(void **state)
{
	CLEANUP_WORDS struct words words = {0};
	CLEANUP_TOKENS struct tokens tokens = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		CLEANUP_BUF struct buf b = {0};

		buf_init(&b, 1024);
		buf_adds(&b, "");
		if (lex(&words, texts[i].text, strlen(texts[i].text), &tokens))
			for (size_t j = 0; j < tokens.n; j++)
				buf_addc(&b, "ndts#e"[tokens.v[j].kind]);
		else
			buf_adds(&b, "?");
		if (b.data[0] != '?' && tokens.odd)
			buf_adds(&b, "!");
		assert_string_equal(b.data, texts[i].want);
	}
}

static void counts_lines(void **state)
{
	static const char text[] = "a /*\n*/ b\n\n#define c \\\n d\ne";
	static const uint32_t want[] = {1, 2, 4, 4, 4, 5, 5, 6};
	CLEANUP_WORDS struct words words = {0};
	CLEANUP_TOKENS struct tokens tokens = {0};

	(void)state;
	assert_true(lex(&words, text, strlen(text), &tokens));
	assert_int_equal(tokens.n, ARRAY_SIZE(want));
	for (size_t i = 0; i < tokens.n; i++)
		assert_int_equal(tokens.v[i].line, want[i]);
}

/* One letter a chunk, in the order of enum chunk_kind, with the name that it has; '!' at
 * the end: nothing but directives is known. */
static const struct {
	const char *text, *want;
} pieces[] = {
	{"#define A 1\n#undef A\n", "D(A) U(A) "},
	{"#ifdef A\n#else\n#endif\n#include \"a.h\"\n#error no\n", "I I I H ."},
	{"int f(int x);", "P(f) "},
	{"extern struct s *f(struct s *s, int (*g)(void));", "P(f) "},
	{"extern __printf(1, 2) int f(const char *s, ...);", "P(f) "},
	{"int f(void) __attribute__((weak));", "?"},
	{"extern int x;", "V(x) "},
	{"extern int x[4];", "V(x) "},
	{"extern int x, y;", "?"},
	{"extern int x = 3;", "?"},
	{"int x;", "?"},
	{"extern int __x;", "?"},
	{"struct s;", "S(s) "},
	{"struct s { int a; };", "?"},
	{"struct s { int a; } f(void);", "?"},
	{"enum e { A, B };", "?"},
	{"typedef int t;", "?"},
	{"static inline int f(void)\n{\n\treturn 1;\n}\n", "F(f) "},
	{"static inline int f(void)\n{\n#ifdef A\n\treturn 1;\n#endif\n}\nint g(void);",
		"p(f) I p(f) I p(f) P(g) "},
	{"static int f(void)\n{\n\treturn 1;\n}\n", "?"},
	{"static inline int f(void);", "?"},
	{"extern inline int f(void) { return 1; }", "?"},
	{"EXPORT(f);\nint f(void);", "?P(f) "},
	{"DECLARE(f)\nint f(void);", "?"},
	{"int f(void;", "?!"},
	{"#ifdef A\nint f(void) {\n#else\nint g(void) {\n#endif\n}\n", "I ?I ?I ?!"},
	{"#endif\n", "-"},
	{"#ifdef A\nint f(void);\n", "I ?!"},
};

static void cuts_pieces(void **state)
{
	static const char letters[] = "DUIH.FpPVS?";
	CLEANUP_WORDS struct words words = {0};
	CLEANUP_CHUNKS struct chunks chunks = {0};

	(void)state;
	assert_true(chunk_words(&words));
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		CLEANUP_BUF struct buf b = {0};
		bool good;

		buf_init(&b, 1024);
		good = chunks_read(
			&words, pieces[i].text, strlen(pieces[i].text), &chunks);
		buf_adds(&b, good ? "" : "-");
		for (size_t j = 0; good && j < chunks.n; j++) {
			const struct chunk *k = &chunks.v[j];
			const struct word *w = &words.v[k->name];

			buf_addc(&b, letters[k->kind]);
			if (k->name)
				buf_addf(&b, "(%.*s) ", (int)w->len, w->text);
			else if (k->kind == CHUNK_IF || k->kind == CHUNK_INCLUDE)
				buf_addc(&b, ' ');
		}
		if (good && chunks.odd)
			buf_addc(&b, '!');
		assert_string_equal(b.data, pieces[i].want);
	}
}

/* The text of each #if, and which of its lines stay: 'x' is in the branch, or not. */
static void leaves_out_branches(void **state)
{
	static const struct {
		const char *condition;
		bool dead, other_dead;
	} conditions[] = {{"#ifdef CONFIG_ON", false, true},
		{"#ifdef CONFIG_OFF", true, false}, {"#ifndef CONFIG_ON", true, false},
		{"#if defined(CONFIG_ON) && !defined(CONFIG_OFF)", false, true},
		{"#if defined(CONFIG_OFF) || (defined CONFIG_ON)", false, true},
		{"#if defined(CONFIG_OFF) || defined(OTHER)", false, false},
		{"#if CONFIG_ON > 1", false, false}, {"#ifdef OTHER", false, false}};
	CLEANUP_WORDS struct words words = {0};
	CLEANUP_CHUNKS struct chunks c = {0};

	(void)state;
	assert_true(chunk_words(&words));
	words.v[words_add(&words, "CONFIG_ON", 9)].marks |= MARK_ON;
	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++) {
		CLEANUP_FREE char *text = buf_format(
			"%s\nint x;\n#else\nint y;\n#endif\n", conditions[i].condition);

		assert_true(chunks_read(&words, text, strlen(text), &c));
		assert_int_equal(c.n, 5);
		assert_int_equal(chunk_dead(&words, &c, c.v[1].cond), conditions[i].dead);
		assert_int_equal(
			chunk_dead(&words, &c, c.v[3].cond), conditions[i].other_dead);
	}
}

#define LIST                                                           \
	"source_a/b.o := /s/a/b.c\n\ndeps_a/b.o := \\\n"               \
	"    $(wildcard include/config/SMP) \\\n  /s/include/x.h \\\n" \
	"  include/y.h \\\n\na/b.o: $(deps_a/b.o)\n\n$(deps_a/b.o):\n"
#define COMMAND "cmd_a/b.o := gcc -Wp,-MMD,a/.b.o.d -O2 "
#define END " -c -o a/b.o /s/a/b.c\n\n"

static const struct {
	const char *text;
	bool good;
} commands[] = {
	{COMMAND "-g0" END LIST, true},
	{"saved" COMMAND "-DX=1 -UY" END LIST, true},
	{COMMAND "-c -o a/b.o /s/a/b.c ; ./tools/objtool/objtool --x a/b.o\n\n" LIST,
		true},
	{COMMAND "-c -o a/b.o /s/a/b.c ; rm a/b.o\n\n" LIST, false},
	{COMMAND "-g" END LIST, false},
	{COMMAND "-flto=thin" END LIST, false},
	{COMMAND "-fsanitize=kernel-address" END LIST, false},
	{COMMAND "-x c" END LIST, false},
	{COMMAND "-Wp,-MD,x" END LIST, false},
	{COMMAND "-D" END LIST, false},
	{COMMAND "`date`" END LIST, false},
	{COMMAND "-c -o a/c.o /s/a/b.c\n\n" LIST, false},
	{COMMAND "-c -o a/b.o /s/a/b.S\n\n" LIST, false},
	{"cmd_a/b.o := clang -Wp,-MMD,a/.b.o.d -O2 -c -o a/b.o /s/a/b.c\n\n" LIST, false},
	{COMMAND END, false},
	{COMMAND END LIST "#SYMVER x 0x1\n", false},
	{COMMAND END "deps_a/b.o := \\\n  /s/$(odd) \\\n", false},
	{"# nothing\n", false},
	{"", false},
};

static void reads_commands(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		CLEANUP_DEPS struct deps deps = {0};

		if (deps_parse(commands[i].text, &deps) != commands[i].good)
			fail_msg("command %zu is taken or not", i);
		if (!commands[i].good)
			continue;
		assert_string_equal(deps.target, "a/b.o");
		assert_int_equal(deps.files.n, 3);
		assert_string_equal(deps.files.v[1], "include/y.h");
		assert_string_equal(deps.files.v[2], "/s/a/b.c");
		assert_int_equal(deps.options.n, 1);
		assert_string_equal(deps.options.v[0], "include/config/SMP");
	}
}

/* A module is another kind of object; its name makes none. */
static void tells_kinds(void **state)
{
	static const char *const defines[] = {"-DKBUILD_MODNAME=a", "-DKBUILD_MODNAME=b",
		"-DMODULE -DKBUILD_MODNAME=a", "-UMODULE"};
	uint64_t kinds[ARRAY_SIZE(defines)];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(defines); i++) {
		CLEANUP_DEPS struct deps deps = {0};
		CLEANUP_FREE char *text =
			buf_format("%s%s%s%s", COMMAND, defines[i], END, LIST);

		assert_true(deps_parse(text, &deps));
		kinds[i] = deps.kind;
	}
	assert_true(kinds[0] == kinds[1]);
	assert_true(kinds[0] != kinds[2]);
	assert_true(kinds[0] != kinds[3]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(cuts_tokens),
		cmocka_unit_test(counts_lines), cmocka_unit_test(cuts_pieces),
		cmocka_unit_test(leaves_out_branches), cmocka_unit_test(reads_commands),
		cmocka_unit_test(tells_kinds)};

	return cmocka_run_group_tests_name("spare-text", tests, NULL, NULL);
}
