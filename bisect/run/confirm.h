/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boots that confirm a culprit (judge/confirm.h says which), recorded in the log
 * beside the verdicts: git's replay sees nothing of them.
 */
#ifndef TENFOLD_BISECT_CONFIRM_RUN_H
#define TENFOLD_BISECT_CONFIRM_RUN_H

#include "run.h"

/* RUN_GOING when nothing speaks against the culprit; else one of enum run_end, with
 * words. Negative: the log cannot be written. */
int run_confirm(struct run *run, const char *culprit, struct err *err);

/* Puts the host's boot mode back to what the log says it was; 0 if there is nothing to
 * do. */
int confirm_restore_mode(const struct world *world, struct past *past,
	struct journal *journal, double patience, struct err *err);

#endif
