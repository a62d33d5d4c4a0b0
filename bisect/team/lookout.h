/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The images that the hosts of a run will want next are made while they are at work. */
#ifndef TENFOLD_BISECT_TEAM_LOOKOUT_H
#define TENFOLD_BISECT_TEAM_LOOKOUT_H

#include "team.h"

/* Orders them, as ahead_of_step() does for one host; withdrawn is what no way leads to
 * any more. While a host waits for an image, nothing else is made: the hosts' own
 * processes have theirs built, and the builder may make one at a time. A favour: what
 * goes wrong with it is no fault of the run. */
void lookout(struct team *team);

#endif
