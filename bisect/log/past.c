// SPDX-License-Identifier: GPL-2.0-or-later
#include "past.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/file.h"
#include "pairs.h"

#define LOG_MAX (64 * 1024 * 1024)

static const char *const verdicts[] = {
	[VERDICT_GOOD] = "good",
	[VERDICT_BAD] = "bad",
	[VERDICT_SKIP] = "skip",
};

const char *verdict_word(enum verdict verdict)
{
	return verdicts[verdict];
}

struct reading {
	struct past *past;
	struct step step; /* of the last `judged` event, until git's line comes */
	char subject[HISTORY_SUBJECT_TEXT]; /* of git's comment before its line */
	bool concluded; /* what follows is for git: it was told before, run by run */
	struct err *err;
};

static void copy(char *ret, size_t size, const char *text)
{
	snprintf(ret, size, "%s", text);
}
#define COPY(field, text) copy(field, sizeof(field), text)

static void take_start(struct past *past, struct strvec *pairs)
{
	strvec_release(&past->settings);
	past->settings = *pairs;
	*pairs = (struct strvec)STRVEC_INIT;
	past->result[0] = '\0';
}

static void take_judged(struct step *step, const struct strvec *pairs)
{
	*step = (struct step){.number = pairs_number(pairs, "step", 0),
		.exit_code = pairs_number(pairs, "exit", -1),
		.attempts = pairs_number(pairs, "attempts", 0),
		.resets = pairs_number(pairs, "resets", 0),
		.candidates = pairs_number(pairs, "candidates", 0)};
	COPY(step->role, pairs_text(pairs, "role"));
	COPY(step->host, pairs_text(pairs, "host"));
	COPY(step->commit, pairs_text(pairs, "commit"));
	COPY(step->why, pairs_text(pairs, "why"));
	COPY(step->boot, pairs_text(pairs, "boot"));
	step->warm = !strcmp(pairs_text(pairs, "way"), "warm");
	COPY(step->release, pairs_text(pairs, "release"));
	COPY(step->finished, pairs_text(pairs, "finished"));
	COPY(step->same_as, pairs_text(pairs, "same-as"));
	step->another = pairs_find(pairs, "another-failure") != NULL;
	cost_init(&step->cost);
	for (int i = 0; i < COST_STAGES; i++) {
		const char *value = pairs_find(pairs, cost_name(i));

		if (value)
			step->cost.seconds[i] = strtod(value, NULL);
	}
}

/* The last one told holds. */
static void take_signature(struct past *past, const struct strvec *pairs)
{
	static const char key[] = "failure=";

	strvec_release(&past->signature);
	for (size_t i = 0; i < pairs->n; i++)
		if (!strncmp(pairs->v[i], key, sizeof(key) - 1))
			strvec_add(&past->signature, pairs->v[i] + sizeof(key) - 1);
}

static void take_end(struct past *past, const struct strvec *pairs)
{
	COPY(past->result, pairs_text(pairs, "result"));
	COPY(past->words, pairs_text(pairs, "words"));
	COPY(past->culprit, pairs_text(pairs, "commit"));
	COPY(past->culprit_subject, pairs_text(pairs, "subject"));
	COPY(past->culprit_author, pairs_text(pairs, "author"));
	COPY(past->culprit_date, pairs_text(pairs, "date"));
	past->culprit_parents = pairs_number(pairs, "parents", 0);
	past->current[0] = '\0';
}

static int add_step(
	struct past *past, struct step **steps, size_t *n, const struct step *step)
{
	struct step *more = reallocarray(*steps, *n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	*steps = more;
	more[(*n)++] = *step;
	if (past->roster.last_number && step->number > past->roster.last_number)
		past->roster.last_number = step->number;
	past->current[0] = '\0';
	return 0;
}

int past_add(struct past *past, const struct step *step)
{
	return add_step(past, &past->steps, &past->n_steps, step);
}

int past_confirm(struct past *past, const struct step *step)
{
	return add_step(past, &past->confirmations, &past->n_confirmations, step);
}

/* Verdict and all: git has no line for it. */
static int take_whole(struct past *past, const struct strvec *pairs,
	int (*add)(struct past *past, const struct step *step))
{
	struct step step;

	take_judged(&step, pairs);
	COPY(step.subject, pairs_text(pairs, "subject"));
	step.verdict = VERDICT_SKIP;
	for (size_t v = 0; v < ARRAY_SIZE(verdicts); v++)
		if (!strcmp(pairs_text(pairs, "verdict"), verdicts[v]))
			step.verdict = v;
	return add(past, &step);
}

static void take_mode(struct past *past, const struct strvec *pairs)
{
	past->mode_changed = pairs_find(pairs, "back") == NULL;
	if (!past->mode_changed)
		return;
	COPY(past->mode_was, pairs_text(pairs, "was"));
	COPY(past->mode_host, pairs_text(pairs, "host"));
}

/* With several hosts it is in the roster. */
static void take_owner(struct past *past, const struct strvec *pairs)
{
	if (pairs_find(pairs, "host"))
		return;
	past->owner_noted = pairs_find(pairs, "back") == NULL;
	if (!past->owner_noted)
		past->last[0] = '\0';
	past->owner_next =
		(struct chosen){.wait = !strcmp(pairs_text(pairs, "wait"), "yes")};
	COPY(past->owner_next.image, pairs_text(pairs, "image"));
}

static int take_event(struct reading *rd, const char *text)
{
	CLEANUP_STRVEC struct strvec pairs = STRVEC_INIT;
	struct past *past = rd->past;
	const char *event;
	int r = pairs_split(&pairs, text, rd->err);

	if (!r)
		r = roster_take(&past->roster, &pairs);
	if (r < 0)
		return r;
	event = pairs_text(&pairs, "event");
	if (!strcmp(event, "start")) {
		take_start(past, &pairs);
	} else if (!strcmp(event, "step")) {
		COPY(past->current, pairs_text(&pairs, "commit"));
		past->current_candidates = pairs_number(&pairs, "candidates", 0);
		if (!pairs_find(&pairs, "host"))
			COPY(past->last, past->current);
	} else if (!strcmp(event, "judged")) {
		take_judged(&rd->step, &pairs);
	} else if (!strcmp(event, "confirmed")) {
		r = take_whole(past, &pairs, past_confirm);
	} else if (!strcmp(event, "run")) {
		r = take_whole(past, &pairs, past_add);
	} else if (!strcmp(event, "belief")) {
		COPY(past->belief, pairs_text(&pairs, "words"));
		past->belief_left = pairs_number(&pairs, "left", 0);
	} else if (!strcmp(event, "conclusion")) {
		rd->concluded = true;
	} else if (!strcmp(event, "no-revert")) {
		COPY(past->no_revert, pairs_text(&pairs, "why"));
		COPY(past->undone, pairs_text(&pairs, "culprit"));
		past->reverted[0] = '\0';
	} else if (!strcmp(event, "reverted")) {
		COPY(past->reverted, pairs_text(&pairs, "words"));
		COPY(past->undone, pairs_text(&pairs, "culprit"));
		past->no_revert[0] = '\0';
	} else if (!strcmp(event, "boot-mode")) {
		take_mode(past, &pairs);
	} else if (!strcmp(event, "owner-next")) {
		take_owner(past, &pairs);
	} else if (!strcmp(event, "signature")) {
		take_signature(past, &pairs);
	} else if (!strcmp(event, "lab-fault")) {
		past->lab_faults++;
	} else if (!strcmp(event, "end")) {
		take_end(past, &pairs);
	}
	return r < 0 ? err_errno(rd->err, r, "cannot take an event") : 0;
}

/* git's line makes a verdict count; the event before it, if it fits, tells the rest. */
static int take_verdict(struct reading *rd, enum verdict verdict, const char *commit)
{
	struct step step = rd->step;

	if (!image_commit_valid(commit))
		return err_set(rd->err, -EINVAL, "'%.60s' is not a commit", commit);
	if (strcmp(step.commit, commit)) {
		step = (struct step){.number = rd->past->n_steps + 1, .exit_code = -1};
		COPY(step.commit, commit);
		cost_init(&step.cost);
	}
	step.verdict = verdict;
	COPY(step.subject, rd->subject);
	rd->subject[0] = '\0';
	rd->step = (struct step){0};
	if (past_add(rd->past, &step) < 0)
		return err_set(rd->err, -ENOMEM, "out of memory");
	return 0;
}

/* "--term-old=X", or "--term-old" and X behind it; true if it was that option. */
static bool take_term(
	const struct strvec *words, size_t *i, const char *option, char ret[TERM_TEXT])
{
	const char *word = words->v[*i], *value = NULL;
	size_t len = strlen(option);

	if (strncmp(word, option, len))
		return false;
	if (word[len] == '=')
		value = word + len + 1;
	else if (!word[len] && *i + 1 < words->n)
		value = words->v[++*i];
	if (value && term_valid(value))
		copy(ret, TERM_TEXT, value);
	return value != NULL;
}

/* git bisect start [OPTION...] [BAD [GOOD...]] [-- PATH...] */
static int take_start_line(struct reading *rd, const struct strvec *words)
{
	struct past *past = rd->past;
	struct terms *terms = &past->terms;
	size_t i = 3;

	for (; i < words->n && strcmp(words->v[i], "--"); i++) {
		const char *word = words->v[i];

		if (!strcmp(word, "--first-parent"))
			past->first_parent = true;
		else if (take_term(words, &i, "--term-old", terms->old) ||
			 take_term(words, &i, "--term-good", terms->old) ||
			 take_term(words, &i, "--term-new", terms->new) ||
			 take_term(words, &i, "--term-bad", terms->new) || *word == '-')
			continue;
		else
			strvec_add(&past->start_revs, word);
	}
	for (i++; i < words->n; i++)
		strvec_add(&past->paths, words->v[i]);
	return strvec_check(&past->start_revs) | strvec_check(&past->paths);
}

/* `git bisect WORD ARG...`, split. */
static int take_git(struct reading *rd, const struct strvec *words)
{
	const char *word = words->n > 2 ? words->v[2] : "";
	int r = 0;

	if (rd->concluded)
		return 0;
	if (!strcmp(word, "start"))
		return take_start_line(rd, words);
	if (!strcmp(word, "new") || !strcmp(word, terms_new(&rd->past->terms)))
		word = "bad";
	else if (!strcmp(word, "old") || !strcmp(word, terms_old(&rd->past->terms)))
		word = "good";
	for (size_t v = 0; v < ARRAY_SIZE(verdicts); v++) {
		if (strcmp(word, verdicts[v]))
			continue;
		for (size_t i = 3; !r && i < words->n; i++)
			r = take_verdict(rd, v, words->v[i]);
		return r;
	}
	return err_set(rd->err, -EINVAL, "this is no line of a bisect log");
}

static int take_line(struct reading *rd, const char *line)
{
	static const char ours[] = "# tenfold: ";
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	const char *bracket;
	int r;

	if (!strncmp(line, ours, sizeof(ours) - 1))
		return take_event(rd, line + sizeof(ours) - 1);
	if (*line == '#') {
		bracket = strstr(line, "] ");
		COPY(rd->subject, bracket ? bracket + 2 : "");
		return 0;
	}
	if (!*line)
		return 0;
	r = strvec_split(&words, line, rd->err);
	if (r < 0)
		return r;
	if (words.n < 2 || strcmp(words.v[0], "git") || strcmp(words.v[1], "bisect"))
		return err_set(rd->err, -EINVAL, "this is no line of a bisect log");
	return take_git(rd, &words);
}

int past_feed(struct past *past, const char *text, size_t len, struct err *err)
{
	struct reading rd = {.past = past, .err = err};
	const char *end = text + len;
	int r = 0;

	/* half a line at the end comes from a kill and says nothing */
	for (unsigned int number = 1; !r && text < end; number++) {
		const char *newline = memchr(text, '\n', end - text);
		CLEANUP_FREE char *line = NULL;

		if (!newline)
			break;
		line = strndup(text, newline - text);
		r = line ? take_line(&rd, line) : -ENOMEM;
		if (r < 0)
			err_prefix(err, r, "line %u", number);
		text = newline + 1;
	}
	return r;
}

int past_parse(const char *text, size_t len, struct past *ret_past, struct err *err)
{
	int r;

	*ret_past = (struct past){0};
	r = past_feed(ret_past, text, len, err);
	if (r < 0)
		past_release(ret_past);
	return r;
}

int past_load(const char *path, struct past *ret_past, struct err *err)
{
	CLEANUP_BUF struct buf b;
	int r;

	*ret_past = (struct past){0};
	buf_init(&b, LOG_MAX);
	r = file_read(path, &b, err);
	if (r < 0)
		return r;
	r = past_parse(b.data, b.len, ret_past, err);
	return r < 0 ? err_prefix(err, r, "'%s'", path) : 0;
}

void past_release(struct past *past)
{
	strvec_release(&past->settings);
	strvec_release(&past->start_revs);
	strvec_release(&past->paths);
	strvec_release(&past->signature);
	roster_release(&past->roster);
	free(past->steps);
	free(past->confirmations);
	*past = (struct past){0};
}

const char *past_word(const struct past *past, enum verdict verdict)
{
	if (verdict == VERDICT_SKIP)
		return verdicts[verdict];
	return verdict == VERDICT_GOOD ? terms_old(&past->terms)
				       : terms_new(&past->terms);
}

const char *past_setting(const struct past *past, const char *key, const char *after)
{
	return pairs_next(&past->settings, key, after);
}

bool past_counts(const struct past *past, const struct step *step)
{
	const struct roster_host *host = roster_find(&past->roster, step->host);

	return !host || !host->disagrees;
}
