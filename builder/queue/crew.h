/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several images under way at once: each is made by a child of this process (a fork), so
 * that makers need not know of each other. A child that is asked to end cancels what it
 * makes; all die with this process.
 */
#ifndef TENFOLD_BUILDER_CREW_H
#define TENFOLD_BUILDER_CREW_H

#include <poll.h>
#include <sys/types.h>

#include "builder/job/job.h"
#include "queue.h"

#define CREW_MAX 256

struct crew_member {
	pid_t pid;
	int fd;           /* its answer comes here */
	struct want want; /* with a branch of its own */
};

struct crew {
	struct crew_member v[CREW_MAX];
	size_t n;
};

/* Runs work() in a child. It gets signals afresh: descriptors that tell of them are this
 * process's own and must be made anew there. */
int crew_start(struct crew *crew, const struct want *want,
	int (*work)(void *ctx, const struct want *want, struct outcome *ret_outcome,
		struct err *err),
	void *ctx, struct err *err);

/* True if the image is under way; place: or another of its (tree, arch, config). */
bool crew_has(const struct crew *crew, const struct want *want, bool place);

/* What is under way (place: and what shares a place with it) rests for as long. */
void crew_settle_rests(const struct crew *crew, struct queue *queue, bool place);

/* One that has answered, or has died (-EIO), to be taken with crew_take(); NULL: none. */
struct crew_member *crew_next(struct crew *crew);

/* What work() returned. Takes the member out; ret_want is the caller's to release. */
int crew_take(struct crew *crew, struct crew_member *member, struct want *ret_want,
	struct outcome *ret_outcome, struct err *err);

/* Adds what to wait for, POLLIN each; returns how many. */
size_t crew_fds(const struct crew *crew, struct pollfd *fds);

/* Asks all to end and waits for them. */
void crew_end(struct crew *crew);

#endif
