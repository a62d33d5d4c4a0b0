// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What .config leaves out of a text: conditions of options alone. An option that any
 * other text defines is none (survey.c has its readers compiled).
 */
#include "chunk.h"

#define DEPTH_MAX 16

enum answer {
	NO,
	YES,
	UNKNOWN
};

struct asking {
	const struct words *words;
	const struct token *at, *end;
	int depth;
};

static bool is(const struct asking *a, const char *text)
{
	return a->at < a->end && token_is(a->words, a->at, text);
}

static bool eat(struct asking *a, char sign)
{
	if (a->at >= a->end || a->at->kind != TOKEN_SIGN || a->at->sign != sign)
		return false;
	a->at++;
	return true;
}

static enum answer ask_option(struct asking *a)
{
	const struct word *w = a->words->v + a->at->word;

	if (a->at >= a->end || a->at->kind != TOKEN_NAME || !word_begins(w, "CONFIG_"))
		return UNKNOWN;
	a->at++;
	return w->marks & MARK_ON ? YES : NO;
}

static enum answer ask_any(struct asking *a);

/* UNKNOWN may leave words behind: the whole is unknown then. */
static enum answer ask_one(struct asking *a)
{
	enum answer answer;

	if (eat(a, '!')) {
		answer = ask_one(a);
		return answer == UNKNOWN ? UNKNOWN : answer == YES ? NO : YES;
	}
	if (eat(a, '(')) {
		if (++a->depth > DEPTH_MAX)
			return UNKNOWN;
		answer = ask_any(a);
		return eat(a, ')') ? answer : UNKNOWN;
	}
	if (!is(a, "defined"))
		return UNKNOWN;
	a->at++;
	if (!eat(a, '('))
		return ask_option(a);
	answer = ask_option(a);
	return eat(a, ')') ? answer : UNKNOWN;
}

static enum answer ask_all(struct asking *a)
{
	enum answer answer = ask_one(a);

	while (answer != UNKNOWN && eat(a, '&')) {
		enum answer next = eat(a, '&') ? ask_one(a) : UNKNOWN;

		answer = next == UNKNOWN ? UNKNOWN : answer == YES ? next : NO;
	}
	return answer;
}

static enum answer ask_any(struct asking *a)
{
	enum answer answer = ask_all(a);

	while (answer != UNKNOWN && eat(a, '|')) {
		enum answer next = eat(a, '|') ? ask_all(a) : UNKNOWN;

		answer = next == UNKNOWN ? UNKNOWN : answer == NO ? next : YES;
	}
	return answer;
}

/* Of the directive that a branch begins with; #else: unknown. */
static enum answer ask(const struct words *words, const struct chunks *c, uint32_t branch)
{
	const struct chunk *k = &c->v[c->branches[branch].chunk];
	const struct token *t = c->tokens.v + k->first;
	struct asking a = {words, t + 2, t + k->n - 1, 0};
	const struct word *w = words->v + t[1].word;
	enum answer answer;

	if (k->n < 4)
		return UNKNOWN;
	answer = word_begins(w, "ifdef") || word_begins(w, "ifndef") ? ask_option(&a)
								     : ask_any(&a);
	if (answer == UNKNOWN || a.at != a.end)
		return UNKNOWN;
	if (word_begins(w, "ifndef"))
		return answer == YES ? NO : YES;
	return answer;
}

bool chunk_dead(const struct words *words, const struct chunks *chunks, uint32_t branch)
{
	for (; branch; branch = chunks->branches[branch].parent) {
		uint32_t before = chunks->branches[branch].before;

		if (ask(words, chunks, branch) == NO)
			return true;
		for (; before; before = chunks->branches[before].before)
			if (ask(words, chunks, before) == YES)
				return true;
	}
	return false;
}
