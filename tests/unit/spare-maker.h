/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Made-up pieces of C, the same for the same seed. Names come from a small pool, so that
 * texts meet: what one declares another defines, pastes, hides or never has.
 */
#ifndef TENFOLD_UNIT_SPARE_MAKER_H
#define TENFOLD_UNIT_SPARE_MAKER_H

#include <stdint.h>

#include "lib/buf.h"
#include "tests/unit/unit.h"

#define NAMES 9

/* What the next piece of text is made with. */
struct maker {
	uint64_t seed;
	const char *before;    /* the text that the piece stands behind */
	const char *around;    /* all that is there already */
	const char *parameter; /* an int that expressions may use, or NULL */
	const char *pointer;   /* a struct s_N *, with member a */
};

static inline unsigned int roll(struct maker *m, unsigned int sides)
{
	m->seed ^= m->seed << 13;
	m->seed ^= m->seed >> 7;
	m->seed ^= m->seed << 17;
	return (m->seed >> 20) % sides;
}

static inline bool has_word(const char *text, const char *word)
{
	const char *letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
			      "0123456789";
	size_t len = strlen(word);

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		if (!strchr(letters, at[len]) && (at == text || !strchr(letters, at[-1])))
			return true;
	return false;
}

/* The number of a name of this kind that the text before has; as a rule. False: none. */
static inline bool pick(struct maker *m, const char *kind, unsigned int *ret)
{
	for (int i = 0; i < 6; i++) {
		unsigned int n = roll(m, NAMES);
		CLEANUP_FREE char *name = buf_format("%s_%u", kind, n);

		if (has_word(m->before, name) || !roll(m, 900)) {
			*ret = n;
			return true;
		}
	}
	return false;
}

/* A number of which the text around has no such name yet, as a rule. */
static inline unsigned int fresh(struct maker *m, const char *kind)
{
	unsigned int n = roll(m, NAMES), tries = roll(m, 60) ? 40 : 0;

	for (; tries; tries--) {
		CLEANUP_FREE char *name = buf_format("%s_%u", kind, n);

		if (!has_word(m->around, name))
			break;
		n = roll(m, NAMES);
	}
	return n;
}

static inline void make_value(struct maker *m, struct buf *b);

static inline bool make_call(struct maker *m, struct buf *b, const char *kind)
{
	unsigned int n;

	if (!pick(m, kind, &n))
		return false;
	buf_addf(b, "%s_%u(", kind, n);
	make_value(m, b);
	buf_adds(b, ")");
	return true;
}

static inline bool make_word(struct maker *m, struct buf *b, const char *kind)
{
	unsigned int n;

	if (!pick(m, kind, &n))
		return false;
	buf_addf(b, "%s_%u", kind, n);
	return true;
}

/* A name that is glued: see make_glue(). */
static inline bool make_pasted(struct maker *m, struct buf *b)
{
	static const struct {
		const char *macro, *kind, *form;
	} ways[] = {{"P_0", "M", "P_0(%u)"}, {"P_1", "fn", "P_1(%u)(3)"},
		{"P_2", "M", "P_2(M_, %u)"}, {"P_2", "fn", "P_2(f, n_%u)(4)"},
		{"P_3", "M", "P_3(M, %u)"}, {"P_3", "in", "P_3(in, %u)(5)"},
		{"P_4", "v", "P_4(v_, %u)"}, {"P_5", "M", "P_5(M)"},
		{"P_6", "E", "P_6(E, _%u)"}};
	unsigned int way = roll(m, ARRAY_SIZE(ways)), n;

	if (!has_word(m->before, ways[way].macro) || !pick(m, ways[way].kind, &n))
		return false;
	for (const char *at = ways[way].form; *at; at++)
		if (at[0] == '%')
			buf_addf(b, "%u", n), at++;
		else
			buf_addc(b, *at);
	return true;
}

static inline bool make_special(struct maker *m, struct buf *b)
{
	unsigned int n;

	switch (roll(m, 6)) {
	case 0:
		buf_adds(b, "__LINE__");
		return true;
	case 5:
		if (!has_word(m->before, "HOOK"))
			return false;
		buf_adds(b, "HOOK(3)");
		return true;
	case 1:
		if (!has_word(m->before, "STR_1") || !pick(m, "M", &n))
			return false;
		buf_addf(b, "(int)sizeof(STR_1(M_%u))", n);
		return true;
	case 2:
		if (!pick(m, "s", &n))
			return false;
		buf_addf(b, "(int)sizeof(struct s_%u)", n);
		return true;
	case 3:
		if (!pick(m, "t", &n))
			return false;
		buf_addf(b, "(int)(t_%u)7", n);
		return true;
	default:
		if (!m->pointer)
			return false;
		buf_addf(b, "%s->a", m->pointer);
		return true;
	}
}

static inline bool try_value(struct maker *m, struct buf *b)
{
	static const char *const words[] = {"M", "M", "v", "E"};
	static const char *const calls[] = {"F", "fn", "in", "in"};
	unsigned int way = roll(m, 12), n;

	if (way < 4)
		return make_word(m, b, words[way]);
	if (way < 8)
		return make_call(m, b, calls[way - 4]);
	if (way == 8)
		return make_pasted(m, b);
	if (way == 9)
		return make_special(m, b);
	if (way == 10 && m->pointer) {
		const char *kind = roll(m, 2) ? "si" : "fs";

		if (!pick(m, kind, &n))
			return false;
		buf_addf(
			b, "%s_%u(%s%s)", kind, n, m->pointer, *kind == 's' ? "" : ", 1");
		return true;
	}
	if (m->parameter)
		buf_adds(b, m->parameter);
	return m->parameter;
}

/* An expression that is an int, of what the text before has. */
static inline void make_value(struct maker *m, struct buf *b)
{
	unsigned int way = roll(m, 10);

	if (way == 0) {
		buf_adds(b, "(");
		make_value(m, b);
		buf_adds(b, roll(m, 2) ? " + " : " * ");
		make_value(m, b);
		buf_adds(b, ")");
	} else if (way == 1 || !try_value(m, b)) {
		buf_addf(b, "%u", roll(m, 10));
	}
}

static inline void make_type(struct maker *m, struct buf *b)
{
	static const char *const types[] = {"int", "unsigned int", "long", "u32", "bool"};
	unsigned int n, way = roll(m, 9);

	if (way == 8 && pick(m, "t", &n))
		buf_addf(b, "t_%u", n);
	else
		buf_adds(b, types[way < 3                                    ? way
				    : way == 3 && has_word(m->before, "u32") ? 3
									     : 0]);
}

static inline void make_glue(struct maker *m, struct buf *b)
{
	static const char *const bodies[] = {"(a) M_##a", "(a) fn_##a", "(a, b) a##b",
		"(a, b) a##_##b", "(a, b) P_2(a, b)", "(a) a##_4", "(a, b) P_4(a, b)"};
	unsigned int n = fresh(m, "P") % ARRAY_SIZE(bodies);

	buf_addf(b, "#define P_%u%s\n", n, bodies[n]);
}

static inline void make_macro(struct maker *m, struct buf *b)
{
	static const char *const odd[] = {"({ static int once; once += (x); once; })",
		"(__COUNTER__ + (x))", "({ if (x) v_0 = __LINE__; 0; })",
		"(__LINE__ + (x))", "sizeof(__func__)", "HERE(x)"};

	if (roll(m, 2)) {
		buf_addf(b, "#define M_%u ", fresh(m, "M"));
		make_value(m, b);
	} else {
		buf_addf(b, "#define F_%u(x) ", fresh(m, "F"));
		m->parameter = "(x)";
		if (roll(m, 3))
			make_value(m, b);
		else
			buf_adds(b, odd[roll(m, ARRAY_SIZE(odd))]);
		m->parameter = NULL;
	}
	buf_adds(b, "\n");
}

static inline void make_declaration(struct maker *m, struct buf *b)
{
	unsigned int tag;

	if (roll(m, 4))
		buf_adds(b, "extern ");
	switch (roll(m, 4)) {
	case 0:
		make_type(m, b);
		buf_addf(b, " v_%u;\n", fresh(m, "v"));
		return;
	case 1:
		tag = roll(m, NAMES);
		if (roll(m, 8))
			pick(m, "s", &tag);
		buf_addf(b, "int fs_%u(struct s_%u *p, int x);\n", fresh(m, "fs"), tag);
		return;
	default:
		make_type(m, b);
		buf_addf(b, " fn_%u(", fresh(m, "fn"));
		make_type(m, b);
		buf_addf(b, " x)%s;\n",
			has_word(m->before, "__attribute_const__") && !roll(m, 4)
				? " __attribute_const__"
				: "");
	}
}

static inline void make_inline(struct maker *m, struct buf *b)
{
	unsigned int tag;

	if (!roll(m, 3) && pick(m, "s", &tag)) {
		buf_addf(b, "static inline int si_%u(struct s_%u *p)\n{\n",
			fresh(m, "si"), tag);
		m->pointer = "p";
	} else {
		buf_addf(b, "static inline int in_%u(int x)\n{\n", fresh(m, "in"));
		m->parameter = "x";
	}
	if (!roll(m, 3)) {
		buf_adds(b, "\tint y = ");
		make_value(m, b);
		buf_adds(b, ";\n\n\tif (y > 3)\n\t\treturn y;\n");
	}
	buf_adds(b, "\treturn ");
	make_value(m, b);
	if (!roll(m, 4))
		buf_adds(b, has_word(m->before, "HERE") ? " + HERE(2)" : " + __LINE__");
	buf_adds(b, ";\n}\n");
	m->parameter = m->pointer = NULL;
}

static inline void make_types(struct maker *m, struct buf *b)
{
	unsigned int n;

	switch (roll(m, 5)) {
	case 0:
		buf_addf(b, "typedef ");
		make_type(m, b);
		buf_addf(b, " t_%u;\n", fresh(m, "t"));
		return;
	case 1:
		buf_addf(b, "struct s_%u;\n", roll(m, NAMES));
		return;
	case 2:
		n = fresh(m, "E");
		buf_addf(b, "enum e_%u { E_%u%s };\n", n, n, roll(m, 2) ? " = 4" : "");
		return;
	default:
		buf_addf(b, "struct s_%u {\n\tint a;\n\tint %s_%u[", fresh(m, "s"),
			roll(m, 9) ? "member" : "v", roll(m, NAMES));
		if (pick(m, "M", &n))
			buf_addf(b, "M_%u + ", n);
		buf_adds(b, "1];\n\tvoid *next;\n};\n");
	}
}

static inline void make_odd(struct maker *m, struct buf *b)
{
	switch (roll(m, 12)) {
	case 0:
		if (!roll(m, 3))
			buf_addf(b, "#undef M_%u\n", roll(m, NAMES));
		return;
	case 1:
		if (has_word(m->before, "P_4"))
			buf_addf(b, "extern int P_4(v_, %s);\n",
				roll(m, 2) ? "__LINE__" : "3");
		return;
	case 2:
		buf_addf(b, "static int in_%u(int x) { return x; }\n", fresh(m, "in"));
		return;
	case 3:
		if (!has_word(m->around, "STR_0"))
			buf_adds(b, "#define STR_0(x) #x\n#define STR_1(x) STR_0(x)\n");
		return;
	case 4:
		if (!has_word(m->around, "u32"))
			buf_adds(b, "typedef unsigned int u32;\n");
		return;
	default:
		buf_adds(b, roll(m, 2) ? "/* a word */\n" : "\n/*\n * words\n */\n");
	}
}

/* One piece of a header. */
static inline char *make_item(struct maker *m)
{
	CLEANUP_BUF struct buf b = {0};
	unsigned int way = roll(m, 16);

	buf_init(&b, 8192);
	if (way < 4)
		make_macro(m, &b);
	else if (way < 7)
		make_declaration(m, &b);
	else if (way < 11)
		make_inline(m, &b);
	else if (way < 13)
		make_types(m, &b);
	else if (way < 14)
		make_glue(m, &b);
	else
		make_odd(m, &b);
	return buf_take(&b);
}

#endif
