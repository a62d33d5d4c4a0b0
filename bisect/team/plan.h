/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the hosts of a run do next, when one of them became idle: which steps under way
 * are of no more use, whether it is worth to wait for one that is nearly done, and which
 * commits are tried. Pure.
 */
#ifndef TENFOLD_BISECT_TEAM_PLAN_H
#define TENFOLD_BISECT_TEAM_PLAN_H

#include <stdbool.h>

#include "bisect/choice/several.h"

#define PLAN_PATIENCE 0.15 /* of a typical step */

/* A commit that a host has under way. */
struct plan_step {
	size_t commit; /* number in the history */
	double age;    /* seconds */
};

/* What is known when the plan is made. */
struct plan_state {
	const struct known *known;
	const struct prices *prices; /* NULL: all cost the same */
	struct plan_step steps[TRIES_MAX];
	size_t n_steps;
	double others[TRIES_MAX]; /* seconds: ages of steps that hosts have under way at
				     the ends, and after which they will try commits */
	size_t n_others;
	size_t n_idle;   /* hosts that have nothing to do */
	size_t n_coming; /* hosts that break a step off and will have nothing to do */
	double typical;  /* seconds that a step takes, by the last one; 0: not known */
};

struct plan {
	bool drop[TRIES_MAX]; /* by step: its verdict tells nothing any more */
	struct tries tries;   /* for idle hosts, at most as many as there are */
	double wait; /* above 0: no tries before so many seconds have passed, or a
			verdict came */
};

/*
 * A step is dropped when its commit is no candidate any more. An idle host waits for
 * another one's verdict if that is due within PLAN_PATIENCE of a typical step: two cuts
 * that are chosen together are better than one after the other.
 *
 * -ENOMEM.
 */
int plan_make(const struct plan_state *state, struct plan *ret_plan);

#endif
