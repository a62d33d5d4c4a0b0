// SPDX-License-Identifier: GPL-2.0-or-later
#include "paste.h"

#define PASTE_MAX 96    /* letters of a name that is looked at */
#define SPLITS_MAX 4096 /* ways to make marked names */

static bool add_split(struct survey *s, struct split split)
{
	if (s->n_splits >= SPLITS_MAX ||
		!survey_reserve(&s->splits, &s->room_splits, s->n_splits, sizeof(split)))
		return false;
	s->splits[s->n_splits++] = split;
	return true;
}

/* The rest of a name behind the first n parts, in one more and another rest. */
static bool split_rest(
	struct survey *s, const char *text, size_t len, struct split split, size_t n)
{
	for (size_t i = 1; i < len; i++) {
		split.parts[n] = words_find(&s->words, text, i);
		if (!split.parts[n])
			continue;
		split.parts[n + 1] = words_find(&s->words, text + i, len - i);
		if (split.parts[n + 1] && !add_split(s, split))
			return false;
		split.parts[n + 1] = 0;
		if (n + 2 < SPLIT_PARTS &&
			!split_rest(s, text + i, len - i, split, n + 1))
			return false;
	}
	return true;
}

static bool split_word(struct survey *s, uint32_t word)
{
	const struct word *w = &s->words.v[word];

	return w->len <= PASTE_MAX &&
	       split_rest(s, w->text, w->len, (struct split){0}, 0);
}

bool paste_split(struct survey *s)
{
	for (size_t i = 1; i < s->words.n; i++)
		if ((s->words.v[i].marks & MARK_CARRIED) && !split_word(s, i))
			return false;
	return true;
}

static bool list_pastes(struct survey *s, const struct list *list)
{
	s->stamp++;
	for (uint32_t i = 0; s->n_splits && i < list->n; i++)
		s->words.v[s->pool[list->first + i]].seen = s->stamp;
	for (size_t i = 0; i < s->n_splits; i++) {
		bool all = true;

		for (int j = 0; all && j < SPLIT_PARTS && s->splits[i].parts[j]; j++) {
			const struct word *w = &s->words.v[s->splits[i].parts[j]];

			all = (w->marks & MARK_SAID) || w->seen == s->stamp;
		}
		if (all)
			return true;
	}
	return false;
}

bool survey_pastes(struct survey *s, const struct file *source)
{
	return list_pastes(s, &source->said);
}

void paste_find(struct survey *s)
{
	for (size_t i = 0; i < s->n_bodies; i++) {
		const struct body *b = &s->bodies[i];

		if (b->kind == BODY_FUNCTION &&
			(survey_marks(s, &b->words) & MARK_GLUE) &&
			list_pastes(s, &b->words))
			s->files[b->file].hot = true;
	}
	for (size_t i = 1; i < s->n_files; i++) {
		struct file *f = &s->files[i];

		if (f->header && (survey_marks(s, &f->said) & MARK_GLUE))
			f->hot |= list_pastes(s, &f->said);
	}
}
