/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What others wrote, on its way to people: always valid UTF-8, never a control character,
 * never markup. Pure. */
#ifndef TENFOLD_TEXT_H
#define TENFOLD_TEXT_H

#include <stddef.h>

#include "buf.h"

/* Copies as much as fits, always terminated. */
void text_copy(char *to, size_t size, const char *from);

/* Adds text as clean UTF-8: bad bytes and control characters (tab excepted) become '?',
 * at most max bytes, cut between characters. */
void text_add_utf8(struct buf *b, const char *text, size_t len, size_t max);

/* Adds text as HTML's text or a quoted attribute's: clean UTF-8, newlines and tabs kept,
 * & < > " ' written as entities. */
void text_add_html(struct buf *b, const char *text, size_t len);

/* Adds text as a part of a URL: all but letters, digits and -._~/ as %XX. */
void text_add_url(struct buf *b, const char *text);

/* Decodes %XX in place; -EINVAL for a bad or NUL one. */
int text_decode_url(char *text);

/* Adds a word in single quotes, as sh, git and strvec_split() read it. */
void text_add_quoted(struct buf *b, const char *word);

/* The same, without quotes where the word needs none: for people to copy. */
void text_add_word(struct buf *b, const char *word);

/* The same on one line, whatever the word: control characters in bash's $'...'. */
void text_add_bash(struct buf *b, const char *word);

#endif
