/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What builds cost here: one line a build in WORKPLACE/costs.tsv, and what the next one
 * may be expected to. The arithmetic is pure.
 */
#ifndef TENFOLD_BUILDER_COSTS_H
#define TENFOLD_BUILDER_COSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

#define COSTS_KEPT 64 /* newest builds that are looked at */

struct cost {
	bool clean;                                      /* else incremental */
	bool built;                                      /* else failed */
	unsigned int lines;                              /* that make said */
	double seconds;                                  /* in all */
	double checkout, config, make, modules, publish; /* of them */
};

struct costs {
	struct cost v[COSTS_KEPT]; /* oldest first */
	size_t n;
};

/* Both never fail on bad lines: what cannot be read is passed over. */
void costs_parse(const char *text, struct costs *ret_costs);
void costs_read(const char *dir, struct costs *ret_costs);

/* Adds a line; when: ISO date; commit: which. */
int costs_add(const char *dir, const char *when, const char *commit,
	const struct cost *cost, struct err *err);

/* The median of the last nine that built and were (not) clean; seconds 0: unknown. */
struct cost costs_expect(const struct costs *costs, bool clean);

/* Their mean seconds, of all that are kept: what many of them take. 0: unknown. */
double costs_mean(const struct costs *costs, bool clean);

/* Of a build under way: percent done (0..99), and seconds left (-1: unknown). The lines
 * that make has said count for more, the further it is. */
int costs_percent(const struct cost *expect, unsigned int lines, double elapsed);
double costs_left(const struct cost *expect, unsigned int lines, double elapsed);

#endif
