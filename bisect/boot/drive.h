/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Brings a host into a candidate with as few resets as can be: sets `next`, then has
 * the running OS kexec it (a warm step), or announces and resets, or joins a trip that is
 * under way; climbs the recovery ladder, and follows the boot to its end. A warm step is
 * taken from a healthy host only, and what comes of it counts only if it arrives: all
 * else is tried again by a reset.
 */
#ifndef TENFOLD_BISECT_DRIVE_H
#define TENFOLD_BISECT_DRIVE_H

#include "bisect/world.h"
#include "trip.h"

/* What is known of the host between two trips. */
enum host_state {
	HOST_UNKNOWN, /* may be up, may be anything */
	HOST_UP,      /* runs what we sent it */
	HOST_DOWN,    /* stands still: only power helps */
	HOST_COMING   /* resets by itself, or did: needs no reset from us */
};

struct drive {
	const struct world *world;
	const struct limits *limits;
	double poll;     /* seconds between two looks at the server */
	double patience; /* seconds that the server may be silent */
	enum host_state state;
	char last_boot[BOOT_ID_TEXT]; /* of the trip before; "" at first */
	char next[IMAGE_ID_TEXT];     /* what we set and was not yet used up; "" */
	int64_t sent;        /* bytes of netconsole that this trip has looked at */
	unsigned int resets; /* resets by our hand */
	bool by_reset;       /* no warm step now: the host may be ill, or it is to prove a
				 thing */
	unsigned int warm_lost; /* warm steps in a row that did not arrive */
	double slowest;         /* seconds from a kexec to `up`, of those that arrived */
	struct limits hasty;    /* for warm steps, which are no verdict in any case */
};

/* *ret_trip tells how it went (never TRIP_GOING); -EINTR: the user wants out. Other
 * errors come as TRIP_LAB. */
int drive_host(struct drive *drive, const struct candidate *candidate,
	struct trip *ret_trip, enum trip_end *ret_end);

/* The host's boots, patient with a server that is away for a moment. */
int drive_boots(struct drive *drive, struct boots *ret_boots, struct err *err);

/* Has the machine know what that boot sent by netconsole until now. */
void drive_listen(struct drive *drive, const char *boot);

/* *ret_lost: the host left that boot since (it crashed, or was reset); the state of the
 * host is brought up to date. Negative: nobody can say, or the user wants out (-EINTR).
 */
int drive_lost_host(
	struct drive *drive, const char *boot, bool *ret_lost, struct err *err);

/* Withdraws our `next`; a host that stands still is power-cycled, so that it comes up
 * in what its owner had set. */
void drive_leave(struct drive *drive);

#endif
