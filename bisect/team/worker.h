/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that serves one host of several: it takes steps as a controller of one host
 * does, one after the other, as it is told. It knows nothing of the bisection.
 */
#ifndef TENFOLD_BISECT_TEAM_WORKER_H
#define TENFOLD_BISECT_TEAM_WORKER_H

#include "bisect/run/step.h"

/* What a host is to do. */
struct worker_order {
	struct step step;    /* number, role, host, commit, subject, candidates */
	struct strvec words; /* the signature of the failure that counts */
	bool by_reset;       /* from a reset, not from the running system */
	bool shared;         /* what an equal image was judged holds without a boot */
};

/* Serves until it is told to leave, or until the controller is gone; then leaves the host
 * as drive_leave() does. folder: of the log and the evidence, or NULL. */
void worker_serve(int fd, struct bench *bench, const char *folder);

/* One step. past: what was judged until now; NULL: it is not known. A step that is broken
 * off leaves the host anywhere on its way: the next one begins with a look or a reset.
 * -EINVAL: the words are no signature. */
int worker_step(struct bench *bench, const struct worker_order *order,
	const struct past *past, struct step *ret_step, enum step_end *ret_end);

#endif
