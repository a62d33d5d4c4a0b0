// SPDX-License-Identifier: GPL-2.0-or-later
#include "buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char empty[1];

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.data = empty, .max = max};
}

void buf_release(struct buf *b)
{
	if (b->room)
		free(b->data);
	buf_init(b, b->max);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->failed = 0;
	if (b->room)
		b->data[0] = '\0';
}

static bool make_room(struct buf *b, size_t more)
{
	size_t room = b->room ? b->room : 64;
	char *data;

	if (b->failed)
		return false;
	if (more > b->max || b->len > b->max - more) {
		b->failed = -EMSGSIZE;
		return false;
	}
	while (room < b->len + more + 1)
		room *= 2;
	if (room == b->room)
		return true;
	data = realloc(b->room ? b->data : NULL, room);
	if (!data) {
		b->failed = -ENOMEM;
		return false;
	}
	b->data = data;
	b->room = room;
	b->data[b->len] = '\0';
	return true;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	if (!len || !make_room(b, len))
		return;
	memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n <= 0 || !make_room(b, n))
		return;
	vsnprintf(b->data + b->len, n + 1, fmt, ap);
	b->len += n;
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

void buf_add_clean(struct buf *b, const char *text)
{
	while (*text) {
		size_t n = 0;

		while (text[n] && !is_control(text[n]))
			n++;
		buf_add(b, text, n);
		text += n;
		for (; *text && is_control(*text); text++)
			buf_addc(b, '?');
	}
}

int buf_check(const struct buf *b)
{
	return b->failed;
}

char *buf_take(struct buf *b)
{
	char *data;

	if (b->failed) {
		buf_release(b);
		return NULL;
	}
	data = b->room ? b->data : strdup("");
	buf_init(b, b->max);
	return data;
}

char *buf_format(const char *fmt, ...)
{
	struct buf b;
	va_list ap;

	buf_init(&b, 64 * 1024);
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	return buf_take(&b);
}
