// SPDX-License-Identifier: GPL-2.0-or-later
#include "html.h"

#include <limits.h>
#include <string.h>

#include "bisect/log/place.h"
#include "lib/text.h"
#include "text.h"

static void add(struct buf *b, const char *text)
{
	text_add_html(b, text, strlen(text));
}

static void add_field(struct buf *b, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_addf(b, "<tr><th>%s</th><td>", name);
	add(b, value);
	buf_adds(b, "</td></tr>\n");
}

static void add_section(struct buf *b, const char *title, const char *text)
{
	if (!*text)
		return;
	buf_addf(b, "<h2>%s</h2>\n<pre>", title);
	add(b, text);
	buf_adds(b, "</pre>\n");
}

static void add_people(struct buf *b, const char *name, const struct people *people)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text, 64 * 1024);
	for (size_t i = 0; i < people->addresses.n; i++)
		buf_addf(&text, "%s%s%s<%s>", i ? ", " : "", people->names.v[i],
			*people->names.v[i] ? " " : "", people->addresses.v[i]);
	add_field(b, name, text.data);
}

static void add_facts(const struct facts *facts, struct buf *b)
{
	const struct past *past = facts->past;
	CLEANUP_BUF struct buf fails, test;

	buf_init(&fails, 64 * 1024);
	buf_init(&test, 64 * 1024);
	report_failure(past, &fails);
	report_test(past, &test);
	buf_adds(b, "<table>\n");
	add_field(b, "introduced", facts->range);
	add_field(b, "subject", past->culprit_subject);
	add_field(b, "author", past->culprit_author);
	add_field(b, "date", past->culprit_date);
	add_field(b, "fails", fails.data);
	add_field(b, "test", test.data);
	add_field(b, "good", past_setting(past, "good-rev", NULL));
	add_field(b, "bad", past_setting(past, "bad-rev", NULL));
	add_field(b, "host", past_setting(past, "host", NULL));
	add_field(b, "arch", past_setting(past, "arch", NULL));
	add_field(b, "config", past_setting(past, "config", NULL));
	add_people(b, "to", &facts->to);
	add_people(b, "cc", &facts->cc);
	buf_adds(b, "</table>\n");
}

/* Links to what was kept of the step, on the machine that the controller ran on. */
static void add_evidence(struct buf *b, const char *folder, const struct step *step)
{
	CLEANUP_BUF struct buf path;
	size_t at = 0;

	buf_init(&path, PATH_MAX);
	/* a page that is opened elsewhere knows no folder to go from */
	if (!folder || *folder != '/')
		return;
	while (place_next_evidence(folder, step->number, &at, &path)) {
		buf_adds(b, "<a href=\"file:");
		text_add_url(b, path.data);
		buf_adds(b, "\">");
		add(b, strrchr(path.data, '-') + 1);
		buf_adds(b, "</a> ");
	}
}

static void add_step(struct buf *b, const struct facts *facts, const struct step *step)
{
	const struct past *past = facts->past;

	buf_addf(b, "<tr><td>%u</td><td>", step->number);
	add(b, step->role);
	buf_addf(b, "</td><td>%.12s</td><td class=%s>%s</td><td>", step->commit,
		verdict_word(step->verdict), past_word(past, step->verdict));
	add(b, step->subject);
	buf_adds(b, "</td><td>");
	add(b, step->why);
	buf_adds(b, "</td><td>");
	add_evidence(b, facts->folder, step);
	buf_adds(b, "</td></tr>\n");
}

static void add_steps(const struct facts *facts, struct buf *b)
{
	const struct step *step;

	buf_adds(b, "<h2>What was tried</h2>\n<table>\n<tr><th>step</th><th>for</th>"
		    "<th>commit</th><th>verdict</th><th>subject</th><th>why</th>"
		    "<th>kept</th></tr>\n");
	for (size_t i = 0; (step = past_step(facts->past, i)); i++)
		add_step(b, facts, step);
	buf_adds(b, "</table>\n");
}

void report_html(const struct facts *facts, struct buf *b)
{
	const struct past *past = facts->past;
	CLEANUP_BUF struct buf result, times;

	buf_init(&result, 64 * 1024);
	buf_init(&times, 4 * 1024 * 1024);
	report_result(past, &result);
	report_table(past, &times);
	buf_adds(b,
		"<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
		"<meta http-equiv=Content-Security-Policy "
		"content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>");
	add(b, *past->culprit ? past->culprit_subject : facts->range);
	buf_adds(b, "</title>\n<style>body { font-family: sans-serif; margin: 2em; }"
		    " th { text-align: left; } td, th { padding: 0 1em 0 0; }"
		    " pre { overflow-x: auto; } .bad { color: #b00; }"
		    " .good { color: #070; }</style>\n</head>\n<body>\n<h1>");
	add(b, *past->culprit ? "The first bad commit" : "Only skipped commits are left");
	buf_adds(b, "</h1>\n");
	add_facts(facts, b);
	add_section(b, "Result", result.data);
	add_steps(facts, b);
	add_section(b, "Seconds by stage", times.data);
	add_section(b, "The console of a bad kernel", facts->dmesg_bad.data);
	add_section(b, "The console of a good kernel", facts->dmesg_good.data);
	add_section(b, "git bisect log", facts->bisect_log.data);
	add_section(b, "To do it again", facts->command.data);
	add_section(b, "The kernel's config", facts->config.data);
	buf_adds(b, "</body>\n</html>\n");
}
