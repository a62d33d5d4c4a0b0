/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other hosts of a session on several: each a session that has what is a host's own
 * (settings, server, machine, test), while the log, the history and the user are the
 * first one's.
 */
#ifndef TENFOLD_BISECT_MATES_H
#define TENFOLD_BISECT_MATES_H

#include "session.h"

/* Makes them of the names that were given, and checks them; one host: nothing. */
int mates_check(struct session *s, struct err *err);

/* Locks them. */
int mates_lock(struct session *s, struct err *err);

/* Puts their worlds together. */
void mates_set(struct session *s);
void mates_release(struct session *s);

/* In the process of a host, the first one's too: the bench that takes its steps, until
 * cancel_fd is readable. NULL: it cannot. */
struct bench *mates_serve(void *session, int cancel_fd);

#endif
