/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hosts of a run as the controller sees them: each takes one step at a time, beside
 * the others. The real ones are processes, one a host, which end with the controller
 * whatever it ends by; tests bring simulated ones.
 */
#ifndef TENFOLD_BISECT_TEAM_CREW_H
#define TENFOLD_BISECT_TEAM_CREW_H

#include <sys/types.h>

#include "bisect/run/step.h"
#include "board.h"
#include "worker.h"

#define CREW_MAX BOARD_MAX

enum crew_news {
	CREW_DONE,  /* a step came to its end: end, step, failure */
	CREW_READY, /* the image is there, or awaited: step */
	CREW_FAULT, /* a fault of the lab, tried again: step, why */
	CREW_GONE,  /* nobody serves that host any more: why */
	CREW_STOP,  /* the user wants out */
	CREW_TIME   /* the time is over */
};

struct crew_event {
	enum crew_news news;
	size_t host;
	enum step_end end;
	struct step step;
	struct failure failure; /* the caller's to release */
	char why[512];
};

struct crew_ops {
	/* gives an idle host a step */
	int (*start)(void *ctx, size_t host, const struct worker_order *order);
	/* breaks the step off; CREW_DONE still comes, with STEP_STOPPED or as it ended */
	void (*cancel)(void *ctx, size_t host);
	/* the next news; seconds: how long at most, below 0: as long as it takes */
	void (*wait)(void *ctx, double seconds, struct crew_event *ret_event);
};

struct crew_member {
	const char *name; /* borrowed */
	pid_t pid;
	int fd;        /* to its process; -1: it is gone */
	int cancel_fd; /* an eventfd: readable while the step is to be broken off */
	bool busy, leaving;
};

struct crew {
	struct crew_member v[CREW_MAX];
	size_t n;
	int signal_fd; /* a signalfd: readable when the user wants out; borrowed */
	struct board *board;
	/* called once a second or so while the hosts are at work; NULL: nothing */
	void (*idle)(void *ctx);
	void *idle_ctx;
};

/*
 * Starts the process of one more host. prepare() runs in it: it makes the bench that
 * takes the steps, which can be broken off by cancel_fd; NULL: it cannot.
 */
int crew_add(struct crew *crew, const char *name,
	struct bench *(*prepare)(void *ctx, int cancel_fd), void *ctx, const char *folder,
	struct err *err);

/* Has all hosts left in peace, and waits for their processes' ends. Another signal of the
 * user's cuts it short. */
void crew_leave(struct crew *crew);

/* The context is a struct crew. */
extern const struct crew_ops crew_ops;

#endif
