// SPDX-License-Identifier: GPL-2.0-or-later
#include "survey.h"

#include <string.h>

#include "lib/buf.h"

#define POOL_MAX (64u << 20)

bool survey_reserve(void *v, size_t *room, size_t n, size_t size)
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

/* "CONFIG_X=y" and the like; a module's option has another name in C. */
static void add_config(struct survey *s, const char *config)
{
	for (const char *line = config; *line; line += strcspn(line, "\n")) {
		CLEANUP_FREE char *name = NULL;
		size_t len;

		line += strspn(line, "\n");
		len = strcspn(line, "=\n");
		if (strncmp(line, "CONFIG_", 7) != 0 || line[len] != '=')
			continue;
		name = buf_format("%.*s%s", (int)len, line,
			strncmp(line + len, "=m\n", 3) ? "" : "_MODULE");
		if (name && words_add(&s->words, name, strlen(name)))
			s->words.v[words_find(&s->words, name, strlen(name))].marks |=
				MARK_ON;
		else
			s->failed = true;
	}
}

bool survey_init(struct survey *s, const char *config)
{
	*s = (struct survey){0};
	survey_add_unread(s); /* 0 is no file */
	if (!chunk_words(&s->words))
		return false;
	add_config(s, config);
	return !s->failed;
}

void survey_release(struct survey *s)
{
	words_release(&s->words);
	free(s->pool);
	free(s->bodies);
	free(s->files);
	free(s->splits);
	*s = (struct survey){0};
}

static uint32_t add_file(struct survey *s)
{
	if (!survey_reserve(&s->files, &s->room_files, s->n_files, sizeof(*s->files))) {
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
		!survey_reserve(&s->pool, &s->room_pool, s->n_pool, sizeof(*s->pool))) {
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
		if (t[i].kind == TOKEN_NAME || t[i].kind == TOKEN_NUMBER)
			list_add(s, list, t[i].word);
}

static void say(struct survey *s, const struct token *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].kind == TOKEN_NAME || t[i].kind == TOKEN_NUMBER)
			s->words.v[t[i].word].marks |= MARK_SAID;
}

/* A macro's parameters: their names say nothing. */
static bool is_parameter(const struct token *t, size_t params, uint32_t word)
{
	for (size_t i = 0; i < params; i++)
		if (t[i].kind == TOKEN_NAME && t[i].word == word)
			return true;
	return false;
}

/* What stands in a macro may be given to another. t: behind the macro's name. */
static void say_body(struct survey *s, uint32_t macro, const struct token *t, size_t n)
{
	bool has = n && t[0].kind == TOKEN_SIGN && t[0].sign == '(' && !t[0].space;
	size_t params = has ? token_behind(t, n, 0) : 0;

	for (size_t i = params; i < n; i++)
		if (t[i].kind == TOKEN_SIGN && t[i].sign == SIGN_PASTE)
			s->words.v[macro].marks |= MARK_GLUE;
		else if (!is_parameter(t, params, t[i].word))
			say(s, t + i, 1);
}

static void add_body(struct survey *s, uint32_t file, uint32_t name, enum body_kind kind,
	const struct token *t, size_t n)
{
	struct list list = list_start(s);

	list_add_tokens(s, &list, t, n);
	if (!survey_reserve(
		    &s->bodies, &s->room_bodies, s->n_bodies, sizeof(*s->bodies))) {
		s->failed = true;
		return;
	}
	s->bodies[s->n_bodies++] = (struct body){name, file, kind, list};
}

/* The directive's own word is none of the text's. */
static bool is_said(const struct chunk *k)
{
	return k->kind != CHUNK_DEFINE && k->kind != CHUNK_FUNCTION &&
	       k->kind != CHUNK_PIECE && k->kind != CHUNK_INCLUDE;
}

/* "if" of a directive is no word of C. */
static void list_add_said(struct survey *s, struct list *list,
	const struct chunks *chunks, const struct chunk *k)
{
	uint32_t skip = k->kind > CHUNK_DIRECTIVE ? 0 : 2;

	if (k->n > skip)
		list_add_tokens(s, list, chunks->tokens.v + k->first + skip, k->n - skip);
}

uint32_t survey_add_header(
	struct survey *s, const struct chunks *chunks, const bool *left_out)
{
	uint32_t file = add_file(s);
	const struct token *t = chunks->tokens.v;
	struct list list;

	for (size_t i = 0; !s->failed && i < chunks->n; i++) {
		const struct chunk *k = &chunks->v[i];

		if (chunk_dead(&s->words, chunks, k->cond))
			continue;
		if (k->kind == CHUNK_DEFINE) {
			add_body(
				s, file, k->name, BODY_MACRO, t + k->first + 3, k->n - 3);
			say_body(s, k->name, t + k->first + 3, k->n - 3);
			continue;
		}
		if ((k->kind == CHUNK_FUNCTION || k->kind == CHUNK_PIECE) &&
			!(left_out && left_out[i]))
			add_body(s, file, k->name, BODY_FUNCTION, t + k->first, k->n);
	}
	list = list_start(s);
	for (size_t i = 0; !s->failed && i < chunks->n; i++)
		if (is_said(&chunks->v[i]) && !(left_out && left_out[i]) &&
			!chunk_dead(&s->words, chunks, chunks->v[i].cond))
			list_add_said(s, &list, chunks, &chunks->v[i]);
	if (s->failed)
		return 0;
	s->files[file].said = list;
	s->files[file].header = true;
	list = list_start(s);
	for (size_t i = 0; i < chunks->n; i++) {
		const struct chunk *k = &chunks->v[i];

		if ((k->kind != CHUNK_DEFINE && k->kind != CHUNK_UNDEF) ||
			chunk_dead(&s->words, chunks, k->cond))
			continue;
		s->words.v[k->name].marks |= MARK_MACRO;
		if (!(left_out && left_out[i]))
			list_add(s, &list, k->name);
	}
	s->files[file].defined = list;
	return file;
}

/* A source's macro may be used by the headers that it reads later. */
static void add_own(
	struct survey *s, uint32_t file, const struct token *t, const struct token *end)
{
	size_t n = 3;

	while (t + n < end && t[n].kind != TOKEN_END)
		n++;
	add_body(s, file, t[2].word, BODY_OWN, t + 3, n - 3);
	say_body(s, t[2].word, t + 3, n - 3);
}

uint32_t survey_add_source(struct survey *s, const struct tokens *tokens)
{
	uint32_t file = add_file(s);
	uint32_t define = words_add(&s->words, "define", 6);
	uint32_t undef = words_add(&s->words, "undef", 5);
	const struct token *end = tokens->v + tokens->n;
	struct list list = list_start(s);

	list_add_tokens(s, &list, tokens->v, tokens->n);
	if (s->failed || s->words.failed)
		return 0;
	s->files[file].said = list;
	list = list_start(s);
	for (const struct token *t = tokens->v; t + 2 < end; t++)
		if (t->kind == TOKEN_HASH && t[2].kind == TOKEN_NAME &&
			(t[1].word == define || t[1].word == undef))
			list_add(s, &list, t[2].word);
	s->files[file].defined = list;
	for (const struct token *t = tokens->v; !s->failed && t + 2 < end; t++)
		if (t->kind == TOKEN_HASH && t[2].kind == TOKEN_NAME &&
			t[1].word == define)
			add_own(s, file, t, end);
	return s->failed ? 0 : file;
}

uint32_t survey_marks(const struct survey *s, const struct list *list)
{
	uint32_t marks = 0;

	for (uint32_t i = 0; i < list->n; i++)
		marks |= s->words.v[s->pool[list->first + i]].marks;
	return marks;
}
