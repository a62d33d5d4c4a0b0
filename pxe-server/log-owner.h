/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which boot the words of a machine belong to, when the machine itself cannot tell: a
 * dying kernel's datagrams, and what the first stage finds left over from it.
 */
#ifndef TENFOLD_LOG_OWNER_H
#define TENFOLD_LOG_OWNER_H

#include "boots.h"

/* The newest boot from that address whose candidate was jumped into: what comes while a
 * later boot is still in GRUB or in the first stage is not that one's. -ENOENT. */
int log_owner_at(
	struct db *db, const char *address, struct boot *ret_boot, struct err *err);

/* The host's newest boot before that one whose candidate was jumped into. -ENOENT with a
 * sentence; also if the local disk was booted since, for what is left over then is the
 * local system's own. */
int log_owner_before(
	struct db *db, const struct boot *boot, struct boot *ret_boot, struct err *err);

/* Notes where a boot's events come from, unless its request for grub.cfg has told. */
int log_owner_note(
	struct db *db, const struct boot *boot, const char *address, struct err *err);

#endif
