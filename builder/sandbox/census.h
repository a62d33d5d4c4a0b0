/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all processes of a sandbox use together, counted from /proc. It stands in for the
 * control group where none can be made; between two counts it sees nothing.
 */
#ifndef TENFOLD_BUILDER_SANDBOX_CENSUS_H
#define TENFOLD_BUILDER_SANDBOX_CENSUS_H

#include <stdint.h>
#include <sys/types.h>

struct sandbox_census {
	uint64_t memory;        /* bytes: what each has for itself, and what is in /tmp */
	unsigned int processes; /* threads count too */
};

/* first: the first process inside, as seen from here. All 0 if it is gone. */
void sandbox_count(pid_t first, struct sandbox_census *ret_census);

#endif
