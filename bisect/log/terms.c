// SPDX-License-Identifier: GPL-2.0-or-later
#include "terms.h"

#include <string.h>

#include "lib/strvec.h"
#include "lib/text.h"

const char *terms_old(const struct terms *terms)
{
	return *terms->old ? terms->old : "good";
}

const char *terms_new(const struct terms *terms)
{
	return *terms->new ? terms->new : "bad";
}

bool term_valid(const char *text)
{
	static const char *const taken[] = {"help", "start", "skip", "next", "reset",
		"visualize", "view", "replay", "log", "run", "terms"};

	for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
		if (!strcmp(text, taken[i]))
			return false;
	return *text && *text != '-' && strlen(text) < TERM_TEXT &&
	       !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789-_")];
}

static void add_quoted(struct buf *b, const char *text)
{
	buf_addc(b, ' ');
	text_add_quoted(b, text);
}

void terms_start(const struct terms *terms, bool first_parent, const struct strvec *paths,
	struct buf *b)
{
	buf_adds(b, "git bisect start");
	if (first_parent)
		add_quoted(b, "--first-parent");
	if (*terms->new) {
		add_quoted(b, "--term-new");
		add_quoted(b, terms->new);
	}
	if (*terms->old) {
		add_quoted(b, "--term-old");
		add_quoted(b, terms->old);
	}
	if (paths->n)
		add_quoted(b, "--");
	for (size_t i = 0; i < paths->n; i++)
		add_quoted(b, paths->v[i]);
	buf_addc(b, '\n');
}
