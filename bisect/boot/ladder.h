/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rungs by which a host is reset: through its OS, then by its power. Each rung that
 * fails is said, and the next one is taken.
 */
#ifndef TENFOLD_BISECT_LADDER_H
#define TENFOLD_BISECT_LADDER_H

#include "bisect/world.h"

/* Through the OS unless the host stands still, then power. *resets counts the resets by
 * our hand. -ENOTSUP: there is no way; -EINTR: the user wants out; else what the last
 * rung said. */
int ladder_reset(const struct world *world, bool stands_still, unsigned int *resets,
	bool *ret_through_os, struct err *err);

/* The last rung alone, asked three times: a BMC may be busy. */
int ladder_power(const struct world *world, unsigned int *resets, struct err *err);

#endif
