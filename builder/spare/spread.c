// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A mark is carried on until nothing new is marked, in rounds over all bodies. Macros
 * that lead to each other in the order of their texts take one round, in the worst order
 * one a macro: nobody writes that, and whoever does is compiled (ROUNDS).
 */
#include <string.h>

#include "paste.h"

#define ROUNDS 64

/* One round; true if something new was marked. */
static bool carry(struct survey *s, uint32_t marks)
{
	bool more = false;

	for (size_t i = 0; i < s->n_bodies; i++) {
		const struct body *b = &s->bodies[i];
		uint32_t *at = &s->words.v[b->name].marks;
		uint32_t got = survey_marks(s, &b->words) & marks;

		if (b->kind == BODY_FUNCTION) {
			/* what is no value has no place in a function that stays */
			got &= MARK_VALUE;
			if (s->words.v[b->name].marks & MARK_MACRO)
				got = 0;
		}
		/* the source says it itself */
		if (b->kind == BODY_OWN)
			got &= ~MARK_CARRIED;
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

static bool has_option(const struct survey *s, const struct list *list)
{
	for (uint32_t i = 0; i < list->n; i++) {
		const struct word *w = &s->words.v[s->pool[list->first + i]];

		if (w->len > 7 && !memcmp(w->text, "CONFIG_", 7))
			return true;
	}
	return false;
}

bool survey_spread(struct survey *s)
{
	if (!carry_all(s, MARK_CARRIED) || !paste_split(s))
		return false;
	paste_find(s);
	for (size_t i = 0; i < s->n_bodies; i++) {
		const struct body *b = &s->bodies[i];
		uint32_t marks =
			b->kind == BODY_FUNCTION ? survey_marks(s, &b->words) : 0;

		if ((marks & MARK_TEXT) ||
			((marks & MARK_VALUE) &&
				(s->words.v[b->name].marks & MARK_MACRO)))
			s->files[b->file].hot = true;
	}
	for (size_t i = 1; i < s->n_files; i++) {
		struct file *f = &s->files[i];

		/* defined twice; told when a change is seen, or whether .config holds */
		f->hot |= (survey_marks(s, &f->said) & MARK_CARRIED) ||
			  (survey_marks(s, &f->defined) & (MARK_TOUCHED | MARK_COND)) ||
			  has_option(s, &f->defined);
	}
	return true;
}
