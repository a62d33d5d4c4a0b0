/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that only read begin with: options, and the log of a host's run. */
#ifndef TENFOLD_BISECT_SHOW_H
#define TENFOLD_BISECT_SHOW_H

#include "lib/err.h"
#include "log/past.h"
#include "log/place.h"
#include "params.h"

struct show {
	struct params settings;
	struct place place;
	struct past past;
	int next; /* index of the first word behind the options */
};

#define SHOW_INIT                   \
	{                           \
		.place.lock_fd = -1 \
	}

/* Reads options and the host's log; 0, or 1 when --help was all. */
int show_open(struct show *show, int argc, char **argv, struct err *err);
/* Has what the server knows of the kernels' logs in the run's folder, if it answers. */
void show_fetch_evidence(const struct show *show);
void show_release(struct show *show);

#define CLEANUP_SHOW CLEANUP(show_release)

#endif
