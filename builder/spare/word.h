/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of C texts by number: equal words, equal numbers, from 1 on. Each has room
 * for marks. Pure.
 */
#ifndef TENFOLD_BUILDER_SPARE_WORD_H
#define TENFOLD_BUILDER_SPARE_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/cleanup.h"

struct word {
	const char *text; /* not terminated; in an arena */
	uint32_t len, hash;
	uint32_t marks; /* enum mark bits */
	uint32_t seen;  /* the last file that counted it */
};

struct words {
	struct word *v; /* v[0] is no word */
	size_t n, room;
	uint32_t *slots; /* a hash table of places in v */
	size_t size;
	char **blocks; /* owned; where texts are */
	size_t n_blocks, used;
	bool failed; /* no memory, or more than anybody writes */
};

/* The number of a word, made if it is new; 0: words->failed. */
uint32_t words_add(struct words *words, const char *text, size_t len);

/* The number of a word that is there; else 0. */
uint32_t words_find(const struct words *words, const char *text, size_t len);

bool word_is(const struct word *w, const char *text);
bool word_begins(const struct word *w, const char *text);

void words_release(struct words *words);
#define CLEANUP_WORDS CLEANUP(words_release)

#endif
