/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the hosts agree on the ends. Each tries the end that fails, all of them at
 * once; the failure that most of them show is the one that counts (the first host's,
 * where they are even), and who shows another is put aside. Then each tries the ends
 * that pass.
 */
#ifndef TENFOLD_BISECT_TEAM_ENDS_H
#define TENFOLD_BISECT_TEAM_ENDS_H

#include "team.h"

/* True if the host has shown all ends. */
bool ends_shown(const struct team *team, size_t host);

/* Gives an idle host the next end to try, unless it is to wait for the others. RUN_GOING,
 * or a negative value. */
int ends_start(struct team *team, size_t host, struct err *err);

bool ends_is_role(const char *role);

/* Takes in what a host made of an end. RUN_GOING, or a negative value. */
int ends_judged(struct team *team, const struct crew_event *event, struct err *err);

/* Notes the failure that a host has shown first at the end that fails, where it is not
 * settled yet which one counts; *ret_open: it is not. The same. */
int ends_see(struct team *team, const struct step *step, const struct failure *failure,
	bool *ret_open, struct err *err);

/* Settles which failure counts, once no host is waited for: where tests are repeated,
 * none is when that end has been tested enough. The same. */
int ends_vote(struct team *team, struct err *err);

#endif
