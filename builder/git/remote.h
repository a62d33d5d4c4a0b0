/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A remote that may go away and come back: when it is asked again, and what is worth a
 * line in the log. Pure. It is asked at each poll; while it is away after one poll, then
 * two, four and so on, at most REMOTE_PAUSE_MAX seconds apart.
 */
#ifndef TENFOLD_BUILDER_REMOTE_H
#define TENFOLD_BUILDER_REMOTE_H

#include <stdbool.h>

#define REMOTE_PAUSE_MAX 900.0

struct remote {
	unsigned int failures; /* in a row */
	double asked_at;       /* monotonic: not before */
};

bool remote_is_due(const struct remote *remote, double now);

/* True if that is news: it was there the last time. */
bool remote_failed(struct remote *remote, double now, double poll);

/* True if that is news: it was away. */
bool remote_answered(struct remote *remote);

#endif
