// SPDX-License-Identifier: GPL-2.0-or-later
#include "full.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "builder/mail/mail.h"
#include "builder/mail/outbox.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/message.h"

#define TEXT_MAX 4096

static int file_path(const char *state, struct buf *b)
{
	buf_init(b, TEXT_MAX);
	buf_addf(b, "%s/full", state);
	return buf_check(b);
}

/* "DATE WHY" */
static bool read_file(const char *state, int64_t *ret_since, struct buf *ret_why)
{
	CLEANUP_BUF struct buf path = {0}, text = {0};
	char *blank;

	buf_init(&text, TEXT_MAX);
	if (file_path(state, &path) || !file_exists(path.data) ||
		file_read(path.data, &text, NULL) < 0)
		return false;
	text.data[strcspn(text.data, "\n")] = '\0';
	blank = strchr(text.data, ' ');
	if (!blank)
		return false;
	*blank = '\0';
	if (clock_parse_iso(text.data, ret_since) < 0)
		return false;
	if (ret_why)
		buf_adds(ret_why, blank + 1);
	return true;
}

bool full_why(const char *state, struct buf *ret_why)
{
	int64_t since;

	return read_file(state, &since, ret_why);
}

void full_compose(const struct conf *conf, const struct image_id *id, const char *why,
	int64_t since, struct buf *b)
{
	char text[IMAGE_ID_TEXT];

	image_id_format(id, text);
	if (conf->mail_from && *conf->mail_from)
		buf_addf(b, "From: tenfold <%s>\n", conf->mail_from);
	message_addresses(b, "To", &conf->mail_to);
	message_header(b, "Subject", "[tenfold] building has stopped: the disk is full");
	message_date(b, since);
	buf_addf(b,
		"Message-ID: <full.%lld.%s@tenfold>\n"
		"Auto-Submitted: auto-generated\n"
		"MIME-Version: 1.0\n"
		"Content-Type: text/plain; charset=UTF-8\n"
		"Content-Transfer-Encoding: 8bit\n\n",
		(long long)since, id->commit);
	message_line(b, why, strlen(why));
	buf_addf(b,
		"\nThe next one to be built is %s.\n"
		"Building goes on by itself when there is room. What could go:\n\n"
		"  tenfold-builder prune --dry-run\n",
		text);
}

static int put_mail(const struct conf *conf, const struct image_id *id, const char *why,
	int64_t since, struct err *err)
{
	CLEANUP_BUF struct buf key = {0}, mail = {0};

	if (!conf->mail_to.n)
		return 0;
	buf_init(&key, 256);
	buf_addf(&key, "full-%lld@%s", (long long)since, id->commit);
	buf_init(&mail, MAIL_MAX);
	full_compose(conf, id, why, since, &mail);
	if (buf_check(&key) || buf_check(&mail))
		return err_set(err, -EMSGSIZE, "cannot write a mail");
	return outbox_put(conf->state, key.data, mail.data, err);
}

int full_begin(const struct conf *conf, const struct image_id *id, const char *why,
	struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, text = {0};
	char date[CLOCK_ISO_TEXT];
	int64_t since = (int64_t)clock_wall();
	int r = file_path(conf->state, &path);

	if (r < 0 || read_file(conf->state, &since, NULL))
		return r;
	/* the mail first: a kill in between sends another rather than none */
	r = put_mail(conf, id, why, since, err);
	if (r < 0)
		return r;
	clock_iso(since, date);
	buf_init(&text, TEXT_MAX);
	buf_addf(&text, "%s ", date);
	buf_add_clean(&text, why);
	buf_addc(&text, '\n');
	return buf_check(&text)
		       ? buf_check(&text)
		       : file_write_atomic(path.data, text.data, text.len, 0644, err);
}

void full_end(const struct conf *conf)
{
	CLEANUP_BUF struct buf path = {0};

	if (!file_path(conf->state, &path))
		unlink(path.data);
}
