/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run tells the server which images it may need (/v1/holds), so that none of them is
 * removed or put away under it: its ends, and the range between them. Without an answer
 * the run goes on: an image that has gone is built again.
 */
#ifndef TENFOLD_BISECT_HOLD_H
#define TENFOLD_BISECT_HOLD_H

#include "bisect/session.h"

/* The lines of a hold. goods: of a range; without any, what `releases` has. Pure. */
void hold_text(const struct params *settings, const struct strvec *goods,
	const struct strvec *releases, const char *bad, struct buf *b);

/* When a run begins or goes on, and when it knows its good end; when it is over. */
void hold_range(struct session *s);
void hold_drop(struct session *s);

#endif
