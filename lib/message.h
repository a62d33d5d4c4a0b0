/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of a mail (RFC 5322), and its way to the sendmail interface. Whatever stands in
 * the words that come in, they cannot add a header, a recipient or a part: control
 * characters never pass, header words that are not plain ASCII are encoded (RFC 2047),
 * addresses outside of the plain form are left out by the callers.
 */
#ifndef TENFOLD_MESSAGE_H
#define TENFOLD_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "strvec.h"

/* dot-atom@domain (RFC 5322 3.4.1) of at most 254 bytes: nothing that needs quoting. */
bool message_address_valid(const char *text);

/* Adds "NAME: TEXT\n", folded into lines of at most 76 bytes, encoded words where needed.
 */
void message_header(struct buf *b, const char *name, const char *text);

/* Adds "NAME: A,\n B\n" of what are addresses already; nothing for none. */
void message_addresses(struct buf *b, const char *name, const struct strvec *list);

/* Adds `NAME <ADDRESS>` as it may stand in such a list; the address must be valid. */
void message_mailbox(struct buf *b, const char *name, const char *address);

/* Adds the Date header, in English whatever the locale. */
void message_date(struct buf *b, int64_t seconds);

/* Adds a line of a body: clean UTF-8, cut at 900 bytes (RFC 5322 2.1.1 allows 998). */
void message_line(struct buf *b, const char *text, size_t len);

/* Hands a whole message to argv, usually `sendmail -t -i`. cancel_fd: -1 or readable to
 * end it. */
int message_send(
	const char *message, const struct strvec *argv, int cancel_fd, struct err *err);

#endif
