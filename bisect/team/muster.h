/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run on several real hosts: their processes, what the user sees, and the team. */
#ifndef TENFOLD_BISECT_TEAM_MUSTER_H
#define TENFOLD_BISECT_TEAM_MUSTER_H

#include "bisect/session.h"

/* From the session's begin to the run's end, as session_find_good() and run_bisection()
 * together; all hosts are left in peace. */
int muster_run(struct session *s, struct err *err);

#endif
