/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several hosts on a test that answers alike each time: who has shown the ends tries
 * commits, chosen together (plan.h), that cut the range.
 */
#ifndef TENFOLD_BISECT_TEAM_SPLIT_H
#define TENFOLD_BISECT_TEAM_SPLIT_H

#include "team.h"

/* Gives the idle hosts something to do. RUN_GOING, or the end; *ret_wait is set where
 * news must be awaited for so many seconds only. */
int split_hand_out(struct team *team, double *ret_wait, struct err *err);

struct stock;

/* What plan_make() is to know; ret_hosts: whose the steps are, TEAM_MAX at most. */
void split_describe(const struct team *team, const struct stock *stock,
	struct plan_state *ret_state, size_t *ret_hosts);

#endif
