/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bisection on several hosts: each shows that it agrees on the ends, then they try
 * commits side by side. A host that disagrees or that the lab has lost is put aside, and
 * the others go on. All that is known is in the log, as with one host.
 */
#ifndef TENFOLD_BISECT_TEAM_TEAM_H
#define TENFOLD_BISECT_TEAM_TEAM_H

#include "bisect/run/run.h"
#include "crew.h"
#include "plan.h"

#define TEAM_MAX CREW_MAX

enum team_state {
	TEAM_IDLE,
	TEAM_BUSY,
	TEAM_DROPPED, /* its step is being broken off */
	TEAM_ASIDE
};

struct team_host {
	const char *name, *mac;    /* borrowed */
	const struct world *world; /* used while this host takes steps one by one */
	enum team_state state;
	struct step step; /* under way */
	double began;
	bool unguided; /* its step began before the failure that counts was known */
	bool late;     /* the lab held it up at the end that fails: nobody waits for it */
};

struct team {
	struct run *run;
	const struct crew_ops *ops;
	void *ctx;
	struct team_host hosts[TEAM_MAX];
	size_t n;
	bool repeats;       /* the test does not answer alike each time */
	struct step unheld; /* the first end that was not what was said; number 0: none */
};

/* As run_bisection(). The first host that is left confirms the culprit. */
int team_bisection(struct team *team, struct err *err);

/* The parts that ends.c, split.c and repeat.c need as well: makes a record durable, and
 * takes it in; starts a step; breaks it off; puts a host aside, for good if it disagrees;
 * the time. */
int team_log(struct team *team, const struct buf *b, struct err *err);
int team_start(struct team *team, size_t host, const char *commit, const char *role,
	size_t candidates, struct err *err);
int team_drop(struct team *team, size_t host, struct err *err);
int team_drop_all(struct team *team, struct err *err);
int team_put_aside(
	struct team *team, size_t host, bool disagrees, const char *why, struct err *err);
double team_now(const struct team *team);

#endif
