/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bad end with the culprit reverted, which is tried before a culprit is named. Where
 * that cannot be done it is told, and keeps no culprit back. */
#ifndef TENFOLD_BISECT_UNDO_H
#define TENFOLD_BISECT_UNDO_H

#include "run.h"

/* ret_commit: "" where nothing is confirmed, the culprit is the bad end itself, or the
 * revert cannot be made. 0, or RUN_STOPPED; negative: the log cannot be written. */
int undo_make(struct run *run, const char *culprit, char ret_commit[IMAGE_COMMIT_TEXT]);

/* The revert cannot be tried: says why in the log. 0, or negative. */
int undo_give_up(struct run *run, const char *why);

/* RUN_GOING in place of RUN_LAB, with run->words as the reason, where a step of that role
 * was the revert's. */
int undo_forgive(struct run *run, const char *role, int r);

#endif
