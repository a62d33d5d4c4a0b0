// SPDX-License-Identifier: GPL-2.0-or-later
#include "build-log.h"

#include <string.h>

#include "kbuild.h"
#include "lib/cleanup.h"
#include "lib/text.h"

#define LINE_BYTES 400
#define CONTEXT_LINES 2 /* gcc shows the source line and a caret */

enum kind {
	KIND_TENFOLD,
	KIND_COMPILER,
	KIND_LINKER,
	KIND_MAKE,
	KIND_LAST
};

struct line {
	const char *text;
	size_t len;
};

static bool next_line(const char **log, const char *end, struct line *ret_line)
{
	const char *newline;

	if (*log >= end)
		return false;
	newline = memchr(*log, '\n', end - *log);
	*ret_line = (struct line){*log, (newline ? newline : end) - *log};
	*log += ret_line->len + 1;
	return true;
}

static bool has(const struct line *line, const char *word)
{
	return memmem(line->text, line->len, word, strlen(word));
}

static bool starts(const struct line *line, const char *word)
{
	return line->len >= strlen(word) && !memcmp(line->text, word, strlen(word));
}

/* "Kconfig:12: syntax error", "drivers/Kconfig:3: unknown statement" */
static bool is_kconfig_error(const struct line *line)
{
	const char *at = memmem(line->text, line->len, "Kconfig", 7);

	return at && has(line, ":") && !starts(line, "make") && !starts(line, "#") &&
	       (has(line, "syntax error") || has(line, "unknown statement") ||
		       has(line, "recursive dependency detected") ||
		       has(line, "can't open file"));
}

static bool is_kind(const struct line *line, enum kind kind)
{
	switch (kind) {
	case KIND_TENFOLD:
		return starts(line, KBUILD_OVER);
	case KIND_COMPILER:
		return has(line, ": error:") || has(line, ": fatal error:") ||
		       has(line, ": Error:") || is_kconfig_error(line);
	case KIND_LINKER:
		return has(line, "undefined reference to") ||
		       has(line, "multiple definition of") || starts(line, "ld: ") ||
		       starts(line, "ld.lld: ") || starts(line, "ERROR: modpost:") ||
		       starts(line, "error:") || has(line, "ERROR: ");
	case KIND_MAKE:
		return starts(line, "make") && has(line, "*** ");
	case KIND_LAST:
		return line->len > 0;
	}
	return false;
}

bool build_log_has_compiler_error(const char *log, size_t len)
{
	const char *end = log + len;
	struct line line;

	while (next_line(&log, end, &line))
		if (is_kind(&line, KIND_COMPILER))
			return true;
	return false;
}

static void add_line(struct buf *b, const struct line *line, const char *src)
{
	size_t src_len = strlen(src);
	struct line rest = *line;

	if (src_len && starts(line, src) && line->len > src_len) {
		rest.text += src_len + (line->text[src_len] == '/');
		rest.len = line->len - (rest.text - line->text);
	}
	text_add_utf8(b, rest.text, rest.len, LINE_BYTES);
	buf_addc(b, '\n');
}

static size_t add_kind(
	const char *log, const char *end, enum kind kind, const char *src, struct buf *b)
{
	size_t lines = 0, context = 0;
	struct line line;

	while (lines < BUILD_LOG_ERROR_LINES && next_line(&log, end, &line)) {
		bool hit = is_kind(&line, kind);

		if (hit)
			context = kind == KIND_COMPILER ? CONTEXT_LINES : 0;
		/* gcc's context begins with a blank; other output ends it */
		else if (!context || !starts(&line, " ") || starts(&line, "  CC"))
			continue;
		else
			context--;
		add_line(b, &line, src);
		lines++;
	}
	return lines;
}

/* Where the last n lines begin. */
static const char *last_lines(const char *log, size_t len, size_t n)
{
	const char *p = log + len;

	while (p > log) {
		const char *newline = memrchr(log, '\n', p - log - 1);

		p = newline ? newline + 1 : log;
		if (--n == 0)
			break;
	}
	return p;
}

void build_log_errors(const char *log, size_t len, const char *src, struct buf *b)
{
	const char *end = log + len;

	if (!len || add_kind(log, end, KIND_TENFOLD, src, b) ||
		add_kind(log, end, KIND_COMPILER, src, b) ||
		add_kind(log, end, KIND_LINKER, src, b) ||
		add_kind(log, end, KIND_MAKE, src, b))
		return;
	add_kind(last_lines(log, len, 10), end, KIND_LAST, src, b);
}

/* "/bin/sh: 1: flex: not found": a tool of the machine; one with a slash in its name
 * is a script of the tree, which the commit may have broken. */
static bool tool_missing(const struct line *line)
{
	static const char *const ends[] = {": not found", ": command not found"};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		const char *hit = memmem(line->text, line->len, ends[i], strlen(ends[i]));
		const char *name;

		if (!hit || hit + strlen(ends[i]) != line->text + line->len ||
			!has(line, "sh: "))
			continue;
		name = memrchr(line->text, ' ', hit - line->text);
		if (name && !memchr(name, '/', hit - name))
			return true;
	}
	return false;
}

/* A read-only file system is not among them: in the sandbox the sources are one, and the
 * builder notices by itself that it can write no mark. */
bool build_log_blames_machine(const char *log, size_t len, struct buf *ret_line)
{
	static const char *const words[] = {"No space left on device",
		"Disk quota exceeded", "virtual memory exhausted",
		"Cannot allocate memory", "Killed signal terminated program",
		"cannot fork", "Cannot fork", "fork: retry",
		"Resource temporarily unavailable", "Too many open files",
		"Input/output error", "fatal error: openssl/",
		"fatal error: libelf.h:", "fatal error: gelf.h:"};
	const char *end = log + len;
	struct line line;

	while (next_line(&log, end, &line)) {
		bool hit = tool_missing(&line);

		for (size_t i = 0; !hit && i < ARRAY_SIZE(words); i++)
			hit = has(&line, words[i]);
		/* a quoted source line may hold any of these words */
		if (hit && !starts(&line, " ")) {
			text_add_utf8(ret_line, line.text, line.len, LINE_BYTES);
			return true;
		}
	}
	return false;
}
