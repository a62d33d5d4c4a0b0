// SPDX-License-Identifier: GPL-2.0-or-later
#include "chunk.h"

#include <string.h>

#include "declaration.h"

#define DEPTH_MAX 64
#define NONE UINT32_MAX

/* An #if that is open: where in braces it began. */
struct open_if {
	uint32_t branch, braces, brackets;
	bool inside;
};

struct chunker {
	struct words *words;
	struct chunks *out;
	uint32_t braces, brackets; /* open ones; brackets: ( and [ */
	uint32_t start;            /* of the piece; NONE: between two */
	bool torn;                 /* a directive stands in what the piece is part of */
	uint32_t inside;           /* torn: the function that it is, or 0 */
	bool groups, value, body;  /* saw (...), =, the { of a function */
	struct open_if ifs[DEPTH_MAX];
	uint32_t n_ifs;
	uint32_t branch;
};

size_t token_behind(const struct token *t, size_t n, size_t i)
{
	size_t depth = 0;

	for (; i < n; i++) {
		if (t[i].kind != TOKEN_SIGN)
			continue;
		if (token_signs(t + i, "([{"))
			depth++;
		else if (strchr(")]}", t[i].sign) && !--depth)
			return i + 1;
	}
	return n;
}

static struct chunk *add(
	struct chunker *c, enum chunk_kind kind, size_t first, size_t end)
{
	struct chunks *out = c->out;

	if (out->n == out->room) {
		size_t room = out->room ? out->room * 2 : 256;
		struct chunk *v = realloc(out->v, room * sizeof(*v));

		if (!v)
			return NULL;
		out->v = v;
		out->room = room;
	}
	out->v[out->n] = (struct chunk){
		.kind = kind, .first = first, .n = end - first, .cond = c->branch};
	return &out->v[out->n++];
}

static bool end_piece(struct chunker *c, size_t end, bool whole)
{
	struct chunk *k = add(c, CHUNK_OTHER, c->start, end);
	const struct token *t = c->out->tokens.v + c->start;

	if (!k)
		return false;
	if (whole && !c->torn)
		declaration_read(c->words, t, k);
	if (!whole && !c->torn && c->braces)
		c->inside = declaration_function(c->words, t, k->n);
	if (c->inside) {
		k->kind = CHUNK_PIECE;
		k->name = c->inside;
	}
	c->start = NONE;
	c->torn = !whole;
	return true;
}

/* True if the piece is over behind this token. */
static bool count_sign(struct chunker *c, size_t i)
{
	const struct token *t = c->out->tokens.v + i;
	const struct words *words = c->words;

	if (!c->braces && !c->brackets)
		c->value |= token_signs(t, "=");
	switch (t->sign) {
	case '(':
	case '[':
		c->groups |= !c->braces && t->sign == '(';
		c->brackets++;
		break;
	case ')':
	case ']':
		c->out->odd |= !c->brackets;
		c->brackets -= c->brackets > 0;
		break;
	case '{':
		if (!c->braces++)
			c->body = c->groups && !c->value && i > c->start &&
				  (token_signs(t - 1, ")") ||
					  (t[-1].kind == TOKEN_NAME &&
						  !(token_marks(words, t - 1) &
							  MARK_KEYWORD) &&
						  !(token_marks(words, t - 2) &
							  MARK_KEYWORD)));
		c->out->odd |= c->brackets && c->braces == 1;
		break;
	case '}':
		c->out->odd |= !c->braces;
		c->braces -= c->braces > 0;
		return !c->braces && !c->brackets && c->body;
	case ';':
		return !c->braces && !c->brackets;
	default:
		break;
	}
	return false;
}

static bool take_code(struct chunker *c, size_t i)
{
	if (c->start == NONE) {
		c->start = i;
		if (!c->torn)
			c->groups = c->value = c->body = false;
	}
	if (c->out->tokens.v[i].kind != TOKEN_SIGN || !count_sign(c, i))
		return true;
	if (!end_piece(c, i + 1, !c->torn))
		return false;
	c->torn = c->groups = c->value = c->body = false;
	c->inside = 0;
	return true;
}

static bool add_branch(struct chunker *c, uint32_t parent, uint32_t before)
{
	struct chunks *out = c->out;

	if (out->n_branches == out->room_branches) {
		size_t room = out->room_branches ? out->room_branches * 2 : 64;
		struct branch *v = realloc(out->branches, room * sizeof(*v));

		if (!v)
			return false;
		out->branches = v;
		out->room_branches = room;
	}
	out->branches[out->n_branches] =
		(struct branch){.parent = parent, .before = before, .chunk = out->n - 1};
	c->branch = out->n_branches++;
	return true;
}

/* Each branch must leave braces as it found them, and begin and end in the same kind of
 * place. */
static bool take_if(struct chunker *c, const struct token *t)
{
	struct open_if *open = c->n_ifs ? &c->ifs[c->n_ifs - 1] : NULL;
	const struct branch *b = open ? &c->out->branches[open->branch] : NULL;

	if (token_is(c->words, t, "if") || token_is(c->words, t, "ifdef") ||
		token_is(c->words, t, "ifndef")) {
		if (c->n_ifs == DEPTH_MAX || !add_branch(c, c->branch, 0))
			return false;
		c->ifs[c->n_ifs++] =
			(struct open_if){c->branch, c->braces, c->brackets, c->torn};
		return true;
	}
	if (!open)
		return false;
	c->out->odd |= open->braces != c->braces || open->brackets != c->brackets ||
		       open->inside != c->torn;
	if (token_is(c->words, t, "endif")) {
		c->branch = b->parent;
		c->n_ifs--;
		return true;
	}
	if (!add_branch(c, b->parent, open->branch))
		return false;
	open->branch = c->branch;
	return true;
}

static bool take_directive(struct chunker *c, size_t i, size_t end)
{
	static const char *const ifs[] = {
		"if", "ifdef", "ifndef", "elif", "else", "endif"};
	const struct token *t = c->out->tokens.v + i + 1;
	struct chunk *k;

	if (c->start != NONE && !end_piece(c, i, false))
		return false;
	k = add(c, CHUNK_DIRECTIVE, i, end);
	if (!k)
		return false;
	if (end - i == 2) /* a # alone */
		return true;
	for (size_t j = 0; j < ARRAY_SIZE(ifs); j++)
		if (token_is(c->words, t, ifs[j])) {
			k->kind = CHUNK_IF;
			return take_if(c, t);
		}
	if (token_is(c->words, t, "include") && end - i == 4 && t[1].kind == TOKEN_STRING)
		k->kind = CHUNK_INCLUDE;
	if (end - i < 4 || t[1].kind != TOKEN_NAME)
		return true;
	if (token_is(c->words, t, "define") || token_is(c->words, t, "undef")) {
		k->kind = token_is(c->words, t, "define") ? CHUNK_DEFINE : CHUNK_UNDEF;
		k->name = t[1].word;
		k->name_at = 2;
	}
	return true;
}

static bool cut(struct chunker *c)
{
	const struct tokens *t = &c->out->tokens;
	size_t i = 0, end;

	if (!add_branch(c, 0, 0))
		return false;
	while (i < t->n) {
		if (t->v[i].kind != TOKEN_HASH) {
			if (!take_code(c, i++))
				return false;
			continue;
		}
		for (end = i; t->v[end].kind != TOKEN_END; end++)
			;
		if (!take_directive(c, i, end + 1))
			return false;
		i = end + 1;
	}
	c->out->odd |= t->odd || c->braces || c->brackets || c->start != NONE ||
		       c->torn || c->n_ifs;
	return c->start == NONE || end_piece(c, i, false);
}

bool chunks_read(struct words *words, const char *text, size_t len, struct chunks *ret)
{
	struct chunker c = {.words = words, .out = ret, .start = NONE};

	ret->n = ret->n_branches = 0;
	ret->odd = false;
	if (!lex(words, text, len, &ret->tokens) || !cut(&c))
		return false;
	for (size_t i = 0; ret->odd && i < ret->n; i++)
		if (ret->v[i].kind >= CHUNK_FUNCTION) {
			ret->v[i].kind = CHUNK_OTHER;
			ret->v[i].name = 0;
		}
	return !words->failed;
}

bool chunk_same(const struct chunks *a, const struct chunk *x, const struct chunks *b,
	const struct chunk *y)
{
	const struct token *s = a->tokens.v + x->first, *t = b->tokens.v + y->first;

	if (x->kind != y->kind || x->n != y->n)
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (s[i].word != t[i].word || s[i].kind != t[i].kind ||
			(i && s[i].space != t[i].space))
			return false;
	return true;
}

void chunks_release(struct chunks *chunks)
{
	tokens_release(&chunks->tokens);
	free(chunks->v);
	free(chunks->branches);
	*chunks = (struct chunks){0};
}
