// SPDX-License-Identifier: GPL-2.0-or-later
#include "usable.h"

#include <string.h>

#include "role.h"

#define LOCALS_MAX 32
#define TAGS_MAX 8

/* The declaration that is looked at. */
struct use {
	const struct usable *u;
	const struct chunk *k;
	const struct token *t;
	size_t n, at, body; /* at: the chunk's place; body: its {, or n */
	uint32_t locals[LOCALS_MAX], tags[TAGS_MAX];
	size_t n_locals, n_tags;
	bool members, opaque_types, macros; /* what it has */
};

static bool note(uint32_t *list, size_t *n, size_t max, uint32_t word)
{
	for (size_t i = 0; i < *n; i++)
		if (list[i] == word)
			return true;
	if (*n == max)
		return false;
	list[(*n)++] = word;
	return true;
}

static bool is_local(const struct use *use, uint32_t word)
{
	for (size_t i = 0; i < use->n_locals; i++)
		if (use->locals[i] == word)
			return true;
	return false;
}

static bool add_local(struct use *use, const struct token *t)
{
	return !(token_marks(use->u->words, t) & (MARK_MACRO | MARK_KEYWORD)) &&
	       note(use->locals, &use->n_locals, LOCALS_MAX, t->word);
}

/* (TYPE name, TYPE *name[], ...): no brackets in brackets. */
static bool take_params(struct use *use, size_t open, size_t close)
{
	const struct token *t = use->t;

	for (size_t i = open + 1; i < close; i++) {
		bool typed = t[i - 1].kind == TOKEN_NAME || token_signs(t + i - 1, "*");

		if (token_signs(t + i, "("))
			return false;
		if (t[i].kind != TOKEN_NAME || !typed ||
			role_is_struct(use->u->words, t + i - 1) ||
			token_is(use->u->words, t + i - 1, "enum") ||
			token_is(use->u->words, t + i - 1, "const") ||
			!token_signs(t + i + 1, ",)[") ||
			(token_marks(use->u->words, t + i) & MARK_TYPE))
			continue;
		if (!add_local(use, t + i))
			return false;
	}
	return true;
}

/* TYPE name = ... or TYPE name; at the start of a statement of the outermost block. */
static bool take_local(struct use *use, size_t i)
{
	const struct token *t = use->t;
	size_t j = i;

	if (t[i].kind != TOKEN_NAME || token_is(use->u->words, t + i, "return") ||
		token_is(use->u->words, t + i, "goto") ||
		token_is(use->u->words, t + i, "else"))
		return true;
	while (j < use->n && (t[j].kind == TOKEN_NAME || token_signs(t + j, "*")))
		j++;
	if (j < i + 2 || j == use->n || !token_signs(t + j, "=;") ||
		t[j - 1].kind != TOKEN_NAME)
		return true;
	return add_local(use, t + j - 1);
}

static bool take_member(struct use *use, size_t i)
{
	const struct token *t = use->t;

	use->members = true;
	return i > use->body + 1 && t[i - 1].sign == SIGN_ARROW &&
	       t[i - 2].kind == TOKEN_NAME && is_local(use, t[i - 2].word) &&
	       !role_is_access(t + i - 3) &&
	       !(token_marks(use->u->words, t + i) & MARK_MACRO) && use->n_tags == 1 &&
	       role_inside(use->u, use->at, use->tags[0], t[i].word);
}

static bool take_plain(const struct use *use, size_t i, bool head)
{
	static const char *const constants[] = {"NULL", "true", "false", NULL};

	if (head) /* an attribute */
		return (token_marks(use->u->words, use->t + i) & MARK_MACRO) &&
		       (role_used(use->u, use->at, use->t[i].word, ROLE_PLAIN, true) ||
			       role_used(
				       use->u, use->at, use->t[i].word, ROLE_TYPE, true));
	return role_is_any(use->u->words, use->t + i, constants) &&
	       role_used(use->u, use->at, use->t[i].word, ROLE_PLAIN, false);
}

static bool take_name(struct use *use, size_t i)
{
	uint32_t word = use->t[i].word;
	bool head = i < use->body;

	switch (role_of(use->u->words, use->t, use->n, i, head)) {
	case ROLE_TAG:
		return role_is_struct(use->u->words, use->t + i - 1) &&
		       note(use->tags, &use->n_tags, TAGS_MAX, word) &&
		       role_tag(use->u, use->at, word);
	case ROLE_MEMBER:
		return take_member(use, i);
	case ROLE_CALL:
		use->macros |=
			!head && (token_marks(use->u->words, use->t + i) & MARK_MACRO);
		return head ? (token_marks(use->u->words, use->t + i) & MARK_ATTR) &&
				       role_used(use->u, use->at, word, ROLE_CALL, true)
			    : !is_local(use, word) &&
				       role_used(use->u, use->at, word, ROLE_CALL, false);
	case ROLE_TYPE:
		use->opaque_types |=
			!(token_marks(use->u->words, use->t + i) & MARK_SCALAR);
		return role_used(use->u, use->at, word, ROLE_TYPE, true);
	default:
		return (is_local(use, word) && !head) || take_plain(use, i, head);
	}
}

/* Without the inside of its structs: pointers that are handed on. */
static bool is_shallow(const struct use *use)
{
	static const char *const deep[] = {"sizeof", "typeof", "__typeof__", "_Alignof",
		"__alignof__", "for", "switch", NULL};
	const struct token *t = use->t;

	for (size_t i = 0; i < use->n; i++) {
		bool typed = i >= 2 && role_is_struct(use->u->words, t + i - 2);

		if (token_signs(t + i, "[") || role_is_any(use->u->words, t + i, deep))
			return false;
		if (typed && use->k->kind == CHUNK_FUNCTION && !token_signs(t + i, "*"))
			return false;
		if (i > use->body && t[i].kind == TOKEN_SIGN &&
			(strchr("+-.", t[i].sign) || t[i].sign == SIGN_ARROW ||
				t[i].sign == SIGN_CHANGE || (t[i].sign == '*' && !typed)))
			return false;
	}
	return !use->macros;
}

static bool take_all(struct use *use)
{
	size_t depth = 0, params = use->k->name_at + 1;
	const struct token *t = use->t;
	size_t close =
		use->k->kind == CHUNK_VARIABLE ? 0 : token_behind(t, use->n, params) - 1;

	if (close && !take_params(use, params, close))
		return false;
	for (size_t i = 0; i < use->n; i++) {
		bool param = i > params && i < close && is_local(use, t[i].word);

		if (token_signs(t + i, "}"))
			depth--;
		if (depth == 1 && token_signs(t + i - 1, "{;}") && !take_local(use, i))
			return false;
		if (token_signs(t + i, "{"))
			depth++;
		if (t[i].kind != TOKEN_NAME || i == use->k->name_at)
			continue;
		if (token_marks(use->u->words, t + i) & MARK_KEYWORD) {
			if ((token_marks(use->u->words, t + i) & MARK_MACRO) &&
				!token_is(use->u->words, t + i, "inline"))
				return false;
		} else if (token_is(use->u->words, t + i, "__always_inline") &&
			   i < use->body) {
			continue;
		} else if (!(param && role_of(use->u->words, t, use->n, i, true) ==
					      ROLE_PLAIN) &&
			   !take_name(use, i)) {
			return false;
		}
	}
	return true;
}

static void use_start(struct use *use, const struct usable *u, size_t chunk)
{
	const struct chunk *k = &u->chunks->v[chunk];

	*use = (struct use){.u = u, .k = k, .n = k->n, .at = chunk};
	use->t = u->chunks->tokens.v + k->first;
	use->body = role_body(use->t, k->n);
}

bool usable_new(const struct usable *u, size_t chunk)
{
	struct use use;

	use_start(&use, u, chunk);
	if (!take_all(&use))
		return false;
	if (!use.n_tags && !use.opaque_types && !use.members)
		return true;
	if (use.members)
		return use.n_tags == 1 && !use.opaque_types;
	/* by value: what may be done with it is not the same everywhere */
	return !(use.opaque_types && use.k->kind == CHUNK_FUNCTION) && is_shallow(&use);
}

bool usable_without(const struct usable *u, size_t chunk)
{
	struct use use;

	use_start(&use, u, chunk);
	for (size_t i = 1; i < use.n; i++)
		if (role_is_struct(u->words, use.t + i - 1) &&
			!role_tag(u, chunk, use.t[i].word))
			return false;
	return true;
}
