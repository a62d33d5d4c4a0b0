// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A mark is carried on until nothing new is marked, in rounds over all bodies. Macros
 * that lead to each other in the order of their texts take one round, in the worst order
 * one a macro: nobody writes that, and whoever does is compiled (ROUNDS).
 */
#include "survey.h"

#include <string.h>

#define ROUNDS 64
#define POOL_MAX (64u << 20)
#define PASTE_MAX 96 /* letters of a name that is looked at */
#define CARRIED (MARK_TEXT | MARK_VALUE)

static bool reserve(void *v, size_t *room, size_t n, size_t size)
{
	void **at = v, *more;

	if (n < *room)
		return true;
	more = realloc(*at, (*room ? *room * 2 : 1024) * size);
	if (!more)
		return false;
	*at = more;
	*room = *room ? *room * 2 : 1024;
	return true;
}

bool survey_init(struct survey *s)
{
	*s = (struct survey){0};
	survey_add_unread(s); /* 0 is no file */
	return chunk_words(&s->words) && !s->failed;
}

void survey_release(struct survey *s)
{
	words_release(&s->words);
	free(s->pool);
	free(s->bodies);
	free(s->files);
	*s = (struct survey){0};
}

static uint32_t add_file(struct survey *s)
{
	if (!reserve(&s->files, &s->room_files, s->n_files, sizeof(*s->files))) {
		s->failed = true;
		return 0;
	}
	s->files[s->n_files] = (struct file){0};
	return s->n_files++;
}

uint32_t survey_add_unread(struct survey *s)
{
	uint32_t file = add_file(s);

	if (!s->failed)
		s->files[file].unread = s->files[file].hot = true;
	return file;
}

static struct list list_start(struct survey *s)
{
	s->stamp++;
	return (struct list){s->n_pool, 0};
}

/* Once a list: a word counts, not how often. */
static void list_add(struct survey *s, struct list *list, uint32_t word)
{
	struct word *w = &s->words.v[word];

	if (w->seen == s->stamp)
		return;
	if (s->n_pool >= POOL_MAX ||
		!reserve(&s->pool, &s->room_pool, s->n_pool, sizeof(*s->pool))) {
		s->failed = true;
		return;
	}
	w->seen = s->stamp;
	s->pool[s->n_pool++] = word;
	list->n++;
}

static void list_add_tokens(
	struct survey *s, struct list *list, const struct token *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].kind == TOKEN_NAME)
			list_add(s, list, t[i].word);
}

static void add_body(struct survey *s, uint32_t file, uint32_t name, bool function,
	const struct token *t, size_t n)
{
	struct list list = list_start(s);

	list_add_tokens(s, &list, t, n);
	if (!reserve(&s->bodies, &s->room_bodies, s->n_bodies, sizeof(*s->bodies))) {
		s->failed = true;
		return;
	}
	s->bodies[s->n_bodies++] = (struct body){name, file, function, list};
}

/* The directive's own word is none of the text's. */
static bool is_said(const struct chunk *k)
{
	return k->kind != CHUNK_DEFINE && k->kind != CHUNK_FUNCTION &&
	       k->kind != CHUNK_INCLUDE;
}

uint32_t survey_add_header(
	struct survey *s, const struct chunks *chunks, const bool *left_out)
{
	uint32_t file = add_file(s);
	const struct token *t = chunks->tokens.v;
	struct list list;

	for (size_t i = 0; !s->failed && i < chunks->n; i++) {
		const struct chunk *k = &chunks->v[i];

		if (k->kind == CHUNK_DEFINE)
			add_body(s, file, k->name, false, t + k->first + 3, k->n - 3);
		else if (k->kind == CHUNK_FUNCTION && !(left_out && left_out[i]))
			add_body(s, file, k->name, true, t + k->first, k->n);
	}
	list = list_start(s);
	for (size_t i = 0; !s->failed && i < chunks->n; i++)
		if (is_said(&chunks->v[i]) && !(left_out && left_out[i]))
			list_add_tokens(s, &list, t + chunks->v[i].first, chunks->v[i].n);
	if (s->failed)
		return 0;
	s->files[file].said = list;
	list = list_start(s);
	for (size_t i = 0; i < chunks->n; i++) {
		const struct chunk *k = &chunks->v[i];

		if (k->kind != CHUNK_DEFINE && k->kind != CHUNK_UNDEF)
			continue;
		s->words.v[k->name].marks |= MARK_MACRO;
		if (!(left_out && left_out[i]))
			list_add(s, &list, k->name);
	}
	s->files[file].defined = list;
	return file;
}

uint32_t survey_add_source(struct survey *s, const struct tokens *tokens)
{
	uint32_t file = add_file(s);
	uint32_t define = words_add(&s->words, "define", 6);
	uint32_t undef = words_add(&s->words, "undef", 5);
	struct list list = list_start(s);

	list_add_tokens(s, &list, tokens->v, tokens->n);
	if (s->failed || s->words.failed)
		return 0;
	s->files[file].said = list;
	list = list_start(s);
	for (size_t i = 0; i + 2 < tokens->n; i++) {
		const struct token *t = tokens->v + i;

		if (t->kind == TOKEN_HASH && t[2].kind == TOKEN_NAME &&
			(t[1].word == define || t[1].word == undef))
			list_add(s, &list, t[2].word);
	}
	s->files[file].defined = list;
	return file;
}

static uint32_t marks_in(const struct survey *s, const struct list *list)
{
	uint32_t marks = 0;

	for (uint32_t i = 0; i < list->n; i++)
		marks |= s->words.v[s->pool[list->first + i]].marks;
	return marks;
}

/* One round; true if something new was marked. */
static bool carry(struct survey *s, uint32_t marks)
{
	bool more = false;

	for (size_t i = 0; i < s->n_bodies; i++) {
		const struct body *b = &s->bodies[i];
		uint32_t *at = &s->words.v[b->name].marks;
		uint32_t got = marks_in(s, &b->words) & marks;

		if (b->function) {
			/* what is no value has no place in a function that stays */
			got &= MARK_VALUE;
			if (s->words.v[b->name].marks & MARK_MACRO)
				got = 0;
		}
		more |= (got & ~*at) != 0;
		*at |= got;
	}
	return more;
}

static bool carry_all(struct survey *s, uint32_t marks)
{
	for (int i = 0; i < ROUNDS; i++)
		if (!carry(s, marks))
			return true;
	return false;
}

bool survey_reach(struct survey *s, uint32_t marks)
{
	return carry_all(s, marks);
}

bool survey_spread(struct survey *s)
{
	if (!carry_all(s, CARRIED))
		return false;
	for (size_t i = 0; i < s->n_bodies; i++) {
		const struct body *b = &s->bodies[i];
		uint32_t marks = b->function ? marks_in(s, &b->words) : 0;

		if ((marks & MARK_TEXT) ||
			((marks & MARK_VALUE) &&
				(s->words.v[b->name].marks & MARK_MACRO)))
			s->files[b->file].hot = true;
	}
	for (size_t i = 1; i < s->n_files; i++) {
		struct file *f = &s->files[i];

		/* defined twice, or told when a change is seen */
		f->hot |= (marks_in(s, &f->said) & CARRIED) ||
			  (marks_in(s, &f->defined) & (MARK_TOUCHED | MARK_COND));
	}
	return true;
}

static bool is_there(const struct survey *s, const char *text, size_t len)
{
	return words_find(&s->words, text, len) != 0;
}

bool survey_pasted(const struct survey *s, uint32_t word)
{
	const char *text = s->words.v[word].text;
	size_t len = s->words.v[word].len;

	if (len > PASTE_MAX)
		return true;
	for (size_t i = 1; i < len; i++) {
		if (!is_there(s, text, i))
			continue;
		if (is_there(s, text + i, len - i))
			return true;
		for (size_t j = i + 1; j < len; j++)
			if (is_there(s, text + i, j - i) &&
				is_there(s, text + j, len - j))
				return true;
	}
	return false;
}
