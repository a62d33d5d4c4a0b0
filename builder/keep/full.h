/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * That building has stopped for want of room: STATE/full says since when and why, for as
 * long as it lasts, and people get one mail.
 */
#ifndef TENFOLD_BUILDER_KEEP_FULL_H
#define TENFOLD_BUILDER_KEEP_FULL_H

#include "builder/conf.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/image.h"

/* Puts a mail into the outbox, once for as long as it lasts. id: what cannot be built. */
int full_begin(const struct conf *conf, const struct image_id *id, const char *why,
	struct err *err);

/* There is room again. */
void full_end(const struct conf *conf);

/* The reason; false: building has not stopped. */
bool full_why(const char *state, struct buf *ret_why);

/* The mail. Pure. */
void full_compose(const struct conf *conf, const struct image_id *id, const char *why,
	int64_t since, struct buf *b);

#endif
