// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Why names are enough. Let the two texts differ in macros, in declarations and in static
 * inline functions only, and let a reader mention none of their names: not in its own
 * text, not in any header's text outside of macros, not by a macro that is used there.
 * Then the preprocessor gives the same tokens for both, but for the declarations and
 * functions themselves. Nobody names these, so the compiler throws them away: the object
 * is the same, if nothing in them comes out by itself, or numbers what comes behind it
 * (MARK_HAZARD), or is a name that the compiler uses of its own accord.
 *
 * Lines are the other thing a change moves. __LINE__ reaches an object through a macro
 * that is used in a function behind the change: such a function has another value, and
 * whoever names it is compiled. Anything else that says where it stands: opaque.
 */
#include "differ.h"

#include <string.h>

#include "usable.h"

/* Tokens of new declarations, times those of the header: how often one is looked at. */
#define LOOKS_MAX (64u << 20)

/* Functions that a compiler knows, and may call or treat in its own way. */
static const char *const builtin[] = {"abs", "labs", "llabs", "imaxabs", "ffs", "ffsl",
	"ffsll", "puts", "putchar", "fputs", "fputc", "fwrite", "abort", "exit", "_exit",
	"bcmp", "bcopy", "bzero", "index", "rindex", "alloca", "malloc", "calloc",
	"realloc", "free", "mcount", "main", "setjmp", "longjmp", "vfork", "fork",
	"isalnum", "isalpha", "isascii", "isblank", "iscntrl", "isdigit", "isgraph",
	"islower", "isprint", "ispunct", "isspace", "isupper", "isxdigit", "toascii",
	"tolower", "toupper", "execve", "aligned_alloc", "posix_memalign", NULL};
static const char *const builtin_starts[] = {"_", "mem", "str", "stp", "wcs", "exec",
	"printf", "scanf", "fprintf", "sprintf", "snprintf", "vprintf", "vsprintf",
	"vsnprintf", "fscanf", "sscanf", "vscanf", "vsscanf", "vfprintf", "dcgettext",
	"gettext", NULL};

static bool is_builtin(const struct word *w)
{
	for (size_t i = 0; builtin[i]; i++)
		if (word_is(w, builtin[i]))
			return true;
	for (size_t i = 0; builtin_starts[i]; i++)
		if (word_begins(w, builtin_starts[i]))
			return true;
	return false;
}

void differ_survey(struct differ *d, struct survey *s)
{
	if (d->opaque) {
		d->old_file = d->new_file = survey_add_unread(s);
		return;
	}
	d->old_file = survey_add_header(s, &d->old, d->went);
	d->new_file = survey_add_header(s, &d->new, d->came);
}

/* "#ifndef X", "#define X" at the start: all readers see the text, once. */
static uint32_t guard_of(const struct chunks *c, const struct words *words)
{
	const struct token *t = c->tokens.v;

	if (c->n < 3 || c->v[0].kind != CHUNK_IF || c->v[1].kind != CHUNK_DEFINE ||
		c->v[0].n != 4 || t[c->v[0].first + 2].word != c->v[1].name)
		return 0;
	return word_is(words->v + t[c->v[0].first + 1].word, "ifndef") ? c->v[1].name : 0;
}

/* A condition by which readers are told apart as objects are (deps.h), or not at all. */
static bool mark_condition(
	struct words *words, const struct token *t, size_t n, uint32_t guard)
{
	static const char *const plain[] = {
		"defined", "IS_ENABLED", "IS_BUILTIN", "IS_MODULE", "IS_REACHABLE", NULL};
	static const char *const known[] = {
		"__KERNEL__", "__ASSEMBLY__", "MODULE", "__cplusplus", NULL};

	for (size_t i = 2; i < n; i++) {
		struct word *w = words->v + t[i].word;
		bool good = word_begins(w, "CONFIG_");

		if (t[i].kind != TOKEN_NAME || t[i].word == guard)
			continue;
		for (size_t j = 0; known[j]; j++)
			good |= word_is(w, known[j]);
		if (good)
			w->marks |= MARK_COND;
		for (size_t j = 0; plain[j]; j++)
			good |= word_is(w, plain[j]);
		if (!good)
			return false;
	}
	return true;
}

static bool mark_conditions(
	const struct chunks *c, const struct chunk *k, struct words *words)
{
	uint32_t guard = guard_of(c, words);

	for (uint32_t b = k->cond; b; b = c->branches[b].parent)
		for (uint32_t one = b; one; one = c->branches[one].before) {
			const struct chunk *dir = &c->v[c->branches[one].chunk];

			if (!mark_condition(
				    words, c->tokens.v + dir->first, dir->n, guard))
				return false;
		}
	return true;
}

/* Nothing of a declaration comes out unless somebody names it. */
static bool is_quiet(const struct chunks *c, const struct chunk *k, struct words *words)
{
	const struct token *t = c->tokens.v + k->first;

	for (size_t i = k->kind == CHUNK_FUNCTION ? 1 : 0; i < k->n; i++)
		if (token_marks(words, t + i) & MARK_HAZARD)
			return false;
	return true;
}

static bool judge_declaration(
	const struct usable *u, size_t i, struct words *words, bool came)
{
	const struct chunk *k = &u->chunks->v[i];
	const struct token *t = u->chunks->tokens.v + k->first;

	if (is_builtin(words->v + k->name) || (words->v[k->name].marks & MARK_MACRO) ||
		!is_quiet(u->chunks, k, words))
		return false;
	for (size_t j = 0; came && j < k->n; j++)
		if (t[j].kind == TOKEN_NAME)
			words->v[t[j].word].marks |= MARK_NEW;
	return came ? usable_new(u, i) : usable_without(u, i);
}

/* One chunk that the other text does not have. */
static bool judge_chunk(const struct usable *u, size_t i, struct words *words, bool came)
{
	const struct chunk *k = &u->chunks->v[i];
	struct word *name = words->v + k->name;

	if (!k->name || !mark_conditions(u->chunks, k, words))
		return false;
	switch (k->kind) {
	case CHUNK_DEFINE:
		if (word_begins(name, "CONFIG_") || word_is(name, "defined"))
			return false;
		break;
	case CHUNK_FORWARD:
		if (!came)
			return false;
		break;
	case CHUNK_PROTOTYPE:
	case CHUNK_VARIABLE:
	case CHUNK_FUNCTION:
		if (!judge_declaration(u, i, words, came))
			return false;
		break;
	default:
		return false;
	}
	name->marks |= MARK_TOUCHED | MARK_TEXT;
	return true;
}

static bool judge_side(
	const struct chunks *c, const bool *changed, struct words *words, bool came)
{
	struct usable u = {.words = words, .chunks = c, .changed = changed};
	uint64_t tokens = 0;

	for (size_t i = 0; i < c->n; i++)
		if (changed[i] && c->v[i].kind != CHUNK_DEFINE)
			tokens += c->v[i].n;
	if (tokens * (c->tokens.n + 1) > LOOKS_MAX)
		return false;
	for (size_t i = 0; i < c->n; i++)
		if (changed[i] && !judge_chunk(&u, i, words, came))
			return false;
	return true;
}

/* Whether a chunk that stays says in the object where it stands, and it stands elsewhere.
 */
static bool is_moved(const struct differ *d, size_t j, const struct words *words)
{
	const struct chunk *k = &d->new.v[j];
	const struct token *t = d->new.tokens.v + k->first;
	const struct token *was = d->old.tokens.v + d->old.v[d->twin[j]].first;
	bool moved = false, says = false;

	for (size_t i = k->kind > CHUNK_DIRECTIVE ? 0 : 2; i < k->n; i++) {
		moved |= t[i].line != was[i].line;
		says |= (token_marks(words, t + i) & MARK_LINE) != 0;
	}
	return moved && says;
}

static bool judge_lines(const struct differ *d, struct words *words)
{
	for (size_t j = 0; j < d->new.n; j++) {
		const struct chunk *k = &d->new.v[j];

		if (d->came[j] || k->kind == CHUNK_DEFINE ||
			chunk_dead(words, &d->new, k->cond) || !is_moved(d, j, words))
			continue;
		if ((k->kind != CHUNK_FUNCTION && k->kind != CHUNK_PIECE) ||
			(words->v[k->name].marks & MARK_MACRO))
			return false;
		words->v[k->name].marks |= MARK_VALUE;
	}
	return true;
}

void differ_judge(struct differ *d, struct survey *s)
{
	if (d->opaque)
		return;
	d->opaque = !judge_side(&d->old, d->went, &s->words, false) ||
		    !judge_side(&d->new, d->came, &s->words, true) ||
		    !judge_lines(d, &s->words);
	if (d->opaque)
		s->files[d->old_file].hot = s->files[d->new_file].hot = true;
}

void differ_release(struct differ *d)
{
	chunks_release(&d->old);
	chunks_release(&d->new);
	free(d->went);
	free(d->came);
	free(d->twin);
	*d = (struct differ){0};
}
