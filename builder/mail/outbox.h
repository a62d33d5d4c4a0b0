/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mail that survives a kill: a message is written to STATE/outbox/KEY, sent after, and
 * then leaves a mark STATE/mailed/KEY. A kill between sending and the mark sends it once
 * more, under the same Message-ID: rather twice than never.
 */
#ifndef TENFOLD_BUILDER_OUTBOX_H
#define TENFOLD_BUILDER_OUTBOX_H

#include "lib/err.h"
#include "lib/strvec.h"

/* key: WORDS@COMMIT40, one path component. Nothing is done for a message that was sent
 * already. */
int outbox_put(const char *state, const char *key, const char *message, struct err *err);

/* Hands every message to sendmail. The first error is returned; what could not be sent
 * stays for the next call. */
int outbox_send(
	const char *state, const struct strvec *sendmail, int cancel_fd, struct err *err);

#endif
