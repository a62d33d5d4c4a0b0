/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The real machine: the commands that make it boot, and the log of its serial console. */
#ifndef TENFOLD_BISECT_MACHINE_H
#define TENFOLD_BISECT_MACHINE_H

#include <sys/types.h>

#include "bisect/params.h"
#include "bisect/world.h"
#include "lib/strvec.h"

struct machine {
	const struct params *settings; /* for the warm command; NULL: there is none */
	struct strvec reboot, power;   /* argv; empty: there is no such way */
	double timeout;                /* seconds for each */
	const char *console;           /* its log file, or NULL; borrowed */
	struct buf sent;               /* by netconsole, where there is no console */
	off_t mark;                    /* of the candidate's first byte in it */
	const char *folder;            /* for evidence; borrowed */
	int cancel_fd;
};

void machine_release(struct machine *machine);

/* Finds in a console's text a panic that has come to its end: the kernel then either
 * says that it reboots, or stands still. Pure. */
void console_scan(const char *text, struct console_news *ret_news);

/* The context is a struct machine. */
extern const struct machine_ops machine_ops;

#endif
