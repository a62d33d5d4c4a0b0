/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the bad commits that came side by side go into git's lines. Pure. */
#ifndef TENFOLD_BISECT_TEAM_NARROW_H
#define TENFOLD_BISECT_TEAM_NARROW_H

#include <stdbool.h>

#include "bisect/run/run.h"

/* git's replay takes the last bad commit for the narrowest one. *ret_beside: this one is
 * no ancestor of that, so it does not go into git's lines, but beside them. -ENOMEM. */
int narrow_is_beside(
	const struct run *run, const char *commit, bool *ret_beside, struct err *err);

#endif
