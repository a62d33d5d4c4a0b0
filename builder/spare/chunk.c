// SPDX-License-Identifier: GPL-2.0-or-later
#include "chunk.h"

#include <string.h>

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

static bool is_word(const struct words *words, const struct token *t, const char *text)
{
	const struct word *w = words->v + t->word;

	return t->kind == TOKEN_NAME && w->len == strlen(text) &&
	       !memcmp(w->text, text, w->len);
}

static bool is_sign(const struct token *t, char sign)
{
	return t->kind == TOKEN_SIGN && t->sign == sign;
}

static bool has_mark(const struct words *words, const struct token *t, uint32_t mark)
{
	return t->kind == TOKEN_NAME && (words->v[t->word].marks & mark);
}

size_t token_behind(const struct token *t, size_t n, size_t i)
{
	size_t depth = 0;

	for (; i < n; i++) {
		if (t[i].kind != TOKEN_SIGN)
			continue;
		if (strchr("([{", t[i].sign))
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

/* What no plain declaration has, or has to come out although nobody names it. */
static bool is_refused(const struct words *words, const struct token *t)
{
	static const char *const refused[] = {"typedef", "asm", "__attribute__", "__used",
		"__used__", "__visible", "__externally_visible"};

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		if (is_word(words, t, refused[i]))
			return true;
	return false;
}

/* Attributes, up to the token that must end the head. */
static bool is_tail(const struct words *words, const struct token *t, size_t n, size_t i)
{
	while (i < n) {
		if (t[i].kind != TOKEN_NAME || has_mark(words, t + i, MARK_KEYWORD) ||
			is_refused(words, t + i))
			return false;
		i = has_mark(words, t + i, MARK_ATTR) && i + 1 < n &&
				    is_sign(t + i + 1, '(')
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

	while (i < n && (t[i].kind == TOKEN_NAME || is_sign(t + i, '*'))) {
		uint32_t marks = t[i].kind == TOKEN_NAME ? words->v[t[i].word].marks : 0;

		if ((marks & MARK_ATTR) && i + 1 < n && is_sign(t + i + 1, '(')) {
			i = token_behind(t, n, i + 1);
			continue;
		}
		if (is_refused(words, t + i))
			return false;
		h.is_static |= is_word(words, t + i, "static");
		h.is_extern |= is_word(words, t + i, "extern");
		h.is_inline |= is_word(words, t + i, "inline") ||
			       is_word(words, t + i, "__always_inline");
		h.types += (marks & MARK_TYPE) ||
			   (t[i].kind == TOKEN_NAME && !(marks & MARK_KEYWORD));
		i++;
	}
	if (!i || i >= n || t[i - 1].kind != TOKEN_NAME || h.types < 2 ||
		has_mark(words, t + i - 1, MARK_KEYWORD))
		return false;
	h.name = i - 1;
	h.end = i;
	*ret = h;
	return true;
}

/* "x[3][4]" */
static size_t skip_sizes(const struct token *t, size_t n, size_t i)
{
	while (i < n && is_sign(t + i, '['))
		i = token_behind(t, n, i);
	return i;
}

static void recognize(const struct words *words, const struct token *t, struct chunk *k)
{
	size_t n = k->n, open;
	struct head h;

	if (n == 3 && (is_word(words, t, "struct") || is_word(words, t, "union")) &&
		t[1].kind == TOKEN_NAME && is_sign(t + 2, ';')) {
		k->kind = CHUNK_FORWARD;
		k->name = t[1].word;
		k->name_at = 1;
		return;
	}
	if (!read_head(words, t, n, &h))
		return;
	if (is_sign(t + h.end, '(')) {
		size_t behind = token_behind(t, n, h.end);

		for (open = behind; open < n && !is_sign(t + open, '{'); open++)
			;
		if (is_sign(t + n - 1, '}') && open < n && h.is_static && h.is_inline &&
			!h.is_extern && is_tail(words, t, open, behind) &&
			token_behind(t, n, open) == n)
			k->kind = CHUNK_FUNCTION;
		else if (open == n && !h.is_static && !h.is_inline &&
			 is_sign(t + n - 1, ';') && is_tail(words, t, n - 1, behind))
			k->kind = CHUNK_PROTOTYPE;
	} else if (h.is_extern && !h.is_static && !h.is_inline &&
		   skip_sizes(t, n, h.end) == n - 1 && is_sign(t + n - 1, ';') &&
		   words->v[t[h.name].word].text[0] != '_') {
		k->kind = CHUNK_VARIABLE;
	}
	if (k->kind != CHUNK_OTHER) {
		k->name = t[h.name].word;
		k->name_at = h.name;
	}
}

/* The name of a function whose head and { stand in this piece, and a part of its body. */
static uint32_t function_of(const struct words *words, const struct token *t, size_t n)
{
	struct head h;
	size_t behind, open;

	if (!read_head(words, t, n, &h) || !is_sign(t + h.end, '(') || !h.is_static ||
		!h.is_inline || h.is_extern)
		return 0;
	behind = token_behind(t, n, h.end);
	for (open = behind; open < n && !is_sign(t + open, '{'); open++)
		;
	return open < n && is_tail(words, t, open, behind) ? t[h.name].word : 0;
}

static bool end_piece(struct chunker *c, size_t end, bool whole)
{
	struct chunk *k = add(c, CHUNK_OTHER, c->start, end);
	const struct token *t = c->out->tokens.v + c->start;

	if (!k)
		return false;
	if (whole && !c->torn)
		recognize(c->words, t, k);
	if (!whole && !c->torn && c->braces)
		c->inside = function_of(c->words, t, k->n);
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
		c->value |= is_sign(t, '=');
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
				  (is_sign(t - 1, ')') ||
					  (t[-1].kind == TOKEN_NAME &&
						  !has_mark(words, t - 1, MARK_KEYWORD) &&
						  !has_mark(words, t - 2, MARK_KEYWORD)));
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

	if (is_word(c->words, t, "if") || is_word(c->words, t, "ifdef") ||
		is_word(c->words, t, "ifndef")) {
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
	if (is_word(c->words, t, "endif")) {
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
		if (is_word(c->words, t, ifs[j])) {
			k->kind = CHUNK_IF;
			return take_if(c, t);
		}
	if (is_word(c->words, t, "include") && end - i == 4 && t[1].kind == TOKEN_STRING)
		k->kind = CHUNK_INCLUDE;
	if (end - i < 4 || t[1].kind != TOKEN_NAME)
		return true;
	if (is_word(c->words, t, "define") || is_word(c->words, t, "undef")) {
		k->kind = is_word(c->words, t, "define") ? CHUNK_DEFINE : CHUNK_UNDEF;
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
