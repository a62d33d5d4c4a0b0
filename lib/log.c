// SPDX-License-Identifier: GPL-2.0-or-later
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

#define LINE_MAX_BYTES 4096

static const char *program = "tenfold";

void log_open(const char *name)
{
	program = name;
}

/* level: the syslog priority, as systemd reads it in front of a line (sd-daemon(3)). */
static void __attribute__((format(printf, 2, 0)))
put(int level, const char *fmt, va_list ap)
{
	CLEANUP_BUF struct buf text, line;

	buf_init(&text, LINE_MAX_BYTES);
	buf_init(&line, LINE_MAX_BYTES + 64);
	buf_vaddf(&text, fmt, ap);
	if (getenv("JOURNAL_STREAM"))
		buf_addf(&line, "<%d>", level);
	else
		buf_addf(&line, "%s: ", program);
	buf_add_clean(&line, text.data);
	buf_addc(&line, '\n');
	fputs(line.data, stderr);
}

void log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(3, fmt, ap);
	va_end(ap);
}

void log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(4, fmt, ap);
	va_end(ap);
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(6, fmt, ap);
	va_end(ap);
}

void log_error_lines(const char *lines)
{
	while (*lines) {
		int len = (int)strcspn(lines, "\n");

		log_error("%.*s", len, lines);
		lines += len + (lines[len] == '\n');
	}
}
