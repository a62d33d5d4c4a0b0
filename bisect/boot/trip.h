/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One boot of a host into a candidate, judged by what the server and the console tell.
 * Pure: told the news, it says whether to go on waiting or how the trip ended.
 * The line between the lab's faults and the kernel's is the `kexec` event: before it
 * nothing can be the candidate's fault, after it silence is.
 */
#ifndef TENFOLD_BISECT_TRIP_H
#define TENFOLD_BISECT_TRIP_H

#include "bisect/judge/signature.h"
#include "bisect/world.h"

/* Seconds that each stage may take. */
struct limits {
	double reboot; /* the old system going down, after a reboot through it */
	double firmware;
	double grub;
	double first_stage;
	double fetch;
	double kexec; /* from the kexec event to `up` */
};

enum trip_end {
	TRIP_GOING,
	TRIP_ARRIVED,  /* the host proved that it runs the candidate */
	TRIP_KERNEL,   /* the candidate never came up: a panic, a hang, a reset */
	TRIP_LAB,      /* no fault of the candidate */
	TRIP_NO_RESET, /* the reset through the OS had no effect: take the next rung */
	TRIP_TOO_LATE  /* a trip that was under way had already chosen its image */
};

struct trip {
	const struct candidate *candidate;
	const struct limits *limits;
	char boot[BOOT_ID_TEXT];
	bool warm;       /* from the running OS: no reset, no first stage */
	bool through_os; /* the reset went through the OS */
	bool joined;     /* it was under way when we set the host's next */
	bool blind;      /* the server was silent, maybe after the kexec */
	enum stage stage;
	double since;         /* clock time at which this stage was first seen */
	double jumped;        /* and the kexec, or what came after it; 0: not yet */
	unsigned int adopted; /* boots that followed each other before any kexec */
	/* how it ended */
	char why[384];             /* lower case, without full stop */
	bool self_reset;           /* the host resets by itself: it needs none from us */
	bool stuck;                /* the host stands still: only power helps */
	enum failure_kind failure; /* TRIP_KERNEL: what it was */
	struct cost cost;
};

void trip_begin(struct trip *trip, const struct candidate *candidate,
	const struct limits *limits, const char *boot, double now);

/* boots and news are what is known now. */
enum trip_end trip_look(struct trip *trip, const struct boots *boots,
	const struct console_news *news, double now);

#endif
