// SPDX-License-Identifier: GPL-2.0-or-later
#include "word.h"

#include <string.h>

#define BLOCK (1u << 20)
#define WORDS_MAX (1u << 23)

static uint32_t hash_of(const char *text, size_t len)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619u;
	return hash ^ hash >> 15;
}

/* The slot where a word is, or would be. */
static size_t slot_of(
	const struct words *words, const char *text, size_t len, uint32_t hash)
{
	size_t i = hash & (words->size - 1);

	for (;; i = (i + 1) & (words->size - 1)) {
		const struct word *w = words->v + words->slots[i];

		if (!words->slots[i] ||
			(w->hash == hash && w->len == len && !memcmp(w->text, text, len)))
			return i;
	}
}

static bool grow(struct words *words)
{
	size_t room = words->room ? words->room * 2 : 4096, size = room * 2;
	struct word *v = room <= WORDS_MAX ? realloc(words->v, room * sizeof(*v)) : NULL;
	uint32_t *slots = v ? calloc(size, sizeof(*slots)) : NULL;

	if (v)
		words->v = v;
	if (!slots)
		return false;
	if (!words->n)
		words->v[words->n++] = (struct word){.text = ""};
	free(words->slots);
	words->slots = slots;
	words->size = size;
	words->room = room;
	for (size_t i = 1; i < words->n; i++) {
		const struct word *w = words->v + i;

		slots[slot_of(words, w->text, w->len, w->hash)] = i;
	}
	return true;
}

static const char *keep(struct words *words, const char *text, size_t len)
{
	if (!words->n_blocks || words->used + len > BLOCK) {
		size_t size = len > BLOCK ? len : BLOCK;
		char **blocks =
			realloc(words->blocks, (words->n_blocks + 1) * sizeof(*blocks));

		if (!blocks)
			return NULL;
		words->blocks = blocks;
		blocks[words->n_blocks] = malloc(size);
		if (!blocks[words->n_blocks])
			return NULL;
		words->n_blocks++;
		words->used = 0;
	}
	words->used += len;
	return memcpy(words->blocks[words->n_blocks - 1] + words->used - len, text, len);
}

uint32_t words_add(struct words *words, const char *text, size_t len)
{
	uint32_t hash = hash_of(text, len);
	const char *kept;
	size_t i;

	if (words->failed || (words->n >= words->room && !grow(words)))
		goto failed;
	i = slot_of(words, text, len, hash);
	if (words->slots[i])
		return words->slots[i];
	kept = keep(words, text, len);
	if (!kept)
		goto failed;
	words->v[words->n] = (struct word){.text = kept, .len = len, .hash = hash};
	words->slots[i] = words->n;
	return words->n++;
failed:
	words->failed = true;
	return 0;
}

uint32_t words_find(const struct words *words, const char *text, size_t len)
{
	return words->size ? words->slots[slot_of(words, text, len, hash_of(text, len))]
			   : 0;
}

bool word_is(const struct word *w, const char *text)
{
	return w->len == strlen(text) && !memcmp(w->text, text, w->len);
}

bool word_begins(const struct word *w, const char *text)
{
	size_t n = strlen(text);

	return w->len >= n && !memcmp(w->text, text, n);
}

void words_release(struct words *words)
{
	for (size_t i = 0; i < words->n_blocks; i++)
		free(words->blocks[i]);
	free(words->blocks);
	free(words->slots);
	free(words->v);
	*words = (struct words){0};
}
