/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run from its command line to its first step: all input is checked here, before
 * anything is touched, and the real world is put together.
 */
#ifndef TENFOLD_BISECT_SESSION_H
#define TENFOLD_BISECT_SESSION_H

#include "lab/builder.h"
#include "git/history.h"
#include "lab/machine.h"
#include "log/place.h"
#include "run/releases.h"
#include "run/run.h"
#include "lab/server.h"
#include "params.h"
#include "lab/tester.h"
#include "lab/view.h"
#include "lab/waiter.h"

struct session {
	struct params settings;
	struct params given; /* the same before the config file came in */
	struct strvec test;  /* argv */
	char *cwd;           /* where the test runs */
	struct strvec goods; /* commits */
	char bad[IMAGE_COMMIT_TEXT];
	struct releases releases; /* with --find-good */
	struct history history;
	struct server server;
	struct server_host host;
	struct place place;
	struct past past; /* of the log that is there, then of this run */
	struct journal journal;
	struct waiter waiter;
	struct machine machine;
	struct store_builder builder;
	struct tester tester;
	struct view view;
	struct rules rules;
	struct limits limits;
	struct world world;
	struct run run;
	struct session *mates; /* of the other hosts, owned; they have no log, no history
				  and no range of their own */
	size_t n_mates;
};

void session_init(struct session *s);
void session_release(struct session *s);

/* The command line, the log for --resume and --replay, the config file. */
int session_read_args(struct session *s, int argc, char **argv, struct err *err);

/* All that can be wrong with it; nothing is changed. */
int session_check(struct session *s, struct err *err);

/* Its first part: the repository, and whether the ends fit each other. */
int session_check_history(struct session *s, struct err *err);

/* Reads the range: what --first-parent and --path leave of it. */
int session_load_range(struct session *s, struct err *err);

/* With --find-good, once the run has begun: the good end, and the range. RUN_GOING, or
 * as run_bisection(). */
int session_find_good(struct session *s, struct err *err);

/* Locks the host, opens the log (begins, continues or puts aside), loads the graph. */
int session_begin(struct session *s, struct err *err);

/* The parts that mates.c needs as well. */
int session_check_failures(struct session *s, struct err *err);
int session_check_machine(struct session *s, struct err *err);
int session_check_server(struct session *s, struct err *err);
int session_connect(struct session *s, struct err *err);
void session_set_world(struct session *s);

/* The log's part of the three above (log-choice.c). */
int session_take_past(struct session *s, struct err *err);
int session_open_log(struct session *s, struct err *err);

#define CLEANUP_SESSION CLEANUP(session_release)

#endif
