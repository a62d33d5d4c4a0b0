/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tokens of a C text as a preprocessor sees them, without comments. Pure; time and
 * room grow with the length of the text alone.
 */
#ifndef TENFOLD_BUILDER_SPARE_LEX_H
#define TENFOLD_BUILDER_SPARE_LEX_H

#include "word.h"

enum token_kind {
	TOKEN_NAME,
	TOKEN_NUMBER,
	TOKEN_STRING, /* "..." and '...' */
	TOKEN_SIGN,
	TOKEN_HASH, /* the # of a directive */
	TOKEN_END,  /* of a directive's line */
};

struct token {
	uint32_t word; /* of its text; END: 0 */
	uint32_t line; /* where it starts, from 1 */
	uint8_t kind;
	char sign;  /* SIGN: its first byte; two of them: upper bit set, see TWO() */
	bool space; /* blanks or a comment before it */
};

/* Signs of two bytes that anybody asks for; the others are two tokens. */
#define TWO(c) ((char)((c) | 0x80))
#define SIGN_ARROW TWO('-')  /* -> */
#define SIGN_PASTE TWO('#')  /* ## */
#define SIGN_CHANGE TWO('+') /* ++ -- */

struct tokens {
	struct token *v; /* owned */
	size_t n, room;
	bool odd; /* it has tokens that are none of C */
};

/* Replaces what tokens has. False in doubt: a literal or comment that does not end, a
 * trigraph, a digraph, a byte that is none of C's, too long a text. */
bool lex(struct words *words, const char *text, size_t len, struct tokens *tokens);

/* A name of this text; one of these one-byte signs. */
bool token_is(const struct words *words, const struct token *t, const char *text);
bool token_signs(const struct token *t, const char *signs);
/* Marks of a name; of anything else none. */
uint32_t token_marks(const struct words *words, const struct token *t);

void tokens_release(struct tokens *tokens);
#define CLEANUP_TOKENS CLEANUP(tokens_release)

#endif
