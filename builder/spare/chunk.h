/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A C text cut into directives and what stands between them at file scope, piece by
 * piece. Only what is written in a form that leaves no doubt gets a kind of its own: a
 * prototype, a variable that is declared, a static inline function. Pure, linear.
 */
#ifndef TENFOLD_BUILDER_SPARE_CHUNK_H
#define TENFOLD_BUILDER_SPARE_CHUNK_H

#include "lex.h"

/* What is known of words; those below MARK_ALWAYS do not depend on any text. */
enum mark {
	MARK_KEYWORD = 1 << 0, /* of C or GNU C */
	MARK_TYPE = 1 << 1,    /* a keyword that is (part of) a type */
	MARK_ATTR = 1 << 2,    /* the kernel's: __printf(1, 2) */
	MARK_SCALAR = 1 << 3,  /* a typedef that is a number wherever it is known */
	MARK_ALWAYS = 1 << 4,
	MARK_HAZARD = 1 << 4,  /* its use gives code, or numbers what follows */
	MARK_LINE = 1 << 5,    /* __LINE__, or a macro that comes to it */
	MARK_MACRO = 1 << 6,   /* somebody defines it */
	MARK_TEXT = 1 << 7,    /* means another thing in the new text, or nothing */
	MARK_VALUE = 1 << 8,   /* has another value, which no compiler can object to */
	MARK_TOUCHED = 1 << 9, /* changed itself */
	MARK_NEW = 1 << 10,    /* stands in a new declaration */
	MARK_COND = 1 << 11,   /* decides whether a change is seen */
	MARK_ON = 1 << 12,     /* an option of .config that is set */
	MARK_SAID = 1 << 13,   /* it may be given to what pastes */
	MARK_GLUE = 1 << 14,   /* a macro that pastes, or comes to one that does */
	MARK_CARRIED = MARK_TEXT | MARK_VALUE,
};

enum chunk_kind {
	CHUNK_DEFINE,
	CHUNK_UNDEF,
	CHUNK_IF, /* #if to #endif */
	CHUNK_INCLUDE,
	CHUNK_DIRECTIVE, /* any other */
	CHUNK_FUNCTION,  /* static inline, with its body */
	CHUNK_PIECE,     /* of one, up to a directive in it */
	CHUNK_PROTOTYPE,
	CHUNK_VARIABLE, /* extern */
	CHUNK_FORWARD,  /* struct x; */
	CHUNK_OTHER,    /* anything, also a part of it up to a directive */
};

struct chunk {
	enum chunk_kind kind;
	uint32_t first, n; /* tokens */
	uint32_t name;     /* what is defined or declared; OTHER: 0 */
	uint32_t name_at;  /* its token, from first */
	uint32_t cond;     /* under which branch */
};

/* A branch of #if. 0 is the whole text. */
struct branch {
	uint32_t parent,
		before; /* around it; the branch before it of the same #if, or 0 */
	uint32_t chunk; /* of its directive */
};

struct chunks {
	struct tokens tokens;
	struct chunk *v; /* owned */
	size_t n, room;
	struct branch *branches; /* owned */
	size_t n_branches, room_branches;
	bool odd; /* braces and directives do not nest: nothing but directives is known */
};

/* Marks the words that mean something by themselves. */
bool chunk_words(struct words *words);

/* False: it is no text that we understand, or memory is out. */
bool chunks_read(struct words *words, const char *text, size_t len, struct chunks *ret);

/* Equal in everything that a preprocessor sees but lines. */
bool chunk_same(const struct chunks *a, const struct chunk *x, const struct chunks *b,
	const struct chunk *y);

/* True for a branch that .config (MARK_ON) leaves out, if nobody else has a say in it. */
bool chunk_dead(const struct words *words, const struct chunks *chunks, uint32_t branch);

/* The token behind the bracket that closes the one at i; n if there is none. */
size_t token_behind(const struct token *t, size_t n, size_t i);

void chunks_release(struct chunks *chunks);
#define CLEANUP_CHUNKS CLEANUP(chunks_release)

#endif
