/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fetches what the server has of the kernels' logs into the run's folder, beside what the
 * controller has seen itself. A panic that outlived a reset reaches the server only with
 * the boot after it, so all steps of the latest boots are looked at, not the last alone.
 */
#ifndef TENFOLD_BISECT_EVIDENCE_H
#define TENFOLD_BISECT_EVIDENCE_H

#include "bisect/world.h"
#include "past.h"

/* Without news nothing is fetched; what cannot be got or written is left out. step: one
 * that is not in the past yet, or NULL. */
void evidence_gather(const struct server_ops *server, void *server_ctx,
	const struct past *past, const struct step *step, const char *folder);

#endif
