// SPDX-License-Identifier: GPL-2.0-or-later
#include "signature.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (8 * 1024 * 1024)

static const char *const kinds[FAILURE_KINDS] = {
	[FAILURE_NONE] = "none",
	[FAILURE_TEST] = "test",
	[FAILURE_TIMEOUT] = "timeout",
	[FAILURE_DIED] = "died-in-test",
	[FAILURE_HANG] = "hang-at-boot",
	[FAILURE_PANIC] = "panic-at-boot",
	[FAILURE_ROOT] = "no-local-os",
};

static const char *const kind_texts[FAILURE_KINDS] = {
	[FAILURE_NONE] = "any failure",
	[FAILURE_TEST] = "a test that fails",
	[FAILURE_TIMEOUT] = "a test without end",
	[FAILURE_DIED] = "a host that goes down during the test",
	[FAILURE_HANG] = "a hang at boot",
	[FAILURE_PANIC] = "a panic or reset at boot",
	[FAILURE_ROOT] = "a boot that does not find the local OS",
};

static const char *const stages[] = {
	[CONSOLE_UNKNOWN] = "",
	[CONSOLE_KERNEL] = "kernel",
	[CONSOLE_USERSPACE] = "userspace",
};

void failure_init(struct failure *failure)
{
	*failure = (struct failure){.exit_code = -1};
	buf_init(&failure->text, TEXT_MAX);
}

void failure_release(struct failure *failure)
{
	strvec_release(&failure->cases);
	strvec_release(&failure->lines);
	buf_release(&failure->text);
	failure_init(failure);
}

void signature_release(struct signature *s)
{
	strvec_release(&s->cases);
	strvec_release(&s->lines);
	strvec_release(&s->patterns);
	*s = (struct signature)SIGNATURE_INIT;
}

bool signature_is_empty(const struct signature *s)
{
	return !s->any && s->kind == FAILURE_NONE && s->exit_code < 0 && !s->cases.n &&
	       !s->lines.n && !s->patterns.n;
}

/* "panic-at-boot:kernel" */
static int add_class(struct signature *s, const char *text, struct err *err)
{
	size_t len = strcspn(text, ":");
	enum failure_kind kind = FAILURE_TEST;
	size_t stage = 0;

	while (kind < FAILURE_KINDS &&
		(strncmp(kinds[kind], text, len) || kinds[kind][len]))
		kind++;
	if (text[len])
		while (++stage < ARRAY_SIZE(stages) &&
			strcmp(stages[stage], text + len + 1))
			;
	if (kind == FAILURE_KINDS || stage == ARRAY_SIZE(stages))
		return err_set(
			err, -EINVAL, "there is no class of failure '%.60s'", text);
	s->kind = kind;
	s->stage = stage;
	return 0;
}

static int add_exit(struct signature *s, const char *text, struct err *err)
{
	char *end;
	long code = strtol(text, &end, 10);

	if (end == text || *end || code < 1 || code > 127 || code == 125)
		return err_set(err, -EINVAL,
			"exit=%.60s: a failure's exit code is 1 to 127, without 125",
			text);
	s->kind = FAILURE_TEST;
	s->exit_code = code;
	return 0;
}

static int add_pattern(struct signature *s, const char *text, struct err *err)
{
	regex_t regex;
	char why[128];
	int r = regcomp(&regex, text, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);

	if (r) {
		regerror(r, &regex, why, sizeof(why));
		return err_set(err, -EINVAL, "console=%.200s: %s", text, why);
	}
	regfree(&regex);
	strvec_add(&s->patterns, text);
	return strvec_check(&s->patterns);
}

int signature_add(struct signature *s, const char *word, struct err *err)
{
	const char *value = strchr(word, '=');
	size_t len = value ? (size_t)(value++ - word) : 0;

	if (!strcmp(word, "any")) {
		s->any = true;
		return 0;
	}
	if (value && *value && len == 4 && !strncmp(word, "exit", len))
		return add_exit(s, value, err);
	if (value && *value && len == 5 && !strncmp(word, "class", len))
		return add_class(s, value, err);
	if (value && *value && len == 7 && !strncmp(word, "console", len))
		return add_pattern(s, value, err);
	if (value && *value && len == 4 && !strncmp(word, "ktap", len)) {
		strvec_add(&s->cases, value);
		return strvec_check(&s->cases);
	}
	if (value && *value && len == 4 && !strncmp(word, "line", len)) {
		strvec_add(&s->lines, value);
		return strvec_check(&s->lines);
	}
	return err_set(err, -EINVAL,
		"'%.60s' is no failure: say any, exit=N, ktap=CASE, console=REGEX or "
		"class=KIND",
		word);
}

static void add_list(struct strvec *words, const char *key, const struct strvec *list)
{
	for (size_t i = 0; i < list->n; i++)
		strvec_addf(words, "%s=%s", key, list->v[i]);
}

void signature_words(const struct signature *s, struct strvec *words)
{
	if (s->any)
		strvec_add(words, "any");
	if (s->exit_code >= 0)
		strvec_addf(words, "exit=%d", s->exit_code);
	else if (s->kind != FAILURE_NONE)
		strvec_addf(words, "class=%s%s%s", kinds[s->kind], s->stage ? ":" : "",
			stages[s->stage]);
	add_list(words, "ktap", &s->cases);
	add_list(words, "line", &s->lines);
	add_list(words, "console", &s->patterns);
}

static void copy_list(struct strvec *to, const struct strvec *from)
{
	for (size_t i = 0; i < from->n; i++)
		strvec_add(to, from->v[i]);
}

void signature_learn(struct signature *s, const struct failure *failure)
{
	signature_release(s);
	s->kind = failure->kind;
	s->stage = failure->stage;
	if (s->kind == FAILURE_TEST)
		s->exit_code = failure->exit_code;
	copy_list(&s->cases, &failure->cases);
	copy_list(&s->lines, &failure->lines);
}

void signature_show(const struct signature *s, struct failure *failure)
{
	failure->kind = s->kind;
	failure->stage = s->stage;
	failure->exit_code = s->exit_code;
	copy_list(&failure->cases, &s->cases);
	copy_list(&failure->lines, &s->lines);
}

static bool has(const struct strvec *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i], text))
			return true;
	return false;
}

bool signature_forget(struct signature *s, const struct strvec *lines)
{
	struct strvec kept = STRVEC_INIT;
	bool any;

	for (size_t i = 0; i < s->lines.n; i++)
		if (!has(lines, s->lines.v[i]))
			strvec_add(&kept, s->lines.v[i]);
	any = kept.n < s->lines.n;
	strvec_release(&s->lines);
	s->lines = kept;
	return any;
}

/* "ping" names "net/ping" as well. */
static bool is_case(const char *name, const char *wanted)
{
	size_t len = strlen(name), tail = strlen(wanted);

	return !strcmp(name, wanted) || (len > tail && name[len - tail - 1] == '/' &&
						!strcmp(name + len - tail, wanted));
}

static bool case_fails(const struct strvec *wanted, const struct strvec *cases)
{
	for (size_t i = 0; i < wanted->n; i++)
		for (size_t j = 0; j < cases->n; j++)
			if (is_case(cases->v[j], wanted->v[i]))
				return true;
	return !wanted->n;
}

static bool line_is_there(const struct strvec *wanted, const struct strvec *lines)
{
	for (size_t i = 0; i < wanted->n; i++)
		if (has(lines, wanted->v[i]))
			return true;
	return !wanted->n;
}

static bool pattern_matches(const struct strvec *patterns, const char *text)
{
	bool found = !patterns->n;

	for (size_t i = 0; !found && i < patterns->n; i++) {
		regex_t regex;

		if (regcomp(&regex, patterns->v[i],
			    REG_EXTENDED | REG_NOSUB | REG_NEWLINE))
			continue;
		found = !regexec(&regex, text, 0, NULL, 0);
		regfree(&regex);
	}
	return found;
}

bool signature_matches(const struct signature *s, const struct failure *failure)
{
	if (s->any)
		return true;
	if (s->kind != FAILURE_NONE && s->kind != failure->kind)
		return false;
	if (s->exit_code >= 0 && s->exit_code != failure->exit_code)
		return false;
	if (s->stage && failure->stage && s->stage != failure->stage)
		return false;
	return case_fails(&s->cases, &failure->cases) &&
	       line_is_there(&s->lines, &failure->lines) &&
	       pattern_matches(&s->patterns, failure->text.data);
}

static void describe_list(struct buf *b, const char *what, const struct strvec *list)
{
	for (size_t i = 0; i < list->n && i < 3; i++) {
		buf_adds(b, i ? " or " : what);
		buf_add_clean(b, list->v[i]);
	}
	if (list->n > 3)
		buf_addf(b, " or %zu more", list->n - 3);
}

static void describe_kind(
	struct buf *b, enum failure_kind kind, int exit_code, enum console_stage stage)
{
	if (kind == FAILURE_TEST && exit_code >= 0)
		buf_addf(b, "exit code %d", exit_code);
	else
		buf_adds(b, kind_texts[kind]);
	if (stage)
		buf_addf(b, " (in %s)", stages[stage]);
}

void failure_describe(const struct failure *failure, struct buf *b)
{
	describe_kind(b, failure->kind, failure->exit_code, failure->stage);
	describe_list(b, ", failing case ", &failure->cases);
	describe_list(b, ", console: ", &failure->lines);
}

void signature_describe(const struct signature *s, struct buf *b)
{
	if (s->any) {
		buf_adds(b, kind_texts[FAILURE_NONE]);
		return;
	}
	describe_kind(b, s->kind, s->exit_code, s->stage);
	describe_list(b, ", failing case ", &s->cases);
	describe_list(b, ", console: ", &s->lines);
	describe_list(b, ", console like ", &s->patterns);
}
