/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several hosts on a test that does not answer alike each time: they share the tests
 * (run/flaky.h). A host's tests count once it has shown both kinds of end itself: who
 * never shows the failure where others do, or fails where others pass, is put aside.
 */
#ifndef TENFOLD_BISECT_TEAM_REPEAT_H
#define TENFOLD_BISECT_TEAM_REPEAT_H

#include "team.h"

/* Gives the idle hosts something to do. RUN_GOING, or the end. */
int repeat_hand_out(struct team *team, struct err *err);

/* Takes in what a host made of a test. RUN_GOING, or a negative value. */
int repeat_judged(struct team *team, const struct crew_event *event, struct err *err);

#endif
