// SPDX-License-Identifier: GPL-2.0-or-later
#include "mail.h"

#include <string.h>

#include "lib/cleanup.h"
#include "lib/message.h"

static void add_headers(const struct mail *mail, struct buf *b)
{
	CLEANUP_BUF struct buf subject = {0};

	buf_init(&subject, 2048);
	buf_addf(&subject, "[tenfold] %.200s: %.12s does not build (%s/%s)", mail->branch,
		mail->commit, mail->arch, mail->config);
	if (mail->from && *mail->from)
		buf_addf(b, "From: tenfold <%s>\n", mail->from);
	message_addresses(b, "To", mail->to);
	if (mail->author_copy && message_address_valid(mail->author_copy))
		buf_addf(b, mail->to && mail->to->n ? "Cc: %s\n" : "To: %s\n",
			mail->author_copy);
	message_header(b, "Subject", subject.data);
	message_date(b, mail->time);
	/* the same mail sent twice has one id, and so is one mail to its readers */
	buf_addf(b, "Message-ID: <%s.%s.%s@tenfold>\n", mail->commit, mail->arch,
		mail->config);
	buf_adds(b, "Auto-Submitted: auto-generated\n"
		    "MIME-Version: 1.0\n"
		    "Content-Type: text/plain; charset=UTF-8\n"
		    "Content-Transfer-Encoding: 8bit\n\n");
}

static void add_field(struct buf *b, const char *name, const char *text)
{
	buf_addf(b, "%-10s", name);
	message_line(b, text, strlen(text));
}

static void add_lines(struct buf *b, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		buf_adds(b, "  ");
		message_line(b, text, len);
		text += len + (text[len] == '\n');
	}
}

void mail_compose(const struct mail *mail, struct buf *b)
{
	CLEANUP_BUF struct buf author = {0}, config = {0};

	buf_init(&author, 4096);
	buf_init(&config, 256);
	buf_addf(&author, "%.500s <%.500s>", mail->author_name, mail->author_email);
	buf_addf(&config, "%s/%s", mail->arch, mail->config);
	add_headers(mail, b);
	add_field(b, "tree:", mail->tree);
	add_field(b, "branch:", mail->branch);
	add_field(b, "commit:", mail->commit);
	add_field(b, "subject:", mail->subject);
	add_field(b, "author:", author.data);
	add_field(b, "date:", mail->author_date);
	add_field(b, "config:", config.data);
	add_field(b, "compiler:", mail->compiler);
	buf_adds(b, "\nThe build says:\n\n");
	add_lines(b, mail->errors);
	buf_addf(b,
		"\nReproduce:\n\n  tenfold-builder build --retry --arch %s --config %s "
		"%s\n\n"
		"The whole log:\n\n  %s\n",
		mail->arch, mail->config, mail->commit, mail->log);
}
