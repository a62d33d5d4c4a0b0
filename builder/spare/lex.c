// SPDX-License-Identifier: GPL-2.0-or-later
#include "lex.h"

#include <string.h>

#define TEXT_MAX (8u << 20)

struct lexer {
	struct words *words;
	struct tokens *tokens;
	const char *at, *end;
	uint32_t line;
	bool space, fresh; /* fresh: nothing but blanks in this line so far */
	bool directive;
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool add(
	struct lexer *lx, enum token_kind kind, const char *text, size_t len, char sign)
{
	struct tokens *t = lx->tokens;

	if (t->n == t->room) {
		size_t room = t->room ? t->room * 2 : 4096;
		struct token *v = realloc(t->v, room * sizeof(*v));

		if (!v)
			return false;
		t->v = v;
		t->room = room;
	}
	t->v[t->n] = (struct token){.word = len ? words_add(lx->words, text, len) : 0,
		.line = lx->line,
		.kind = kind,
		.sign = sign,
		.space = lx->space};
	lx->space = lx->fresh = false;
	return (!len || t->v[t->n].word) && ++t->n;
}

/* A backslash at the end of a line. GCC takes blanks behind it, too: in doubt, false is
 * the answer to them. */
static bool is_splice(const struct lexer *lx)
{
	return *lx->at == '\\' && lx->at + 1 < lx->end && lx->at[1] == '\n';
}

static bool skip_comment(struct lexer *lx)
{
	bool line = lx->at[1] == '/';

	lx->space = true;
	for (lx->at += 2; lx->at < lx->end; lx->at++) {
		if (line && *lx->at == '\n')
			return true;
		/* a line that goes on in a comment */
		if (line && *lx->at == '\\')
			return false;
		if (*lx->at == '\n') {
			lx->line++;
		} else if (!line && *lx->at == '*' && lx->at + 1 < lx->end) {
			/* cut in two by the end of a line */
			if (lx->end - lx->at > 3 && !memcmp(lx->at + 1, "\\\n", 2) &&
				strchr("/\\", lx->at[3]))
				return false;
			if (lx->at[1] == '/') {
				lx->at += 2;
				return true;
			}
		}
	}
	return line;
}

/* A word that a backslash cuts in two is one token: nobody writes it. */
static bool add_run(struct lexer *lx, enum token_kind kind)
{
	const char *start = lx->at;

	while (lx->at < lx->end &&
		(is_letter(*lx->at) || is_digit(*lx->at) ||
			(kind == TOKEN_NUMBER &&
				(*lx->at == '.' || ((*lx->at == '+' || *lx->at == '-') &&
							   strchr("eEpP", lx->at[-1]))))))
		lx->at++;
	return !(lx->at + 1 < lx->end && *lx->at == '\\' && lx->at[1] == '\n') &&
	       add(lx, kind, start, lx->at - start, 0);
}

/* A quote that its line does not end is a token by itself, in what only an assembler or
 * nobody reads. What would be a comment behind it is one or not: false. */
static bool add_quote(struct lexer *lx, const char *line)
{
	for (const char *at = lx->at; at + 1 < line; at++)
		if (at[0] == '/' && (at[1] == '/' || at[1] == '*'))
			return false;
	lx->tokens->odd = true;
	lx->at++;
	return add(lx, TOKEN_SIGN, lx->at - 1, 1, lx->at[-1]);
}

static bool add_literal(struct lexer *lx)
{
	const char *start = lx->at, *at = start + 1;

	for (; at < lx->end && *at != '\n'; at++) {
		if (*at == '\\' && at + 1 < lx->end && at[1] != '\n') {
			at++;
		} else if (*at == '\\') {
			return false;
		} else if (*at == *start) {
			lx->at = at + 1;
			return add(lx, TOKEN_STRING, start, lx->at - start, 0);
		}
	}
	return add_quote(lx, at);
}

static bool add_sign(struct lexer *lx)
{
	static const char *const twos[] = {"->", "##", "++", "--"};
	static const char *const digraphs[] = {"<:", ":>", "<%", "%>", "%:", "?\?"};
	const char *start = lx->at;
	size_t left = lx->end - lx->at;

	if (*start < ' ' || *start > '~')
		return false;
	/* an assembler's */
	lx->tokens->odd |= strchr("\\@`", *start) != NULL;
	for (size_t i = 0; left > 1 && i < ARRAY_SIZE(digraphs); i++)
		if (!memcmp(start, digraphs[i], 2))
			return false;
	for (size_t i = 0; left > 1 && i < ARRAY_SIZE(twos); i++)
		if (!memcmp(start, twos[i], 2)) {
			lx->at += 2;
			return add(lx, TOKEN_SIGN, start, 2,
				i == 3 ? SIGN_CHANGE : TWO(*start));
		}
	lx->at++;
	if (*start == '#' && lx->fresh) {
		lx->directive = true;
		return add(lx, TOKEN_HASH, start, 1, '#');
	}
	return add(lx, TOKEN_SIGN, start, 1, *start);
}

/* The name of a header is one token, whatever is in it. */
static bool add_header(struct lexer *lx)
{
	const char *start = lx->at;
	const char *line = memchr(start, '\n', lx->end - start);
	const char *close = memchr(start, '>', (line ? line : lx->end) - start);

	if (!close)
		return false;
	lx->at = close + 1;
	return add(lx, TOKEN_STRING, start, lx->at - start, 0);
}

static bool in_include(const struct lexer *lx)
{
	const struct tokens *t = lx->tokens;
	const struct word *w;

	if (!lx->directive || t->n < 2 || t->v[t->n - 2].kind != TOKEN_HASH)
		return false;
	w = lx->words->v + t->v[t->n - 1].word;
	return w->len >= 7 && !memcmp(w->text, "include", 7);
}

static bool end_line(struct lexer *lx)
{
	bool good;

	lx->space = false; /* blanks at the end say nothing */
	good = !lx->directive || add(lx, TOKEN_END, NULL, 0, 0);
	lx->directive = false;
	lx->fresh = lx->space = true;
	return good;
}

static bool step(struct lexer *lx)
{
	char c = *lx->at;

	if (c == '\n') {
		if (!end_line(lx))
			return false;
		lx->at++;
		lx->line++;
		return true;
	}
	if (c == ' ' || c == '\t' || c == '\f' || is_splice(lx)) {
		lx->space = true;
		if (c == '\\') {
			lx->at++;
			lx->line++;
		}
		lx->at++;
		return true;
	}
	if (c == '/' && lx->at + 1 < lx->end && (lx->at[1] == '/' || lx->at[1] == '*'))
		return skip_comment(lx);
	if (c == '"' || c == '\'')
		return add_literal(lx);
	if (c == '<' && in_include(lx))
		return add_header(lx);
	if (is_letter(c))
		return add_run(lx, TOKEN_NAME);
	if (is_digit(c) || (c == '.' && lx->at + 1 < lx->end && is_digit(lx->at[1])))
		return add_run(lx, TOKEN_NUMBER);
	return add_sign(lx);
}

bool lex(struct words *words, const char *text, size_t len, struct tokens *tokens)
{
	struct lexer lx = {.words = words,
		.tokens = tokens,
		.at = text,
		.end = text + len,
		.line = 1,
		.space = true,
		.fresh = true};

	tokens->n = 0;
	tokens->odd = false;
	if (len > TEXT_MAX)
		return false;
	while (lx.at < lx.end)
		if (!step(&lx))
			return false;
	return end_line(&lx);
}

bool token_is(const struct words *words, const struct token *t, const char *text)
{
	return t->kind == TOKEN_NAME && word_is(words->v + t->word, text);
}

bool token_signs(const struct token *t, const char *signs)
{
	return t->kind == TOKEN_SIGN && strchr(signs, t->sign);
}

uint32_t token_marks(const struct words *words, const struct token *t)
{
	return t->kind == TOKEN_NAME ? words->v[t->word].marks : 0;
}

void tokens_release(struct tokens *tokens)
{
	free(tokens->v);
	*tokens = (struct tokens){0};
}
