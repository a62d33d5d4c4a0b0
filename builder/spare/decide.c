// SPDX-License-Identifier: GPL-2.0-or-later
#include "decide.h"

#include <string.h>

#include "differ.h"
#include "lib/file.h"

#define TEXT_MAX (8u << 20)

struct deciding {
	const struct change *change;
	struct objects *objects;
	struct survey survey;
	struct differ *differs; /* one a header */
	struct chunks chunks;   /* of the header at hand */
	struct tokens tokens;   /* of the source at hand */
	struct buf text;
	enum verdict *verdicts;
};

static void add_input(struct deciding *d, struct input *in)
{
	struct survey *s = &d->survey;
	const struct buf *b = &d->text;

	if (in->state == INPUT_CHANGED) {
		in->survey = d->differs[in->header].new_file;
		return;
	}
	buf_reset(&d->text);
	if (file_read(in->path, &d->text, NULL) < 0)
		in->survey = survey_add_unread(s);
	else if (in->is_header)
		in->survey = chunks_read(&s->words, b->data, b->len, &d->chunks)
				     ? survey_add_header(s, &d->chunks, NULL)
				     : survey_add_unread(s);
	else
		in->survey = lex(&s->words, b->data, b->len, &d->tokens)
				     ? survey_add_source(s, &d->tokens)
				     : survey_add_unread(s);
}

/* Words of a command's -D count as those of the source do. */
static bool add_defines(struct survey *s, const struct object *o, struct tokens *tokens)
{
	for (size_t i = 0; i < o->defined.n; i++) {
		const char *text = o->defined.v[i];

		if (!lex(&s->words, text, strlen(text), tokens) ||
			!strncmp(text, "CONFIG_", 7) || !strncmp(text, "-UCONFIG_", 9))
			return false;
		for (size_t j = 0; j < tokens->n; j++)
			s->words.v[tokens->v[j].word].marks |= MARK_SAID;
	}
	return true;
}

static void read_texts(struct deciding *d)
{
	for (size_t i = 0; i < d->change->n; i++) {
		const struct change_header *h = &d->change->headers[i];

		differ_read(&d->differs[i], &d->survey.words, h->old.data, h->old.len,
			h->new.data, h->new.len);
		differ_survey(&d->differs[i], &d->survey);
	}
	for (size_t i = 0; i < d->objects->n; i++) {
		struct object *o = &d->objects->v[i];

		for (size_t j = 0; j < o->n_files && !d->survey.failed; j++) {
			struct input *in = &d->objects->inputs[o->files[j]];

			if (!in->survey)
				add_input(d, in);
		}
		if (!add_defines(&d->survey, o, &d->tokens))
			o->n_files = 0;
	}
}

static bool defines_touched(struct deciding *d, const struct object *o)
{
	const uint32_t counts = MARK_TEXT | MARK_VALUE | MARK_NEW;

	for (size_t i = 0; i < o->defined.n; i++) {
		const char *text = o->defined.v[i];

		if (!lex(&d->survey.words, text, strlen(text), &d->tokens))
			return true;
		for (size_t j = 0; j < d->tokens.n; j++)
			if (d->survey.words.v[d->tokens.v[j].word].marks & counts)
				return true;
	}
	return false;
}

/* The source's own macros are none of the words that new declarations use. */
static bool defines_new(const struct survey *s, const struct file *f)
{
	for (uint32_t i = 0; i < f->defined.n; i++)
		if (s->words.v[s->pool[f->defined.first + i]].marks & MARK_NEW)
			return true;
	return false;
}

static bool is_reached(struct deciding *d, const struct object *o)
{
	struct survey *s = &d->survey;

	for (size_t i = 0; i < o->n_files; i++) {
		const struct input *in = &d->objects->inputs[o->files[i]];
		const struct file *f = &s->files[in->survey];

		if (f->hot ||
			(!in->is_header && (defines_new(s, f) || survey_pastes(s, f))))
			return true;
		if (in->state == INPUT_CHANGED &&
			s->files[d->differs[in->header].old_file].hot)
			return true;
	}
	return !o->n_files || defines_touched(d, o);
}

/* The cheapest spared reader of a header, of the kind of object that `like` is. */
static void choose_proof(struct deciding *d, uint64_t header, size_t like)
{
	const struct objects *all = d->objects;
	size_t best = like;

	for (size_t i = like; i < all->n; i++) {
		const struct object *o = &all->v[i];

		if (o->kind != all->v[like].kind || !(o->headers & header))
			continue;
		if (d->verdicts[i] == VERDICT_PROVE)
			return;
		if (d->verdicts[i] == VERDICT_SPARE && o->n_files < all->v[best].n_files)
			best = i;
	}
	d->verdicts[best] = VERDICT_PROVE;
}

/* There are few kinds: each is looked at where its first object is. */
static void choose_proofs(struct deciding *d)
{
	const struct objects *all = d->objects;

	for (size_t h = 0; h < d->change->n; h++)
		for (size_t i = 0; i < all->n; i++) {
			size_t j = 0;

			if (d->verdicts[i] != VERDICT_SPARE ||
				!(all->v[i].headers >> h & 1))
				continue;
			while (all->v[j].kind != all->v[i].kind ||
				d->verdicts[j] == VERDICT_COMPILE ||
				!(all->v[j].headers >> h & 1))
				j++;
			if (j == i)
				choose_proof(d, 1ull << h, i);
		}
}

static bool spread(struct deciding *d)
{
	struct survey *s = &d->survey;

	if (s->failed || s->words.failed ||
		!survey_reach(s, MARK_LINE | MARK_HAZARD | MARK_GLUE))
		return false;
	for (size_t i = 0; i < d->change->n; i++)
		differ_judge(&d->differs[i], s);
	return survey_spread(s);
}

bool decide(const struct change *change, const char *config, struct objects *objects,
	enum verdict *ret)
{
	struct deciding d = {.change = change, .objects = objects, .verdicts = ret};
	bool good = survey_init(&d.survey, config);

	d.differs = calloc(change->n, sizeof(*d.differs));
	good &= d.differs != NULL;
	buf_init(&d.text, TEXT_MAX);
	if (good)
		read_texts(&d);
	good = good && spread(&d);
	for (size_t i = 0; good && i < objects->n; i++)
		ret[i] = is_reached(&d, &objects->v[i]) ? VERDICT_COMPILE : VERDICT_SPARE;
	if (good)
		choose_proofs(&d);
	for (size_t i = 0; d.differs && i < change->n; i++)
		differ_release(&d.differs[i]);
	free(d.differs);
	chunks_release(&d.chunks);
	tokens_release(&d.tokens);
	buf_release(&d.text);
	survey_release(&d.survey);
	return good;
}
