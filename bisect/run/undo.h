/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bad end with the culprit reverted, which is tried before a culprit is named. Where
 * that cannot be done it is told, and keeps no culprit back. */
#ifndef TENFOLD_BISECT_UNDO_H
#define TENFOLD_BISECT_UNDO_H

#include "run.h"

/* What the log has of the revert of another suspect is forgotten. */
void undo_begin(struct run *run, const char *culprit);

/* Begins, and makes the revert: run->undo, "" where nothing is confirmed, the culprit is
 * the bad end itself, or the revert cannot be made. 0, or RUN_STOPPED; negative: the log
 * cannot be written. */
int undo_make(struct run *run, const char *culprit);

/* The revert cannot be tried: says why in the log. 0, or negative. */
int undo_give_up(struct run *run, const char *why);

/* RUN_GOING in place of RUN_LAB where a step of that role was the revert's; run->words is
 * the reason if it is the one that is tried now. */
int undo_forgive(struct run *run, const char *role, const char *commit, int r);

#endif
