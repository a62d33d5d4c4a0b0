// SPDX-License-Identifier: GPL-2.0-or-later
#include "role.h"

bool role_is_any(
	const struct words *words, const struct token *t, const char *const *list)
{
	for (; *list; list++)
		if (token_is(words, t, *list))
			return true;
	return false;
}

bool role_is_struct(const struct words *words, const struct token *t)
{
	return token_is(words, t, "struct") || token_is(words, t, "union");
}

bool role_is_access(const struct token *t)
{
	return t->kind == TOKEN_SIGN && (t->sign == SIGN_ARROW || t->sign == '.');
}

size_t role_body(const struct token *t, size_t n)
{
	size_t i = 0;

	while (i < n && !token_signs(t + i, "{"))
		i++;
	return i;
}

enum role role_of(
	const struct words *words, const struct token *t, size_t n, size_t i, bool head)
{
	static const char *const before[] = {"const", "volatile", "extern", "static",
		"inline", "__always_inline", NULL};
	const struct token *last = i ? t + i - 1 : NULL,
			   *next = i + 1 < n ? t + i + 1 : NULL;

	if (last && (role_is_struct(words, last) || token_is(words, last, "enum")))
		return ROLE_TAG;
	if (last && role_is_access(last))
		return ROLE_MEMBER;
	if (next && token_signs(next, "("))
		return ROLE_CALL;
	if ((!last || token_signs(last, "(,;{}") || role_is_any(words, last, before)) &&
		next &&
		((next->kind == TOKEN_NAME &&
			 !(token_marks(words, next) & MARK_KEYWORD)) ||
			token_signs(next, "*") || (head && token_signs(next, ",)"))))
		return ROLE_TYPE;
	return ROLE_PLAIN;
}

static bool is_around(const struct chunks *c, uint32_t outer, uint32_t inner)
{
	while (inner != outer && inner)
		inner = c->branches[inner].parent;
	return inner == outer;
}

/* Everybody who reads the one has read e before. */
static bool is_before(const struct usable *u, size_t at, size_t e)
{
	const struct chunks *c = u->chunks;

	return is_around(c, c->v[e].cond, c->v[at].cond);
}

/* Nothing between the two can give a macro another meaning. */
static bool stays(const struct usable *u, size_t at, size_t e, uint32_t word)
{
	const struct chunks *c = u->chunks;

	if (!(u->words->v[word].marks & MARK_MACRO))
		return true;
	for (; e < at; e++) {
		const struct chunk *k = &c->v[e];

		if (k->kind == CHUNK_INCLUDE || k->kind == CHUNK_DIRECTIVE ||
			((k->kind == CHUNK_DEFINE || k->kind == CHUNK_UNDEF) &&
				k->name == word))
			return false;
	}
	return true;
}

static bool is_declaration(const struct chunk *k)
{
	return k->kind == CHUNK_FUNCTION || k->kind == CHUNK_PROTOTYPE ||
	       k->kind == CHUNK_VARIABLE;
}

/* An earlier declaration has the word in this role. What an attribute's brackets hold is
 * no type. */
static bool has_role(const struct usable *u, const struct chunk *e, uint32_t word,
	enum role role, bool head)
{
	const struct token *t = u->chunks->tokens.v + e->first;
	size_t body = role_body(t, e->n), n = head ? body : e->n, i = head ? 0 : body;

	while (i < n) {
		if (t[i].kind == TOKEN_NAME && t[i].word == word && i != e->name_at &&
			role_of(u->words, t, e->n, i, i < body) == role)
			return true;
		if (role == ROLE_TYPE && (token_marks(u->words, t + i) & MARK_ATTR) &&
			i + 1 < n)
			i = token_behind(t, n, i + 1);
		else
			i++;
	}
	return false;
}

bool role_used(
	const struct usable *u, size_t at, uint32_t word, enum role role, bool head)
{
	const struct chunks *c = u->chunks;

	for (size_t e = 0; e < at; e++) {
		const struct chunk *k = &c->v[e];

		if (u->changed[e] || !is_declaration(k) || !is_before(u, at, e) ||
			!stays(u, at, e, word))
			continue;
		if (role == ROLE_CALL && !head && k->name == word &&
			k->kind != CHUNK_VARIABLE)
			return true;
		if (has_role(u, k, word, role, head))
			return true;
	}
	return false;
}

/* "struct x" outside of any brackets: x is known at file scope from there on. */
static bool names_tag(const struct usable *u, const struct chunk *k, uint32_t word)
{
	const struct token *t = u->chunks->tokens.v + k->first;

	for (size_t i = 0; i + 1 < k->n; i++) {
		if (token_signs(t + i, "("))
			i = token_behind(t, k->n, i) - 1;
		else if (role_is_struct(u->words, t + i) && t[i + 1].word == word)
			return true;
	}
	return false;
}

/* A prototype names a struct that it takes a pointer to: the compiler only warns if it
 * does not know it, and does so for its neighbour that stays, too. */
static bool neighbour_has_tag(const struct usable *u, size_t at, uint32_t word)
{
	const struct chunks *c = u->chunks;

	for (size_t e = at + 1; e < c->n && is_declaration(&c->v[e]); e++)
		if (!u->changed[e] && c->v[e].kind == CHUNK_PROTOTYPE &&
			has_role(u, &c->v[e], word, ROLE_TAG, true))
			return true;
	return false;
}

/* "->member" of a plain name; member 0: any. */
static bool is_inside(
	const struct usable *u, const struct token *t, size_t i, uint32_t member)
{
	return i > 3 && (!member || t[i].word == member) && t[i - 2].kind == TOKEN_NAME &&
	       !(token_marks(u->words, t + i - 2) & MARK_MACRO) &&
	       t[i - 1].sign == SIGN_ARROW && !role_is_access(t + i - 3);
}

/* It knows no struct but this one, and looks into it. */
static bool looks_inside(
	const struct usable *u, const struct chunk *k, uint32_t tag, uint32_t member)
{
	const struct token *t = u->chunks->tokens.v + k->first;
	size_t body = role_body(t, k->n);
	bool seen = false;

	for (size_t i = 1; i + 1 < k->n; i++) {
		if (t[i].kind != TOKEN_NAME ||
			(token_marks(u->words, t + i) & MARK_KEYWORD))
			continue;
		switch (role_of(u->words, t, k->n, i, i < body)) {
		case ROLE_TAG:
			if (t[i].word != tag)
				return false;
			break;
		case ROLE_TYPE:
			if (!(token_marks(u->words, t + i) & MARK_SCALAR))
				return false;
			break;
		case ROLE_MEMBER:
			seen |= is_inside(u, t, i, member);
			break;
		default:
			break;
		}
	}
	return seen;
}

bool role_inside(const struct usable *u, size_t at, uint32_t tag, uint32_t member)
{
	for (size_t e = 0; e < at; e++)
		if (!u->changed[e] && u->chunks->v[e].kind == CHUNK_FUNCTION &&
			is_before(u, at, e) &&
			looks_inside(u, &u->chunks->v[e], tag, member))
			return true;
	return false;
}

/* It stands at file scope, whoever reads the header. */
static bool is_declared(const struct usable *u, size_t at, uint32_t word)
{
	const struct chunks *c = u->chunks;

	for (size_t e = 0; e < at; e++) {
		const struct chunk *k = &c->v[e];
		bool forward = k->kind == CHUNK_FORWARD && k->name == word;

		if ((u->changed[e] && !forward) || !is_before(u, at, e))
			continue;
		if (forward || ((k->kind == CHUNK_OTHER || is_declaration(k)) &&
				       names_tag(u, k, word)))
			return true;
	}
	return role_inside(u, at, word, 0);
}

/* What only takes a pointer to a struct that nobody declared is warned of, no more: and
 * so it was for an earlier one. A call would not fit. */
static bool is_taken(const struct usable *u, size_t at, uint32_t word)
{
	const struct chunks *c = u->chunks;

	for (size_t e = 0; e < at; e++)
		if (!u->changed[e] && is_declaration(&c->v[e]) && is_before(u, at, e) &&
			(has_role(u, &c->v[e], word, ROLE_TAG, true) ||
				has_role(u, &c->v[e], word, ROLE_TAG, false)))
			return true;
	return false;
}

bool role_tag(const struct usable *u, size_t at, uint32_t word)
{
	return is_declared(u, at, word) ||
	       (u->chunks->v[at].kind == CHUNK_PROTOTYPE &&
		       (is_taken(u, at, word) || neighbour_has_tag(u, at, word)));
}
