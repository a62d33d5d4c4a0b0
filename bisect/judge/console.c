// SPDX-License-Identifier: GPL-2.0-or-later
#include "console.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define LINE_BYTES 1024 /* of a console line that are looked at */
#define SPEC_BYTES 200  /* of a normalised one that are kept */

const char *console_text_of(const char *line)
{
	const char *text = line;

	if (*text == '<')
		text += strspn(text + 1, "0123456789") + 1;
	text += *text == '>';
	while (*text == '[') {
		size_t inside = strspn(text + 1, " .0123456789TC");

		if (!inside || text[inside + 1] != ']')
			break;
		text += inside + 2;
		text += *text == ' ';
		line = text;
	}
	return line;
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* "+0x1f/0x40" behind a function's name. */
static size_t offset_bytes(const char *p)
{
	size_t n;

	if (strncmp(p, "+0x", 3))
		return 0;
	n = 3 + strspn(p + 3, "0123456789abcdef");
	if (strncmp(p + n, "/0x", 3))
		return n;
	return n + 3 + strspn(p + n + 3, "0123456789abcdef");
}

/* A whole word that is a number, in whatever base: "0xffff8880", "ffff888003c3c000",
 * "23", "22s". */
static size_t number_bytes(const char *p)
{
	size_t hex = strspn(p, "0123456789abcdefABCDEF"),
	       digits = strspn(p, "0123456789");

	if (!strncmp(p, "0x", 2))
		return 2 + strspn(p + 2, "0123456789abcdefABCDEF");
	if (hex >= 8 && !in_word(p[hex]))
		return hex;
	if (digits &&
		(!in_word(p[digits]) || (p[digits] == 's' && !in_word(p[digits + 1]))))
		return digits;
	return 0;
}

/* "[kworker/0:1:123]", "comm: modprobe": who it hit is chance. */
static size_t task_bytes(const char *p)
{
	size_t n = 0;

	if (*p == '[')
		n = strcspn(p, "]\n");
	if (n && p[n] == ']' && memchr(p, ':', n))
		return n + 1;
	if (!strncmp(p, "comm: ", 6) || !strncmp(p, "task ", 5))
		return 5 + (p[4] == ':') + strcspn(p + 5 + (p[4] == ':'), " \n");
	return 0;
}

void console_normalise(const char *line, struct buf *b)
{
	const char *p = console_text_of(line);
	bool word = false;

	for (size_t n; *p && *p != '\r' && *p != '\n' && b->len < b->max;
		word = in_word(p[-1])) {
		n = offset_bytes(p);
		if (!n && !word && (n = task_bytes(p)))
			buf_addc(b, '#');
		else if (!n && !word && (n = number_bytes(p)))
			buf_addc(b, '#');
		if (!n)
			buf_addc(b, (unsigned char)*p < ' ' || *p == 127 ? '?' : *p);
		p += n ? n : 1;
	}
}

static bool begins_trouble(const char *text)
{
	static const char *const starts[] = {"WARNING: ", "BUG: ", "kernel BUG at ",
		"Oops", "Kernel panic - not syncing", "general protection fault",
		"Unable to handle kernel", "Internal error: ", "UBSAN: ", "INFO: task ",
		"INFO: rcu",
		"rcu: INFO: ", "watchdog: BUG: ", "NMI watchdog: ", "Unexpected kernel ",
		"Bad page state", "double fault", "stack guard page",
		"kasan: ", "kfence: "};

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (!strncmp(text, starts[i], strlen(starts[i])))
			return true;
	return false;
}

static bool is_panic(const char *line)
{
	return !strncmp(line, "Kernel panic", 12);
}

static bool has(const struct strvec *lines, const char *line)
{
	for (size_t i = 0; i < lines->n; i++)
		if (!strcmp(lines->v[i], line))
			return true;
	return false;
}

static void add_line(struct strvec *all, const char *text, size_t len)
{
	CLEANUP_BUF struct buf whole, line;

	buf_init(&whole, LINE_BYTES);
	buf_init(&line, SPEC_BYTES);
	buf_add(&whole, text, len < LINE_BYTES ? len : LINE_BYTES);
	if (!begins_trouble(console_text_of(whole.data)))
		return;
	console_normalise(whole.data, &line);
	if (!has(all, line.data) && all->n < CONSOLE_LINES_MAX)
		strvec_add(all, line.data);
}

void console_lines(const char *text, struct strvec *lines)
{
	CLEANUP_STRVEC struct strvec all = STRVEC_INIT;
	bool explained = false;

	for (const char *next; *text; text = next) {
		size_t len = strcspn(text, "\n");

		add_line(&all, text, len);
		next = text + len + (text[len] == '\n');
	}
	for (size_t i = 0; i < all.n; i++)
		explained |= !is_panic(all.v[i]);
	for (size_t i = 0; i < all.n; i++)
		if (!is_panic(all.v[i]) || !explained)
			strvec_add(lines, all.v[i]);
}

enum console_stage console_stage(const char *text)
{
	if (!*text)
		return CONSOLE_UNKNOWN;
	return strstr(text, "Run /init as init process") ||
			       strstr(text, "systemd[1]: ") || strstr(text, "dracut: ")
		       ? CONSOLE_USERSPACE
		       : CONSOLE_KERNEL;
}
