// SPDX-License-Identifier: GPL-2.0-or-later
#include "ktap.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "console.h"

#define DEPTH_MAX 256 /* columns; deeper is as deep */

void ktap_init(struct ktap *ktap)
{
	*ktap = (struct ktap){0};
	buf_init(&ktap->line, KTAP_LINE_MAX);
}

void ktap_release(struct ktap *ktap)
{
	buf_release(&ktap->line);
	free(ktap->cases);
	ktap_init(ktap);
}

static const char *skip_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	return strncmp(text, word, len) ? NULL : text + len;
}

static bool is_plan(const char *text)
{
	size_t first = strspn(text, "0123456789");

	return first && text[first] == '.' && text[first + 1] == '.' &&
	       isdigit((unsigned char)text[first + 2]);
}

/* A comment that holds a nested line, as kselftest's runner prints it. */
static bool is_nested(const char *text)
{
	if (text[0] != '#' || text[1] != ' ')
		return false;
	text += 2;
	text += strspn(text, " \t#");
	return skip_word(text, "ok ") || skip_word(text, "not ok ") ||
	       skip_word(text, "TAP version ") || skip_word(text, "KTAP version ") ||
	       is_plan(text);
}

/* Passes over what a line is indented by; the columns go to *ret_depth. */
static const char *indentation(const char *text, unsigned int *ret_depth)
{
	unsigned int depth = 0;

	for (;; depth++)
		if (is_nested(text))
			text++;
		else if (*text == '\t')
			text++, depth += 3;
		else if (*text == ' ')
			text++;
		else
			break;
	*ret_depth = depth < DEPTH_MAX ? depth : DEPTH_MAX;
	return text;
}

/* "1 - name # SKIP why": the name's bytes, and whether a failure is none. */
static size_t name_of(const char **text, bool *ret_excused)
{
	static const char *const words[] = {"SKIP", "TODO", "XFAIL"};
	const char *name = *text, *hash;
	size_t len;

	name += strspn(name, "0123456789");
	name += strspn(name, " \t");
	if (name[0] == '-' && (name[1] == ' ' || !name[1]))
		name++;
	name += strspn(name, " \t");
	*text = name;
	hash = strstr(name, "# ");
	len = hash ? (size_t)(hash - name) : strlen(name);
	*ret_excused = false;
	for (size_t i = 0; hash && i < ARRAY_SIZE(words); i++)
		*ret_excused |= !strncasecmp(hash + 2, words[i], strlen(words[i]));
	while (len && (name[len - 1] == ' ' || name[len - 1] == '\t'))
		len--;
	return len;
}

static void add_case(struct ktap *ktap, unsigned int depth, const char *name, size_t len)
{
	struct ktap_case *more;

	if (ktap->n == KTAP_CASES_MAX)
		return;
	more = reallocarray(ktap->cases, ktap->n + 1, sizeof(*more));
	if (!more)
		return;
	ktap->cases = more;
	more[ktap->n].depth = depth;
	snprintf(more[ktap->n].name, KTAP_NAME_MAX, "%.*s", (int)len, name);
	ktap->n++;
}

/* A result is that of all deeper ones before it: they get its name in front, and if it
 * passed they do not count. True if there were any. */
static bool take_children(
	struct ktap *ktap, unsigned int depth, const char *name, size_t len, bool failed)
{
	bool any = false;

	while (!failed && ktap->n && ktap->cases[ktap->n - 1].depth > depth)
		ktap->n--;
	for (size_t i = ktap->n; i-- > 0 && ktap->cases[i].depth > depth;) {
		struct ktap_case *c = &ktap->cases[i];
		CLEANUP_BUF struct buf whole;

		buf_init(&whole, 2 * KTAP_LINE_MAX);
		buf_addf(&whole, "%.*s/%s", (int)len, name, c->name);
		whole.len = whole.len < KTAP_NAME_MAX ? whole.len : KTAP_NAME_MAX - 1;
		memcpy(c->name, whole.data, whole.len);
		c->name[whole.len] = '\0';
		c->depth = depth;
		any = true;
	}
	return any;
}

static void take_result(
	struct ktap *ktap, unsigned int depth, const char *text, bool failed)
{
	bool excused;
	size_t len = name_of(&text, &excused);

	failed = failed && !excused;
	if (!take_children(ktap, depth, text, len, failed) && failed)
		add_case(ktap, depth, len ? text : "unnamed", len ? len : 7);
}

static void take_line(struct ktap *ktap)
{
	const char *text = console_text_of(ktap->line.data), *rest;
	unsigned int depth;

	text = indentation(text, &depth);
	rest = skip_word(text, "KTAP version ");
	if (!rest)
		rest = skip_word(text, "TAP version ");
	if (rest || is_plan(text))
		ktap->seen = true;
	else if ((rest = skip_word(text, "ok ")))
		take_result(ktap, depth, rest, false);
	else if ((rest = skip_word(text, "not ok ")))
		take_result(ktap, depth, rest, true);
}

static void end_line(struct ktap *ktap)
{
	while (ktap->line.len && ktap->line.data[ktap->line.len - 1] == '\r')
		ktap->line.data[--ktap->line.len] = '\0';
	take_line(ktap);
	buf_reset(&ktap->line);
	ktap->cut = false;
}

void ktap_feed(struct ktap *ktap, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = data[i];

		if (c == '\n')
			end_line(ktap);
		else if (ktap->line.len == KTAP_LINE_MAX)
			ktap->cut = true;
		else if (!ktap->cut)
			buf_addc(
				&ktap->line, c < ' ' && c != '\t' && c != '\r' ? '?' : c);
	}
}

void ktap_end(struct ktap *ktap, struct strvec *failed)
{
	if (ktap->line.len)
		end_line(ktap);
	for (size_t i = 0; ktap->seen && i < ktap->n; i++)
		strvec_add(failed, ktap->cases[i].name);
}
