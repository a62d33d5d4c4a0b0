/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the watching builder does for its store beside building: it prunes and freezes now
 * and then, and stops building while there is no room.
 */
#ifndef TENFOLD_BUILDER_KEEP_HOUSE_H
#define TENFOLD_BUILDER_KEEP_HOUSE_H

#include "builder/builder.h"

struct house_chore {
	int (*run)(struct builder *b, int cancel_fd, struct err *err);
	double at; /* monotonic: when it is time again */
};

struct house {
	struct builder *b;
	int wish_fd; /* readable: a wish has come, which ends a chore; it goes on later */
	struct house_chore prune, freeze;
	bool full;         /* there was no room for the last build */
	double full_until; /* monotonic: it is not tried again before */
};

void house_init(struct house *house, struct builder *b, int wish_fd);

/* Between two builds; idle: there is none to come. */
void house_tidy(struct house *house, bool idle);

/* A build had no room (-ENOSPC, -EDQUOT). False: something may have gone, and it is to be
 * tried again at once. Else it is said in the log, by mail and in STATE/full, once. */
bool house_is_full(struct house *house, const struct image_id *id, const char *why);

/* A build had room, or there is nothing to build. */
void house_has_room(struct house *house);

/* False: nothing is to be built now. */
bool house_may_build(const struct house *house, double now);

#endif
