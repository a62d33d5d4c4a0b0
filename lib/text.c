// SPDX-License-Identifier: GPL-2.0-or-later
#include "text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define ALPHANUMERIC "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* Bytes of the UTF-8 character at text (Unicode 15, table 3-7); 0 if it is none. */
static size_t utf8_length(const unsigned char *text, size_t len)
{
	unsigned char c = text[0], low = 0x80, high = 0xbf;
	size_t n = c < 0x80   ? 1
		   : c < 0xc2 ? 0
		   : c < 0xe0 ? 2
		   : c < 0xf0 ? 3
		   : c < 0xf5 ? 4
			      : 0;

	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	if (n > len)
		return 0;
	for (size_t i = 1; i < n; i++, low = 0x80, high = 0xbf)
		if (text[i] < low || text[i] > high)
			return 0;
	return n;
}

void text_add_utf8(struct buf *b, const char *text, size_t len, size_t max)
{
	size_t added = 0;

	while (len) {
		size_t n = utf8_length((const unsigned char *)text, len);
		bool fine = n > 1 ||
			    (n == 1 && ((unsigned char)*text >= 0x20 || *text == '\t'));

		if (*text == 0x7f || !fine)
			fine = false;
		if (added + (fine ? n : 1) > max)
			return;
		buf_add(b, fine ? text : "?", fine ? n : 1);
		added += fine ? n : 1;
		n = n ? n : 1;
		text += n;
		len -= n;
	}
}

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void text_add_html(struct buf *b, const char *text, size_t len)
{
	while (len) {
		size_t n = 1;

		if (*text == '\n' || entity(*text)) {
			buf_adds(b, *text == '\n' ? "\n" : entity(*text));
		} else {
			while (n < len && text[n] != '\n' && !entity(text[n]))
				n++;
			text_add_utf8(b, text, n, SIZE_MAX);
		}
		text += n;
		len -= n;
	}
}

void text_copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

void text_add_url(struct buf *b, const char *text)
{
	static const char plain[] = ALPHANUMERIC "-._~/";

	for (; *text; text++)
		if (strchr(plain, *text))
			buf_addc(b, *text);
		else
			buf_addf(b, "%%%02X", (unsigned char)*text);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int text_decode_url(char *text)
{
	char *to = text;

	for (; *text; text++) {
		int high, low;

		if (*text != '%') {
			*to++ = *text;
			continue;
		}
		high = hex_digit(text[1]);
		low = high < 0 ? -1 : hex_digit(text[2]);
		if (low < 0 || !(high | low))
			return -EINVAL;
		*to++ = (char)(high << 4 | low);
		text += 2;
	}
	*to = '\0';
	return 0;
}

void text_add_quoted(struct buf *b, const char *word)
{
	buf_addc(b, '\'');
	for (; *word; word++)
		if (*word == '\'')
			buf_adds(b, "'\\''");
		else
			buf_addc(b, *word);
	buf_addc(b, '\'');
}

void text_add_word(struct buf *b, const char *word)
{
	static const char plain[] = ALPHANUMERIC "_./:=@%+,-";

	if (*word && !word[strspn(word, plain)])
		buf_adds(b, word);
	else
		text_add_quoted(b, word);
}

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

static bool has_control(const char *text)
{
	while (*text && !is_control(*text))
		text++;
	return *text;
}

void text_add_bash(struct buf *b, const char *word)
{
	if (!has_control(word)) {
		text_add_word(b, word);
		return;
	}
	buf_adds(b, "$'");
	for (; *word; word++)
		if (is_control(*word))
			buf_addf(b, "\\%03o", (unsigned int)*word);
		else
			buf_addf(b, "%s%c", strchr("'\\", *word) ? "\\" : "", *word);
	buf_addc(b, '\'');
}
