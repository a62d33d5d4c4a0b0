// SPDX-License-Identifier: GPL-2.0-or-later
#include "text.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "bisect/judge/confirm.h"
#include "bisect/judge/signature.h"
#include "bisect/log/place.h"
#include "bisect/params.h"
#include "lib/text.h"

void report_result(const struct past *past, struct buf *b)
{
	if (!strcmp(past->result, "found")) {
		buf_addf(b, "%s is the first %s commit\n", past->culprit,
			terms_new(&past->terms));
		buf_addf(b, "Author: %s\nDate:   %s\n\n    %s\n", past->culprit_author,
			past->culprit_date, past->culprit_subject);
		if (past->culprit_parents > 1 || past->n_confirmations ||
			*past->no_revert || *past->belief)
			buf_addc(b, '\n');
		confirm_describe(past, b);
	} else if (*past->words) {
		buf_addf(b, "%s\n", past->words);
	} else {
		buf_addf(b, "unfinished: %zu steps judged", past->n_steps);
		if (*past->current)
			buf_addf(b, ", %.12s under way", past->current);
		buf_addc(b, '\n');
	}
}

static void add_seconds(struct buf *b, double seconds, int width)
{
	if (seconds < 0)
		buf_addf(b, " %*s", width, "-");
	else
		buf_addf(b, " %*.1f", width, seconds);
}

static int width_of(enum cost_stage stage)
{
	int width = strlen(cost_name(stage));

	return width < 7 ? 7 : width;
}

static void add_row(struct buf *b, const struct cost *cost)
{
	for (int i = 0; i < COST_STAGES; i++)
		add_seconds(b, cost->seconds[i], width_of(i));
	buf_addc(b, '\n');
}

static void sum(struct cost *all, const struct cost *one)
{
	for (int i = 0; i < COST_STAGES; i++) {
		if (one->seconds[i] < 0)
			continue;
		if (all->seconds[i] < 0)
			all->seconds[i] = 0;
		all->seconds[i] += one->seconds[i];
	}
}

static const char *way_of(const struct step *step)
{
	return *step->boot ? step_way(step) : "-";
}

/* As wide as the longest name; 0: one host, which need not be told. */
static int host_width(const struct past *past)
{
	size_t width = 4;

	for (size_t i = 0; i < past->roster.n; i++)
		if (strlen(past->roster.v[i].name) > width)
			width = strlen(past->roster.v[i].name);
	return past->roster.n > 1 ? (int)width : 0;
}

static void add_host(struct buf *b, const char *host, int width)
{
	if (width)
		buf_addf(b, "%-*s ", width, host);
}

static void add_asides(const struct past *past, struct buf *b)
{
	for (size_t i = 0; past->roster.n > 1 && i < past->roster.n; i++)
		if (*past->roster.v[i].aside)
			buf_addf(b, "host %s was put aside: %s\n", past->roster.v[i].name,
				past->roster.v[i].aside);
}

void report_table(const struct past *past, struct buf *b)
{
	unsigned int resets = 0;
	const struct step *step;
	int width = host_width(past);
	struct cost all;

	cost_init(&all);
	add_host(b, "host", width);
	buf_addf(b, "%4s %-12s %-7s %-5s %6s", "step", "commit", "verdict", "way",
		"resets");
	for (int i = 0; i < COST_STAGES; i++)
		buf_addf(b, " %*s", width_of(i), cost_name(i));
	buf_addc(b, '\n');
	for (size_t i = 0; (step = past_step(past, i)); i++) {
		add_host(b, step->host, width);
		buf_addf(b, "%4u %-12.12s %-7s %-5s %6u", step->number, step->commit,
			past_word(past, step->verdict), way_of(step), step->resets);
		add_row(b, &step->cost);
		sum(&all, &step->cost);
		resets += step->resets;
	}
	add_host(b, "", width);
	buf_addf(b, "%4s %-12s %-7s %-5s %6u", "", "all", "", "", resets);
	add_row(b, &all);
	if (past->lab_faults)
		buf_addf(b, "faults of the lab, tried again: %u\n", past->lab_faults);
	add_asides(past, b);
}

static void add_reasons(const struct past *past, const char *folder, struct buf *b)
{
	CLEANUP_BUF struct buf path;
	const struct step *step;

	buf_init(&path, PATH_MAX);
	for (size_t i = 0; (step = past_step(past, i)); i++) {
		size_t at = 0;

		buf_addf(b, "%4u %-12.12s %-4s %s\n", step->number, step->commit,
			past_word(past, step->verdict), step->subject);
		buf_addf(b, "     %s", step->why);
		if (*step->host)
			buf_addf(b, "; host %s", step->host);
		if (*step->boot)
			buf_addf(b, "; boot %s (%s), kernel %s", step->boot,
				step_way(step), step->release);
		buf_addc(b, '\n');
		while (place_next_evidence(folder, step->number, &at, &path))
			buf_addf(b, "     %s\n", path.data);
	}
}

static void add_setting(const struct past *past, const char *key, struct buf *b)
{
	const char *value = NULL;

	while ((value = past_setting(past, key, value)))
		buf_addf(b, "%s: %s\n", key, value);
}

static void add_option(const struct past *past, const char *key, struct buf *b)
{
	const char *value = NULL;

	while ((value = past_setting(past, key, value))) {
		buf_addf(b, " --%s ", key);
		text_add_bash(b, value);
	}
}

static void add_flag(const struct past *past, const char *key, struct buf *b)
{
	const char *value = past_setting(past, key, NULL);

	if (value)
		buf_addf(b, " --%s%s", key, strcmp(value, "yes") ? "=no" : "");
}

static void add_kept_options(const struct past *past, struct buf *b)
{
	for (const struct option_def *def = params_options; def->name; def++)
		if (def->kept != OPTION_PASSES && def->kind != OPTION_BOOL)
			add_option(past, def->name, b);
		else if (def->kept != OPTION_PASSES)
			add_flag(past, def->name, b);
}

void report_command(const struct past *past, struct buf *b)
{
	static const char *const keys[] = {
		"conf", "repo", "good", "bad", "host", "failure"};
	const char *word = NULL;

	buf_adds(b, "tenfold-bisect run");
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		add_option(past, keys[i], b);
	add_kept_options(past, b);
	add_flag(past, "find-good", b);
	add_flag(past, "find-fix", b);
	if (past->first_parent)
		buf_adds(b, " --first-parent");
	for (size_t i = 0; i < past->paths.n; i++) {
		buf_adds(b, " --path ");
		text_add_bash(b, past->paths.v[i]);
	}
	if (past_setting(past, "test-is-boot", NULL))
		buf_adds(b, " --test-is-boot");
	else
		buf_adds(b, " --");
	while ((word = past_setting(past, "test", word))) {
		buf_addc(b, ' ');
		text_add_bash(b, word);
	}
	buf_addc(b, '\n');
}

void report_failure(const struct past *past, struct buf *b)
{
	CLEANUP_SIGNATURE struct signature signature = SIGNATURE_INIT;

	for (size_t i = 0; i < past->signature.n; i++)
		signature_add(&signature, past->signature.v[i], NULL);
	if (signature_is_empty(&signature))
		buf_adds(b, "the test fails");
	else
		signature_describe(&signature, b);
}

void report_test(const struct past *past, struct buf *b)
{
	const char *word = NULL;

	if (past_setting(past, "test-is-boot", NULL))
		buf_adds(b, "the kernel comes up");
	for (size_t i = 0; (word = past_setting(past, "test", word)); i++) {
		buf_adds(b, i ? " " : "");
		buf_add_clean(b, word);
	}
}

void report_checks(const struct past *past, struct buf *b)
{
	const struct step *step;

	for (size_t i = 0; (step = past_step(past, i)); i++)
		buf_addf(b, "%3u %-12s %.12s %-4s %s%s%s\n", step->number, step->role,
			step->commit, past_word(past, step->verdict), step->why,
			*step->host ? "; host " : "", step->host);
}

void report_whole(const struct past *past, const char *folder, struct buf *b)
{
	report_result(past, b);
	buf_addc(b, '\n');
	add_setting(past, "host", b);
	add_setting(past, "mac", b);
	add_setting(past, "arch", b);
	add_setting(past, "config", b);
	buf_adds(b, "\nSeconds by stage:\n");
	report_table(past, b);
	buf_adds(b, "\nSteps:\n");
	add_reasons(past, folder, b);
	if (!past->settings.n)
		return;
	buf_adds(b, "\nTo do it again:\n");
	report_command(past, b);
}
