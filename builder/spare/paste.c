// SPDX-License-Identifier: GPL-2.0-or-later
#include "paste.h"

#define PASTE_MAX 96   /* letters of a name that is looked at */
#define SPLITS_MAX 256 /* ways to make marked names */

static bool add_split(struct survey *s, struct split split)
{
	if (s->n_splits >= SPLITS_MAX ||
		!survey_reserve(&s->splits, &s->room_splits, s->n_splits, sizeof(split)))
		return false;
	s->splits[s->n_splits++] = split;
	return true;
}

static bool split_word(struct survey *s, uint32_t word)
{
	const char *text = s->words.v[word].text;
	size_t len = s->words.v[word].len;

	if (len > PASTE_MAX)
		return false;
	for (size_t i = 1; i < len; i++) {
		uint32_t a = words_find(&s->words, text, i), b, c;

		if (!a)
			continue;
		b = words_find(&s->words, text + i, len - i);
		if (b && !add_split(s, (struct split){{a, b, 0}}))
			return false;
		for (size_t j = i + 1; j < len; j++) {
			b = words_find(&s->words, text + i, j - i);
			c = b ? words_find(&s->words, text + j, len - j) : 0;
			if (c && !add_split(s, (struct split){{a, b, c}}))
				return false;
		}
	}
	return true;
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

		for (int j = 0; all && j < 3 && s->splits[i].parts[j]; j++) {
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
