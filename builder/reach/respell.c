// SPDX-License-Identifier: GPL-2.0-or-later
#include "respell.h"

#include <string.h>

#include "lib/buf.h"

#define TEXT_MAX (64u << 20)
/* Stands before a line's end in a comment: a directive does not end there. */
#define INSIDE '\1'

/* The length of the literal that text begins with; 0 if its line ends before it does. */
static size_t literal(const char *text, size_t len)
{
	for (size_t i = 1; i < len && text[i] != '\n'; i++) {
		if (text[i] == '\\')
			i++;
		else if (text[i] == text[0])
			return i + 1;
	}
	return 0;
}

/* The length of the comment that text begins with, without the end of its line; 0 if it
 * does not end, or in a way that only a preprocessor should judge. */
static size_t comment(const char *text, size_t len)
{
	const char *end, *back;

	if (text[1] == '/') {
		end = memchr(text, '\n', len);
		end = end ? end : text + len;
	} else {
		end = memmem(text + 2, len - 2, "*/", 2);
		end = end ? end + 2 : text;
	}
	back = memchr(text, '\\', end - text);
	return back || memmem(text, end - text, "?\?/", 3) ? 0 : end - text;
}

/* What a compiler says of a comment may fail a build: -Wcomment of a comment's beginning
 * in another, -Wbidi-chars and -Winvalid-utf8 of what is not ASCII. */
static bool heeded(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((i + 4 <= len && !strncasecmp(text + i, "fall", 4)) ||
			(i >= 2 && i + 2 <= len && !memcmp(text + i, "/*", 2)) ||
			(unsigned char)text[i] >= 0x80)
			return true;
	return false;
}

/* Blanks at the end of a line say nothing. */
static void trim(struct buf *b)
{
	while (b->len && (b->data[b->len - 1] == ' ' || b->data[b->len - 1] == '\t'))
		b->data[--b->len] = '\0';
}

static void add_comment(const char *text, size_t len, struct buf *b)
{
	if (heeded(text, len)) {
		buf_add(b, text, len);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (text[i] != '\n') {
			buf_addc(b, ' ');
			continue;
		}
		trim(b);
		buf_addc(b, INSIDE);
		buf_addc(b, '\n');
	}
}

/* True in a directive after '<': in the name of a header, nothing is a comment. */
static bool in_header_name(const struct buf *b)
{
	const char *line = memrchr(b->data, '\n', b->len);

	line = line ? line + 1 : b->data;
	line += strspn(line, " \t");
	return *line == '#' && strchr(line, '<') &&
	       (!strrchr(line, '>') || strrchr(line, '>') < strrchr(line, '<'));
}

/* The text with its comments blanked out, each token in its place. */
static bool strip(const char *text, size_t len, struct buf *b)
{
	size_t i = 0, n;

	while (i < len && !buf_check(b)) {
		const char *at = text + i;

		n = 1;
		if (*at == '"' || *at == '\'')
			n = literal(at, len - i);
		if (n && *at == '/' && i + 1 < len && (at[1] == '/' || at[1] == '*')) {
			n = in_header_name(b) ? 0 : comment(at, len - i);
			add_comment(at, n, b);
		} else {
			if (*at == '\n')
				trim(b);
			buf_add(b, at, n);
		}
		if (!n || !*at || *at == INSIDE)
			return false;
		i += n;
	}
	trim(b);
	while (b->len && strchr("\n\1", b->data[b->len - 1]))
		b->data[--b->len] = '\0';
	return !buf_check(b);
}

bool respell_same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	CLEANUP_BUF struct buf x = {0}, y = {0};

	buf_init(&x, TEXT_MAX);
	buf_init(&y, TEXT_MAX);
	return strip(a, a_len, &x) && strip(b, b_len, &y) && x.len == y.len &&
	       !memcmp(x.data, y.data, x.len);
}
