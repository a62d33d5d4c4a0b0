/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host's owner had chosen for its next boot. A run writes `next` for each of its
 * steps; so the owner's choice goes into the log first, and is put back at the end, by
 * whoever goes on after a kill too.
 */
#ifndef TENFOLD_BISECT_OWNER_H
#define TENFOLD_BISECT_OWNER_H

#include "run.h"

/* Takes note of it, if this run has not yet, or if the owner chose anew while nobody was
 * at work. A server that stays silent is waited for as long as its patience says, and
 * then nothing is noted. RUN_GOING; RUN_STOPPED; negative: the log cannot be written. */
int owner_note(struct run *run, struct err *err);

/* Puts it back, after our own `next` was withdrawn, unless the host has a next by now. A
 * failure is said, and stays in the log as undone. */
void owner_give_back(struct run *run);

/* The same before a new log is begun over that of a run which was killed: a next that is
 * still that run's gives way. host: one of several, or NULL. */
int owner_give_back_over(const struct past *past, const char *host,
	const struct server_ops *server, void *server_ctx, struct err *err);

#endif
