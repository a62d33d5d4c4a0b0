// SPDX-License-Identifier: GPL-2.0-or-later
/* report: what a run has come to, for the lab's people, for programs, or as a mail. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "lib/file.h"
#include "lib/message.h"
#include "report/html.h"
#include "report/json.h"
#include "report/mail.h"
#include "report/text.h"
#include "show.h"

#define REPORT_MAX (64 * 1024 * 1024)

/* --to: these and nobody else. */
static int take_recipients(
	const struct params *settings, struct facts *facts, struct err *err)
{
	if (!settings->to.n)
		return 0;
	people_release(&facts->to);
	people_release(&facts->cc);
	for (size_t i = 0; i < settings->to.n; i++)
		people_add(&facts->to, NULL, "", settings->to.v[i]);
	return facts->to.addresses.n
		       ? 0
		       : err_set(err, -EINVAL, "there is nobody to send it to");
}

static int gather(const struct show *show, struct facts *facts, struct err *err)
{
	CLEANUP_BUF struct buf log;
	int r;

	buf_init(&log, REPORT_MAX);
	r = file_read(show->place.log.data, &log, err);
	if (!r)
		r = facts_gather(facts, show->place.folder.data, log.data, err);
	if (!r)
		r = take_recipients(&show->settings, facts, err);
	facts->folder = show->place.folder.data;
	facts->title = show->settings.title;
	facts->from = show->settings.mail_from;
	return r;
}

static int write_down(
	const char *format, const struct facts *facts, struct buf *b, struct err *err)
{
	CLEANUP_JSON json_t *json = NULL;
	CLEANUP_FREE char *text = NULL;

	if (!strcmp(format, "mail")) {
		report_mail(facts, b);
	} else if (!strcmp(format, "html")) {
		report_html(facts, b);
	} else {
		json = report_json(facts);
		text = json_dumps(json, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
		buf_addf(b, "%s\n", text ? text : "");
	}
	return buf_check(b) ? err_errno(err, buf_check(b), "cannot write the report") : 0;
}

static int send_it(const struct show *show, const struct facts *facts,
	const struct buf *message, struct err *err)
{
	int r;

	if (facts->no_people.len && !show->settings.to.n)
		return err_set(err, -ENOENT,
			"not sent, as the maintainers are not known (%s): say --to "
			"ADDRESS",
			facts->no_people.data);
	r = message_send(message->data, &show->settings.sendmail, -1, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < facts->to.addresses.n; i++)
		printf("sent to %s\n", facts->to.addresses.v[i]);
	for (size_t i = 0; i < facts->cc.addresses.n; i++)
		printf("copy to %s\n", facts->cc.addresses.v[i]);
	return 0;
}

static int report_to_others(const struct show *show, struct buf *b, struct err *err)
{
	const struct params *settings = &show->settings;
	const char *format = settings->send ? "mail" : settings->format;
	CLEANUP_FACTS struct facts facts;
	int r;

	facts_init(&facts, &show->past);
	r = gather(show, &facts, err);
	if (!r)
		r = write_down(format, &facts, b, err);
	if (r < 0)
		return r;
	if (facts.no_people.len)
		fprintf(stderr, "the maintainers are not known: %s\n",
			facts.no_people.data);
	if (settings->send)
		return send_it(show, &facts, b, err);
	fputs(b->data, stdout);
	return 0;
}

int cmd_report(int argc, char **argv)
{
	CLEANUP_SHOW struct show show = SHOW_INIT;
	struct err err = ERR_INIT;
	CLEANUP_BUF struct buf b;
	int r = show_open(&show, argc, argv, &err);

	buf_init(&b, REPORT_MAX);
	if (r)
		return r < 0 ? cmd_fail(&err) : 0;
	show_fetch_evidence(&show);
	if (show.settings.send || strcmp(show.settings.format, "text")) {
		r = report_to_others(&show, &b, &err);
		return r < 0 ? cmd_fail(&err) : 0;
	}
	report_whole(&show.past, show.place.folder.data, &b);
	fputs(b.data, stdout);
	return 0;
}
