/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The real clock: waits on a timerfd, and on a signalfd for the user who wants out. */
#ifndef TENFOLD_BISECT_WAITER_H
#define TENFOLD_BISECT_WAITER_H

#include "bisect/world.h"
#include "lib/err.h"

struct waiter {
	int signal_fd; /* readable once SIGINT, SIGTERM or SIGHUP came; for child_spec too
			*/
	int timer_fd;
	/* called once a second while we wait; NULL: nothing is to be done then */
	void (*idle)(void *ctx);
	void *idle_ctx;
};

/* Blocks the signals. */
int waiter_init(struct waiter *waiter, struct err *err);

/* For a process that another one cancels: by that descriptor, instead of signals. */
int waiter_attach(struct waiter *waiter, int cancel_fd, struct err *err);
void waiter_release(struct waiter *waiter);

/* Takes the signal off, so that the last things can be done in peace. */
void waiter_calm(struct waiter *waiter);

/* The context is a struct waiter. */
extern const struct clock_ops waiter_ops;

#endif
