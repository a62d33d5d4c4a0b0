/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a set of C texts says with which words, and how far a mark on a word goes. Pure.
 *
 * A macro that mentions a marked word is marked itself, in whatever text. Any other text
 * that does makes its file hot: who reads it may see a difference. One thing is let
 * through: an inline function in which a value differs (MARK_VALUE) is a function with
 * another value, for which no compiler can object to it.
 */
#ifndef TENFOLD_BUILDER_SPARE_SURVEY_H
#define TENFOLD_BUILDER_SPARE_SURVEY_H

#include "chunk.h"

/* A list of words in the survey's pool. */
struct list {
	uint32_t first, n;
};

enum body_kind {
	BODY_MACRO,
	BODY_FUNCTION,
	BODY_OWN, /* a source's macro, which a header that it reads may use */
};

/* What a name stands for. */
struct body {
	uint32_t name, file;
	enum body_kind kind;
	struct list words;
};

struct file {
	struct list said;    /* everything outside of bodies */
	struct list defined; /* by #define and #undef */
	bool header;
	bool unread; /* nothing is known of it */
	bool hot;
};

#define SPLIT_PARTS 4 /* more are not pasted together */

/* A marked name in two or more other words, 0 behind the last. */
struct split {
	uint32_t parts[SPLIT_PARTS];
};

struct survey {
	struct words words;
	struct split *splits; /* owned */
	size_t n_splits, room_splits;
	uint32_t *pool; /* owned */
	size_t n_pool, room_pool;
	struct body *bodies; /* owned */
	size_t n_bodies, room_bodies;
	struct file *files; /* owned */
	size_t n_files, room_files;
	uint32_t stamp; /* of the list under way, in words */
	bool failed;
};

/* config: the text of .config, which decides what of a header is read at all. */
bool survey_init(struct survey *s, const char *config);
void survey_release(struct survey *s);
#define CLEANUP_SURVEY CLEANUP(survey_release)

/* Each adds a file and returns its number; 0 is none: s->failed. */
uint32_t survey_add_unread(struct survey *s);
/* A header. left_out: its chunks that do not count (or NULL), one a chunk. */
uint32_t survey_add_header(
	struct survey *s, const struct chunks *chunks, const bool *left_out);
/* A text of which everything counts. */
uint32_t survey_add_source(struct survey *s, const struct tokens *tokens);

/* Marks of all its words. */
uint32_t survey_marks(const struct survey *s, const struct list *list);

/* Room for one more in a list that grows; v: where its pointer is. */
bool survey_reserve(void *v, size_t *room, size_t n, size_t size);

/* Which macros come to words with these marks. False: too far to follow. */
bool survey_reach(struct survey *s, uint32_t marks);

/* Carries MARK_TEXT and MARK_VALUE on, and finds what is hot. False: too far to follow.
 */
bool survey_spread(struct survey *s);

/* Once marks are spread: true if a source that has these words can make a marked name by
 * pasting its own words and those of headers. */
bool survey_pastes(struct survey *s, const struct file *source);

#endif
