// SPDX-License-Identifier: GPL-2.0-or-later
#include "mail.h"

#include <string.h>

#include "bisect/judge/confirm.h"
#include "lib/message.h"
#include "text.h"

/* What others wrote cannot hold this line: add_lines() begins none with a dash. */
#define BOUNDARY "=-tenfold-regression-report"

static void add_people(struct buf *b, const char *header, const struct people *people)
{
	CLEANUP_STRVEC struct strvec list = STRVEC_INIT;

	for (size_t i = 0; i < people->addresses.n; i++) {
		CLEANUP_BUF struct buf one;

		buf_init(&one, 4096);
		if (*people->names.v[i])
			message_mailbox(&one, people->names.v[i], people->addresses.v[i]);
		else
			buf_adds(&one, people->addresses.v[i]);
		strvec_add(&list, one.data);
	}
	message_addresses(b, header, &list);
}

static void add_subject(const struct facts *facts, struct buf *b)
{
	const struct past *past = facts->past;
	CLEANUP_BUF struct buf subject;

	buf_init(&subject, 4096);
	buf_adds(&subject, "[REGRESSION] ");
	if (facts->title)
		buf_adds(&subject, facts->title);
	else if (*past->culprit)
		buf_addf(&subject, "since \"%s\"", past->culprit_subject);
	else
		buf_addf(&subject, "in %s", facts->range);
	if (!facts->title) {
		buf_adds(&subject, ": ");
		report_failure(past, &subject);
	}
	message_header(b, "Subject", subject.data);
}

static void add_headers(const struct facts *facts, struct buf *b)
{
	if (facts->from)
		buf_addf(b, "From: %s\n", facts->from);
	add_people(b, "To", &facts->to);
	add_people(b, "Cc", &facts->cc);
	add_subject(facts, b);
	message_date(b, facts->time);
	/* the same report sent twice is one mail to its readers */
	buf_addf(b,
		"Message-ID: <regression.%.40s@tenfold>\n"
		"MIME-Version: 1.0\n"
		"Content-Type: multipart/mixed; boundary=\"" BOUNDARY "\"\n"
		"Content-Transfer-Encoding: 8bit\n",
		facts->range);
}

static void begin_part(struct buf *b, const char *type)
{
	buf_addf(b,
		"\n--" BOUNDARY "\nContent-Type: text/plain; charset=UTF-8%s\n"
		"Content-Transfer-Encoding: 8bit\n\n",
		type);
}

static void add_lines(struct buf *b, const char *indent, const char *text)
{
	for (size_t len; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		buf_adds(b, indent);
		if (!*indent && *text == '-')
			buf_addc(b, ' ');
		message_line(b, text, len);
	}
}

static void add_section(struct buf *b, const char *title, const struct buf *text)
{
	if (!text->len)
		return;
	buf_addf(b, "\n%s\n\n", title);
	add_lines(b, "  ", text->data);
}

static void add_end(const struct past *past, const char *which, struct buf *b)
{
	const char *commit = past_setting(past, which, NULL);
	CLEANUP_BUF struct buf key, line;

	buf_init(&key, 64);
	buf_init(&line, 4096);
	buf_addf(&key, "%s-rev", which);
	if (!commit)
		return;
	buf_addf(&line, "%s:", which);
	for (size_t i = line.len; i < 10; i++)
		buf_addc(&line, ' ');
	buf_addf(&line, "%.12s (%s)", commit, past_setting(past, key.data, NULL) ?: "");
	add_lines(b, "  ", line.data);
}

static void add_field(struct buf *b, const char *name, const char *value)
{
	CLEANUP_BUF struct buf line;

	buf_init(&line, 64 * 1024);
	buf_addf(&line, "%-9s %s", name, value);
	add_lines(b, "  ", line.data);
}

static void add_what(const struct facts *facts, struct buf *b)
{
	const struct past *past = facts->past;
	const char *arch = past_setting(past, "arch", NULL);
	CLEANUP_BUF struct buf text;

	buf_init(&text, 64 * 1024);
	if (*past->culprit) {
		buf_adds(b, "Hello,\n\na bisection on a real machine has found that this "
			    "commit causes a regression:\n\n");
		buf_addf(&text, "%s\n%s\n%s, %s", past->culprit, past->culprit_subject,
			past->culprit_author, past->culprit_date);
		add_lines(b, "  ", text.data);
	} else {
		buf_adds(b,
			"Hello,\n\na bisection on a real machine has found a regression "
			"in a range of which the rest cannot be tested:\n\n");
		add_lines(b, "  ", past->words);
	}
	buf_addf(b, "\n#regzbot introduced: %s\n\n", facts->range);
	buf_reset(&text);
	report_failure(past, &text);
	add_field(b, "fails:", text.data);
	buf_reset(&text);
	report_test(past, &text);
	add_field(b, "test:", text.data);
	add_end(past, "good", b);
	add_end(past, "bad", b);
	if (arch)
		add_field(b, "arch:", arch);
}

static void add_checks(const struct facts *facts, struct buf *b)
{
	CLEANUP_BUF struct buf confirmed, table;

	buf_init(&confirmed, 64 * 1024);
	buf_init(&table, 4 * 1024 * 1024);
	confirm_describe(facts->past, &confirmed);
	report_checks(facts->past, &table);
	add_section(b, "How sure it is:", &confirmed);
	add_section(b, "What was tried:", &table);
}

void report_mail(const struct facts *facts, struct buf *b)
{
	add_headers(facts, b);
	begin_part(b, "");
	add_what(facts, b);
	add_checks(facts, b);
	add_section(b, "The console of a bad kernel:", &facts->dmesg_bad);
	add_section(b, "The console of a good kernel:", &facts->dmesg_good);
	add_section(b, "git bisect log:", &facts->bisect_log);
	add_section(b, "To do it again:", &facts->command);
	buf_adds(b, "\nFound by tenfold-bisect " TENFOLD_VERSION ".\n");
	if (facts->config.len) {
		begin_part(b, "; name=\"config\"\n"
			      "Content-Disposition: attachment; filename=\"config\"");
		add_lines(b, "", facts->config.data);
	}
	buf_adds(b, "\n--" BOUNDARY "--\n");
}
