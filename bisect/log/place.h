/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a run of a host is kept: STATE/HOST/{log,steps/}. One controller a host: the
 * lock is by MAC and for the whole machine, so that two users do not share a host.
 */
#ifndef TENFOLD_BISECT_PLACE_H
#define TENFOLD_BISECT_PLACE_H

#include <stdbool.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/mac.h"

struct place {
	struct buf folder; /* STATE/HOST */
	struct buf log;    /* STATE/HOST/log */
	int lock_fd;       /* -1: not locked */
};

void place_init(struct place *place, const char *state, const char *host);
void place_release(struct place *place);

/* Makes the folders. */
int place_make(struct place *place, struct err *err);

/* -EBUSY with a sentence when another controller has the host. */
int place_lock(
	struct place *place, const struct mac *mac, const char *host, struct err *err);

/* True if a controller has the host now. */
bool place_is_locked(const struct mac *mac);

/* Renames the log of an ended run to log.TIME, its evidence with it. */
int place_put_aside(struct place *place, struct err *err);

/* The kinds of evidence that a step may have. */
#define PLACE_KINDS 5
extern const char *const place_kinds[PLACE_KINDS];

/* Appends the path of a piece of evidence: steps/003-console.log */
void place_evidence(
	const char *folder, unsigned int step, const char *what, struct buf *b);

/* The next piece of evidence of a step that is there: *at is 0 for the first call, path
 * is set. False: there is no more (none at all where folder is NULL). */
bool place_next_evidence(
	const char *folder, unsigned int step, size_t *at, struct buf *path);

#define CLEANUP_PLACE CLEANUP(place_release)

#endif
