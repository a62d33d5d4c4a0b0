/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that grows up to a compulsory maximum.
 * data is always a terminated string, also when nothing was added. Once an addition
 * would pass the maximum (or memory is out), nothing more is added and `failed` stays
 * set, so a chain of additions needs one check at its end: buf_check().
 */
#ifndef TENFOLD_BUF_H
#define TENFOLD_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"

struct buf {
	char *data;  /* owned; terminated */
	size_t len;  /* bytes without the terminator */
	size_t room; /* bytes allocated */
	size_t max;  /* bytes that len may reach */
	int failed;  /* 0, -EMSGSIZE or -ENOMEM */
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
void buf_reset(struct buf *b);

void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *text);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* Adds text with every control character (tab and newline too) and DEL made into '?':
 * for hostile words in a line-based answer, a log or a terminal. */
void buf_add_clean(struct buf *b, const char *text);

/* 0, or the first failure of the chain (-EMSGSIZE, -ENOMEM). */
int buf_check(const struct buf *b);

/* Hands the text to the caller (free() it) and leaves b empty; NULL if b had failed. */
char *buf_take(struct buf *b);

/* Text in memory of its own (free() it), of at most 64 KiB; NULL: too long, or no memory.
 */
char *buf_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static inline void cleanup_buf(struct buf *b)
{
	buf_release(b);
}
#define CLEANUP_BUF CLEANUP(cleanup_buf)

#endif
