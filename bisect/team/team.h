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
	struct step unheld; /* the first end that was not what was said; number 0: none */
};

/* As run_bisection(). The first host that is left confirms the culprit; it also takes
 * the repeated tests of a test that is not always right. */
int team_bisection(struct team *team, struct err *err);

struct stock;

/* What plan_make() is to know; ret_hosts: whose the steps are, TEAM_MAX at most. */
void team_describe(const struct team *team, const struct stock *stock,
	struct plan_state *ret_state, size_t *ret_hosts);

/* The parts that ends.c needs as well: makes a record durable, and takes it in; starts a
 * step; puts a host aside, for good if it disagrees. */
int team_log(struct team *team, const struct buf *b, struct err *err);
int team_start(struct team *team, size_t host, const char *commit, const char *role,
	size_t candidates, struct err *err);
int team_put_aside(
	struct team *team, size_t host, bool disagrees, const char *why, struct err *err);

#endif
