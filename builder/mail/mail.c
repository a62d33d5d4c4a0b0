// SPDX-License-Identifier: GPL-2.0-or-later
#include "mail.h"

#include <string.h>

#include "breakage.h"
#include "lib/cleanup.h"
#include "lib/message.h"
#include "lib/text.h"

static void add_headers(const struct mail *mail, struct buf *b)
{
	CLEANUP_BUF struct buf subject = {0};

	buf_init(&subject, 2048);
	if (mail->mended)
		buf_addf(&subject, "[tenfold] %.200s: %.12s builds again (%s/%s)",
			mail->branch, mail->mended, mail->arch, mail->config);
	else
		buf_addf(&subject, "[tenfold] %.200s: %.12s does not build (%s/%s)",
			mail->branch, mail->commit, mail->arch, mail->config);
	if (mail->from && *mail->from)
		buf_addf(b, "From: tenfold <%s>\n", mail->from);
	message_addresses(b, "To", mail->to);
	if (mail->author_copy && message_address_valid(mail->author_copy))
		buf_addf(b, mail->to && mail->to->n ? "Cc: %s\n" : "To: %s\n",
			mail->author_copy);
	message_header(b, "Subject", subject.data);
	message_date(b, mail->time);
	/* the same mail sent twice has one id, and so is one mail to its readers */
	if (mail->mended)
		buf_addf(b,
			"Message-ID: <mended.%s.%s.%s@tenfold>\n"
			"In-Reply-To: <%s.%s.%s@tenfold>\n",
			mail->commit, mail->arch, mail->config, mail->commit, mail->arch,
			mail->config);
	else
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

static void add_fields(const struct mail *mail, struct buf *b)
{
	CLEANUP_BUF struct buf author = {0}, config = {0};

	buf_init(&author, 4096);
	buf_init(&config, 256);
	buf_addf(&author, "%.500s <%.500s>", mail->author_name, mail->author_email);
	buf_addf(&config, "%s/%s", mail->arch, mail->config);
	add_field(b, "tree:", mail->remote);
	add_field(b, "branch:", mail->branch);
	add_field(b, "head:", mail->head);
	add_field(b, "commit:", mail->commit);
	add_field(b, "subject:", mail->subject);
	add_field(b, "author:", author.data);
	add_field(b, "date:", mail->author_date);
	add_field(b, "config:", config.data);
	add_field(b, "compiler:", mail->compiler);
}

/* One command of the mail: words that a shell reads back. */
static void add_command(
	struct buf *b, const char *const *words, const struct strvec *more)
{
	CLEANUP_BUF struct buf line = {0};

	buf_init(&line, 8192);
	for (; *words; words++) {
		buf_adds(&line, line.len ? " " : "  ");
		text_add_word(&line, *words);
	}
	for (size_t i = 0; more && i < more->n; i++) {
		buf_addc(&line, ' ');
		text_add_word(&line, more->v[i]);
	}
	message_line(b, line.data, line.len);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* For who has a kernel tree, and for who has this server. */
static void add_reproduce(const struct mail *mail, struct buf *b)
{
	CLEANUP_BUF struct buf arch = {0};

	buf_init(&arch, 256);
	buf_addf(&arch, "ARCH=%s", mail->arch);
	buf_adds(b, "\nreproduce:\n\n");
	if (mail->config_file) {
		add_command(
			b, WORDS("git", "remote", "add", mail->tree, mail->remote), NULL);
		add_command(b, WORDS("git", "fetch", mail->tree), NULL);
		add_command(b, WORDS("git", "checkout", mail->commit), NULL);
		add_command(b, WORDS("cp", mail->config_file, ".config"), NULL);
		add_command(b, WORDS("make", arch.data, "olddefconfig"), mail->make_args);
		add_command(b, WORDS("make", arch.data), mail->make_args);
		buf_adds(b, "\nor, on the kernel server:\n\n");
	}
	add_command(b,
		WORDS("tenfold-builder", "build", "--retry", "--arch", mail->arch,
			"--config", mail->config, mail->commit),
		NULL);
}

static void add_breakage(const struct mail *mail, struct buf *b)
{
	CLEANUP_BUF struct buf errors = {0};

	buf_init(&errors, MAIL_MAX);
	breakage_sort_errors(mail->errors, mail->seen, &errors);
	add_reproduce(mail, b);
	buf_adds(b, "\nerrors (new ones first, marked >>):\n\n");
	add_lines(b, errors.data);
	buf_addf(b, "\nthe whole log:\n\n  %s\n", mail->log);
	if (mail->kept)
		buf_addf(b,
			"\n%u more of this branch within a day %s not mailed: see\n"
			"tenfold-builder status.\n",
			mail->kept, mail->kept == 1 ? "was" : "were");
}

static void add_mended(const struct mail *mail, struct buf *b)
{
	add_field(b, "builds:", mail->mended);
	add_field(b, "subject:", mail->mended_subject);
}

void mail_compose(const struct mail *mail, struct buf *b)
{
	add_headers(mail, b);
	add_fields(mail, b);
	if (mail->mended)
		add_mended(mail, b);
	else
		add_breakage(mail, b);
}
