// SPDX-License-Identifier: GPL-2.0-or-later
#include "declaration.h"

/* What no plain declaration has, or has to come out although nobody names it. */
static bool is_refused(const struct words *words, const struct token *t)
{
	static const char *const refused[] = {"typedef", "asm", "__attribute__", "__used",
		"__used__", "__visible", "__externally_visible"};

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		if (token_is(words, t, refused[i]))
			return true;
	return false;
}

/* Attributes, up to the token that must end the head. */
static bool is_tail(const struct words *words, const struct token *t, size_t n, size_t i)
{
	while (i < n) {
		if (t[i].kind != TOKEN_NAME ||
			(token_marks(words, t + i) & MARK_KEYWORD) ||
			is_refused(words, t + i))
			return false;
		i = (token_marks(words, t + i) & MARK_ATTR) && i + 1 < n &&
				    token_signs(t + i + 1, "(")
			    ? token_behind(t, n, i + 1)
			    : i + 1;
	}
	return true;
}

struct head {
	size_t name, end; /* its token; what stands behind it */
	size_t types;     /* words that can be a type */
	bool is_static, is_inline, is_extern;
};

/* Words and stars up to a name that '(', '[' or ';' follows. */
static bool read_head(
	const struct words *words, const struct token *t, size_t n, struct head *ret)
{
	struct head h = {0};
	size_t i = 0;

	while (i < n && (t[i].kind == TOKEN_NAME || token_signs(t + i, "*"))) {
		uint32_t marks = token_marks(words, t + i);

		if ((marks & MARK_ATTR) && i + 1 < n && token_signs(t + i + 1, "(")) {
			i = token_behind(t, n, i + 1);
			continue;
		}
		if (is_refused(words, t + i))
			return false;
		h.is_static |= token_is(words, t + i, "static");
		h.is_extern |= token_is(words, t + i, "extern");
		h.is_inline |= token_is(words, t + i, "inline") ||
			       token_is(words, t + i, "__always_inline");
		h.types += (marks & MARK_TYPE) ||
			   (t[i].kind == TOKEN_NAME && !(marks & MARK_KEYWORD));
		i++;
	}
	if (!i || i >= n || t[i - 1].kind != TOKEN_NAME || h.types < 2 ||
		(token_marks(words, t + i - 1) & MARK_KEYWORD))
		return false;
	h.name = i - 1;
	h.end = i;
	*ret = h;
	return true;
}

/* "x[3][4]" */
static size_t skip_sizes(const struct token *t, size_t n, size_t i)
{
	while (i < n && token_signs(t + i, "["))
		i = token_behind(t, n, i);
	return i;
}

void declaration_read(const struct words *words, const struct token *t, struct chunk *k)
{
	size_t n = k->n, open;
	struct head h;

	if (n == 3 && (token_is(words, t, "struct") || token_is(words, t, "union")) &&
		t[1].kind == TOKEN_NAME && token_signs(t + 2, ";")) {
		k->kind = CHUNK_FORWARD;
		k->name = t[1].word;
		k->name_at = 1;
		return;
	}
	if (!read_head(words, t, n, &h))
		return;
	if (token_signs(t + h.end, "(")) {
		size_t behind = token_behind(t, n, h.end);

		for (open = behind; open < n && !token_signs(t + open, "{"); open++)
			;
		if (token_signs(t + n - 1, "}") && open < n && h.is_static &&
			h.is_inline && !h.is_extern && is_tail(words, t, open, behind) &&
			token_behind(t, n, open) == n)
			k->kind = CHUNK_FUNCTION;
		else if (open == n && !h.is_static && !h.is_inline &&
			 token_signs(t + n - 1, ";") && is_tail(words, t, n - 1, behind))
			k->kind = CHUNK_PROTOTYPE;
	} else if (h.is_extern && !h.is_static && !h.is_inline &&
		   skip_sizes(t, n, h.end) == n - 1 && token_signs(t + n - 1, ";") &&
		   words->v[t[h.name].word].text[0] != '_') {
		k->kind = CHUNK_VARIABLE;
	}
	if (k->kind != CHUNK_OTHER) {
		k->name = t[h.name].word;
		k->name_at = h.name;
	}
}

uint32_t declaration_function(const struct words *words, const struct token *t, size_t n)
{
	struct head h;
	size_t behind, open;

	if (!read_head(words, t, n, &h) || !token_signs(t + h.end, "(") || !h.is_static ||
		!h.is_inline || h.is_extern)
		return 0;
	behind = token_behind(t, n, h.end);
	for (open = behind; open < n && !token_signs(t + open, "{"); open++)
		;
	return open < n && is_tail(words, t, open, behind) ? t[h.name].word : 0;
}
