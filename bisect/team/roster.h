/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hosts of a run on several of them, as its log tells: what each has under way, how
 * the end that fails looked there, and who was put aside. Pure.
 */
#ifndef TENFOLD_BISECT_TEAM_ROSTER_H
#define TENFOLD_BISECT_TEAM_ROSTER_H

#include <stdbool.h>

#include "lib/err.h"
#include "bisect/world.h"
#include "lib/image.h"
#include "lib/strvec.h"

#define HOST_TEXT 64

struct roster_host {
	char name[HOST_TEXT];
	char mac[32];                   /* "": the log does not tell */
	char commit[IMAGE_COMMIT_TEXT]; /* under way, or "" */
	char last[IMAGE_COMMIT_TEXT];   /* the last one it had under way, or "" */
	size_t candidates;              /* that it was chosen from; 0 for the ends */
	struct strvec seen; /* the failure at the end that fails: signature_add() words */
	char aside[384];    /* why it was put aside; "" */
	bool disagrees;     /* and that is not to be tried again */
	bool owner_noted;   /* as in struct past */
	struct chosen owner_next;
};

struct roster {
	struct roster_host *v; /* owned; in the order of the command line, later ones
				  behind them */
	size_t n;
	unsigned int last_number; /* the largest of a step on a host */
};

/* Takes an event of the log in; those that name no host are passed over. -ENOMEM. */
int roster_take(struct roster *roster, const struct strvec *pairs);
void roster_release(struct roster *roster);

/* The fewest candidates that a step under way was chosen from; 0: there is none. */
size_t roster_candidates(const struct roster *roster);

/* Hosts that are not aside. */
size_t roster_at_work(const struct roster *roster);

/* NULL if it is not there. */
struct roster_host *roster_find(const struct roster *roster, const char *name);

#endif
