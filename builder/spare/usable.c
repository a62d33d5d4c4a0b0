// SPDX-License-Identifier: GPL-2.0-or-later
#include "usable.h"

#include <string.h>

#define LOCALS_MAX 32
#define TAGS_MAX 8

enum role {
	ROLE_TAG,    /* struct x */
	ROLE_MEMBER, /* ->x */
	ROLE_CALL,   /* x( */
	ROLE_TYPE,   /* where only a type can stand */
	ROLE_PLAIN,
};

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

static bool sign_in(const struct token *t, const char *signs)
{
	return t->kind == TOKEN_SIGN && strchr(signs, t->sign);
}

static uint32_t marks(const struct usable *u, const struct token *t)
{
	return t->kind == TOKEN_NAME ? u->words->v[t->word].marks : 0;
}

static bool is(const struct usable *u, const struct token *t, const char *text)
{
	const struct word *w = u->words->v + t->word;

	return t->kind == TOKEN_NAME && w->len == strlen(text) &&
	       !memcmp(w->text, text, w->len);
}

static bool is_any(const struct usable *u, const struct token *t, const char *const *list)
{
	for (; *list; list++)
		if (is(u, t, *list))
			return true;
	return false;
}

static bool is_struct(const struct usable *u, const struct token *t)
{
	return is(u, t, "struct") || is(u, t, "union");
}

static size_t body_of(const struct token *t, size_t n)
{
	size_t i = 0;

	while (i < n && !sign_in(t + i, "{"))
		i++;
	return i;
}

/* Of a name that is no keyword; head: no expression can stand there. */
static enum role role_of(
	const struct usable *u, const struct token *t, size_t n, size_t i, bool head)
{
	static const char *const before[] = {"const", "volatile", "extern", "static",
		"inline", "__always_inline", NULL};
	const struct token *last = i ? t + i - 1 : NULL,
			   *next = i + 1 < n ? t + i + 1 : NULL;

	if (last && (is_struct(u, last) || is(u, last, "enum")))
		return ROLE_TAG;
	if (last && last->kind == TOKEN_SIGN &&
		(last->sign == SIGN_ARROW || last->sign == '.'))
		return ROLE_MEMBER;
	if (next && sign_in(next, "("))
		return ROLE_CALL;
	if ((!last || sign_in(last, "(,;{}") || is_any(u, last, before)) && next &&
		((next->kind == TOKEN_NAME && !(marks(u, next) & MARK_KEYWORD)) ||
			sign_in(next, "*") || (head && sign_in(next, ",)"))))
		return ROLE_TYPE;
	return ROLE_PLAIN;
}

static bool is_around(const struct chunks *c, uint32_t outer, uint32_t inner)
{
	while (inner != outer && inner)
		inner = c->branches[inner].parent;
	return inner == outer;
}

/* Everybody who reads k has read e before. */
static bool is_before(const struct use *use, size_t e)
{
	const struct chunks *c = use->u->chunks;

	return is_around(c, c->v[e].cond, use->k->cond);
}

/* Nothing between the two can give a macro another meaning. */
static bool stays(const struct use *use, size_t e, uint32_t word)
{
	const struct chunks *c = use->u->chunks;

	if (!(use->u->words->v[word].marks & MARK_MACRO))
		return true;
	for (; e < use->at; e++) {
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
	size_t body = body_of(t, e->n), n = head ? body : e->n, i = head ? 0 : body;

	while (i < n) {
		if (t[i].kind == TOKEN_NAME && t[i].word == word && i != e->name_at &&
			role_of(u, t, e->n, i, i < body) == role)
			return true;
		if (role == ROLE_TYPE && (marks(u, t + i) & MARK_ATTR) && i + 1 < n)
			i = token_behind(t, n, i + 1);
		else
			i++;
	}
	return false;
}

static bool used_before(const struct use *use, uint32_t word, enum role role, bool head)
{
	const struct chunks *c = use->u->chunks;

	for (size_t e = 0; e < use->at; e++) {
		const struct chunk *k = &c->v[e];

		if (use->u->changed[e] || !is_declaration(k) || !is_before(use, e) ||
			!stays(use, e, word))
			continue;
		if (role == ROLE_CALL && !head && k->name == word &&
			k->kind != CHUNK_VARIABLE)
			return true;
		if (has_role(use->u, k, word, role, head))
			return true;
	}
	return false;
}

/* "struct x" outside of any brackets: x is known at file scope from there on. */
static bool names_tag(const struct usable *u, const struct chunk *k, uint32_t word)
{
	const struct token *t = u->chunks->tokens.v + k->first;

	for (size_t i = 0; i + 1 < k->n; i++) {
		if (sign_in(t + i, "("))
			i = token_behind(t, k->n, i) - 1;
		else if (is_struct(u, t + i) && t[i + 1].word == word)
			return true;
	}
	return false;
}

static bool tag_known(const struct use *use, uint32_t word)
{
	const struct chunks *c = use->u->chunks;

	for (size_t e = 0; e < use->at; e++) {
		const struct chunk *k = &c->v[e];
		bool forward = k->kind == CHUNK_FORWARD && k->name == word;

		if ((use->u->changed[e] && !forward) || !is_before(use, e))
			continue;
		if (forward || (k->kind == CHUNK_OTHER && names_tag(use->u, k, word)) ||
			(is_declaration(k) &&
				(has_role(use->u, k, word, ROLE_TAG, true) ||
					has_role(use->u, k, word, ROLE_TAG, false))))
			return true;
	}
	return false;
}

/* A prototype names a struct that it takes a pointer to: the compiler only warns if it
 * does not know it, and does so for its neighbour that stays, too. */
static bool neighbour_has_tag(const struct use *use, uint32_t word)
{
	const struct chunks *c = use->u->chunks;

	for (size_t e = use->at + 1; e < c->n && is_declaration(&c->v[e]); e++)
		if (!use->u->changed[e] && c->v[e].kind == CHUNK_PROTOTYPE &&
			has_role(use->u, &c->v[e], word, ROLE_TAG, true))
			return use->k->kind == CHUNK_PROTOTYPE;
	return false;
}

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
	return !(marks(use->u, t) & (MARK_MACRO | MARK_KEYWORD)) &&
	       note(use->locals, &use->n_locals, LOCALS_MAX, t->word);
}

/* (TYPE name, TYPE *name[], ...): no brackets in brackets. */
static bool take_params(struct use *use, size_t open, size_t close)
{
	const struct token *t = use->t;

	for (size_t i = open + 1; i < close; i++) {
		bool typed = t[i - 1].kind == TOKEN_NAME || sign_in(t + i - 1, "*");

		if (sign_in(t + i, "("))
			return false;
		if (t[i].kind != TOKEN_NAME || !typed || is_struct(use->u, t + i - 1) ||
			is(use->u, t + i - 1, "enum") || is(use->u, t + i - 1, "const") ||
			!sign_in(t + i + 1, ",)[") || (marks(use->u, t + i) & MARK_TYPE))
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

	if (t[i].kind != TOKEN_NAME || is(use->u, t + i, "return") ||
		is(use->u, t + i, "goto") || is(use->u, t + i, "else"))
		return true;
	while (j < use->n && (t[j].kind == TOKEN_NAME || sign_in(t + j, "*")))
		j++;
	if (j < i + 2 || j == use->n || !sign_in(t + j, "=;") ||
		t[j - 1].kind != TOKEN_NAME)
		return true;
	return add_local(use, t + j - 1);
}

/* A function before this one looked into the same struct and found the member. */
static bool member_seen(const struct use *use, uint32_t member)
{
	const struct usable *u = use->u;

	for (size_t e = 0; e < use->at; e++) {
		const struct chunk *k = &u->chunks->v[e];
		const struct token *t = u->chunks->tokens.v + k->first;
		bool seen = false, alone = true;

		if (u->changed[e] || k->kind != CHUNK_FUNCTION || !is_before(use, e))
			continue;
		for (size_t i = 1; i + 1 < k->n && alone; i++) {
			enum role role;

			if (t[i].kind != TOKEN_NAME || (marks(u, t + i) & MARK_KEYWORD))
				continue;
			role = role_of(u, t, k->n, i, i < body_of(t, k->n));
			if (role == ROLE_TAG)
				alone = t[i].word == use->tags[0];
			else if (role == ROLE_TYPE)
				alone = marks(u, t + i) & MARK_SCALAR;
			else if (role == ROLE_MEMBER && t[i].word == member)
				seen |= t[i - 2].kind == TOKEN_NAME && i > 3 &&
					!(marks(u, t + i - 2) & MARK_MACRO) &&
					t[i - 1].sign == SIGN_ARROW &&
					!(t[i - 3].kind == TOKEN_SIGN &&
						(t[i - 3].sign == SIGN_ARROW ||
							t[i - 3].sign == '.'));
		}
		if (seen && alone)
			return true;
	}
	return false;
}

static bool take_member(struct use *use, size_t i)
{
	const struct token *t = use->t;

	use->members = true;
	return i > use->body + 1 && t[i - 1].sign == SIGN_ARROW &&
	       t[i - 2].kind == TOKEN_NAME && is_local(use, t[i - 2].word) &&
	       !(t[i - 3].kind == TOKEN_SIGN &&
		       (t[i - 3].sign == SIGN_ARROW || t[i - 3].sign == '.')) &&
	       !(marks(use->u, t + i) & MARK_MACRO) && use->n_tags == 1 &&
	       member_seen(use, t[i].word);
}

static bool take_plain(const struct use *use, size_t i, bool head)
{
	static const char *const constants[] = {"NULL", "true", "false", NULL};

	if (head) /* an attribute */
		return (marks(use->u, use->t + i) & MARK_MACRO) &&
		       (used_before(use, use->t[i].word, ROLE_PLAIN, true) ||
			       used_before(use, use->t[i].word, ROLE_TYPE, true));
	return is_any(use->u, use->t + i, constants) &&
	       used_before(use, use->t[i].word, ROLE_PLAIN, false);
}

static bool take_name(struct use *use, size_t i)
{
	uint32_t word = use->t[i].word;
	bool head = i < use->body;

	switch (role_of(use->u, use->t, use->n, i, head)) {
	case ROLE_TAG:
		return is_struct(use->u, use->t + i - 1) &&
		       note(use->tags, &use->n_tags, TAGS_MAX, word) &&
		       (tag_known(use, word) || neighbour_has_tag(use, word));
	case ROLE_MEMBER:
		return take_member(use, i);
	case ROLE_CALL:
		use->macros |= !head && (marks(use->u, use->t + i) & MARK_MACRO);
		return head ? (marks(use->u, use->t + i) & MARK_ATTR) &&
				       used_before(use, word, ROLE_CALL, true)
			    : !is_local(use, word) &&
				       used_before(use, word, ROLE_CALL, false);
	case ROLE_TYPE:
		use->opaque_types |= !(marks(use->u, use->t + i) & MARK_SCALAR);
		return used_before(use, word, ROLE_TYPE, true);
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
		bool typed = i >= 2 && is_struct(use->u, t + i - 2);

		if (sign_in(t + i, "[") || is_any(use->u, t + i, deep))
			return false;
		if (typed && use->k->kind == CHUNK_FUNCTION && !sign_in(t + i, "*"))
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

		if (sign_in(t + i, "}"))
			depth--;
		if (depth == 1 && sign_in(t + i - 1, "{;}") && !take_local(use, i))
			return false;
		if (sign_in(t + i, "{"))
			depth++;
		if (t[i].kind != TOKEN_NAME || i == use->k->name_at)
			continue;
		if (marks(use->u, t + i) & MARK_KEYWORD) {
			if ((marks(use->u, t + i) & MARK_MACRO) &&
				!is(use->u, t + i, "inline"))
				return false;
		} else if (is(use->u, t + i, "__always_inline") && i < use->body) {
			continue;
		} else if (!(param &&
				   role_of(use->u, t, use->n, i, true) == ROLE_PLAIN) &&
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
	use->body = body_of(use->t, k->n);
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
	return is_shallow(&use);
}

bool usable_without(const struct usable *u, size_t chunk)
{
	struct use use;

	use_start(&use, u, chunk);
	for (size_t i = 1; i < use.n; i++)
		if (is_struct(u, use.t + i - 1) && !tag_known(&use, use.t[i].word))
			return false;
	return true;
}
