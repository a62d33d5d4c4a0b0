/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What follows from an event: on its boot, and on the host's `next`, its last known good
 * and its wish for the local disk.
 */
#ifndef TENFOLD_BOOT_EFFECT_H
#define TENFOLD_BOOT_EFFECT_H

#include "boots.h"

/* Whether the machine runs what was sent: 1, 0 with a sentence. An image that says
 * nothing about one of the two is not held against it. Pure. */
int boot_compare(const char *want_release, const char *want_build_id,
	const struct event *up, struct err *err);

/* Changes the boot in memory and the host in the database; the caller has a transaction
 * and saves the boot. -EINVAL: the event lacks what its stage needs. */
int boot_take_effect(struct db *db, struct boot *boot, const struct event *e, double now,
	struct err *err);

/* Takes the host's `next` away if it is this image, or "local". */
int boot_use_up_next(
	struct db *db, const struct boot *boot, const char *image, struct err *err);

#endif
