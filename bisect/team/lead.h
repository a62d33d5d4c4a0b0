/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host that takes the steps which come one by one: confirmations, repeated tests. It
 * is the first that is left and has shown the ends; when the lab loses it, the next one
 * takes its place.
 */
#ifndef TENFOLD_BISECT_TEAM_LEAD_H
#define TENFOLD_BISECT_TEAM_LEAD_H

#include "team.h"

/* Has the run take such steps on a host of the team. */
void lead_begin(struct team *team);

/* Takes note of what the owners of all hosts had chosen for their next boot, and puts it
 * back: see owner.h. RUN_GOING, or as owner_note(). */
int lead_note_owners(struct team *team, struct err *err);
void lead_give_back(struct team *team);

/* Names the first host that is left. */
void lead_choose(struct team *team);

#endif
