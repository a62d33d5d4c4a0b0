// SPDX-License-Identifier: GPL-2.0-or-later
#include "message.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "child.h"
#include "cleanup.h"
#include "text.h"

#define LINE_BYTES 76    /* RFC 2047 2: of a line with an encoded word */
#define ENCODED_BYTES 39 /* text bytes of one encoded word: 52 in base64, 64 in all */
#define HEADER_BYTES 500 /* of a header's text: a subject may be endless */
#define BODY_BYTES 900
#define SENDMAIL_SECONDS 120

static bool atom_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Runs of chars parted by single dots. */
static bool dotted(const char *text, size_t len, bool domain)
{
	bool dot = true;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		bool fine = atom_char(c) &&
			    (!domain || c == '-' || !strchr("!#$%&'*+/=?^_`{|}~", c));

		if (c == '.' ? dot : !fine)
			return false;
		dot = c == '.';
	}
	return !dot;
}

bool message_address_valid(const char *text)
{
	const char *at = strchr(text, '@');

	/* a leading dash would be read as an option by some MTA down the line */
	return at && strlen(text) <= 254 && text[0] != '-' &&
	       dotted(text, at - text, false) && dotted(at + 1, strlen(at + 1), true);
}

static void add_base64(struct buf *b, const unsigned char *data, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		unsigned int n = data[i] << 16 | (i + 1 < len ? data[i + 1] : 0) << 8 |
				 (i + 2 < len ? data[i + 2] : 0);

		buf_addc(b, digits[n >> 18]);
		buf_addc(b, digits[n >> 12 & 63]);
		buf_addc(b, i + 1 < len ? digits[n >> 6 & 63] : '=');
		buf_addc(b, i + 2 < len ? digits[n & 63] : '=');
	}
}

/* "=?" in plain text would be read as an encoded word. */
static bool is_plain(const char *text)
{
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p >= 0x80)
			return false;
	return !strstr(text, "=?");
}

/* Folds at blanks; a word without one stays whole, up to the 998 that RFC 5322 allows. */
static void add_folded(struct buf *b, const char *text, size_t column)
{
	while (*text) {
		size_t blank = strspn(text, " "), word = strcspn(text + blank, " ");

		if (!word)
			return; /* blanks at the end */
		if (blank && column + blank + word > LINE_BYTES) {
			buf_addc(b, '\n');
			column = 0;
		}
		buf_add(b, text, blank + word);
		column += blank + word;
		text += blank + word;
	}
}

/* Whole characters in each word (RFC 2047 5.3). */
static void add_encoded(struct buf *b, const char *text, size_t column)
{
	size_t len = strlen(text);

	while (len) {
		size_t n = len < ENCODED_BYTES ? len : ENCODED_BYTES;

		while (n < len && n > 1 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
		if (column + 12 + (n + 2) / 3 * 4 > LINE_BYTES)
			buf_adds(b, "\n ");
		buf_adds(b, "=?UTF-8?B?");
		add_base64(b, (const unsigned char *)text, n);
		buf_adds(b, "?=");
		column = LINE_BYTES;
		text += n;
		len -= n;
	}
}

void message_header(struct buf *b, const char *name, const char *text)
{
	CLEANUP_BUF struct buf clean = {0};
	size_t column = strlen(name) + 2;

	buf_init(&clean, HEADER_BYTES + 8);
	text_add_utf8(&clean, text, strlen(text), HEADER_BYTES);
	for (size_t i = 0; i < clean.len; i++)
		if (clean.data[i] == '\t')
			clean.data[i] = ' ';
	buf_addf(b, "%s: ", name);
	if (is_plain(clean.data))
		add_folded(b, clean.data, column);
	else
		add_encoded(b, clean.data, column);
	buf_addc(b, '\n');
}

void message_date(struct buf *b, int64_t seconds)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t t = seconds;
	struct tm tm;

	gmtime_r(&t, &tm);
	buf_addf(b, "Date: %s, %d %s %d %02d:%02d:%02d +0000\n", days[tm.tm_wday],
		tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
		tm.tm_sec);
}

void message_addresses(struct buf *b, const char *name, const struct strvec *list)
{
	if (!list || !list->n)
		return;
	buf_addf(b, "%s: ", name);
	for (size_t i = 0; i < list->n; i++)
		buf_addf(b, "%s%s", i ? ",\n " : "", list->v[i]);
	buf_addc(b, '\n');
}

/* A phrase of plain words needs no quotes (RFC 5322 3.2.3). */
static bool is_phrase(const char *text)
{
	for (const char *p = text; *p; p++)
		if (*p != ' ' && !atom_char(*p))
			return false;
	return *text;
}

void message_mailbox(struct buf *b, const char *name, const char *address)
{
	CLEANUP_BUF struct buf clean;

	buf_init(&clean, HEADER_BYTES + 8);
	text_add_utf8(&clean, name, strlen(name), HEADER_BYTES / 4);
	for (char *p = clean.data; (p = strchr(p, '\t'));)
		*p = ' ';
	if (!is_plain(clean.data)) {
		add_encoded(b, clean.data, sizeof("Cc: ") - 1);
	} else if (is_phrase(clean.data)) {
		buf_adds(b, clean.data);
	} else if (clean.len) {
		buf_addc(b, '"');
		for (const char *p = clean.data; *p; p++) {
			if (*p == '"' || *p == '\\')
				buf_addc(b, '\\');
			buf_addc(b, *p);
		}
		buf_addc(b, '"');
	}
	buf_addf(b, "%s<%s>", clean.len ? " " : "", address);
}

void message_line(struct buf *b, const char *text, size_t len)
{
	text_add_utf8(b, text, len, BODY_BYTES);
	buf_addc(b, '\n');
}

int message_send(
	const char *message, const struct strvec *argv, int cancel_fd, struct err *err)
{
	struct child_spec spec = CHILD_SPEC_INIT;
	CLEANUP_BUF struct buf out, how;
	struct child_result result;
	int r;

	buf_init(&out, 512);
	buf_init(&how, 256);
	spec.argv = argv->v;
	spec.input = message;
	spec.out = &out;
	spec.timeout = SENDMAIL_SECONDS;
	spec.cancel_fd = cancel_fd;
	r = child_run(&spec, &result, err);
	if (r < 0 || !result.exit_code)
		return r;
	child_describe(&result, &how);
	return err_set(err, -EIO, "'%s' %s: %.300s", argv->v[0], how.data, out.data);
}
