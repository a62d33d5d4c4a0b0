/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What has come into the store lately: the rate of builds, and how many failed. */
#ifndef TENFOLD_BUILDER_RECENT_H
#define TENFOLD_BUILDER_RECENT_H

#include <stddef.h>

#include "lib/err.h"
#include "lib/image.h"
#include "lib/store.h"

#define RECENT_DAY 86400.0
#define RECENT_HOUR 3600.0

struct recent_count {
	size_t built;  /* by a make */
	size_t same;   /* published without one */
	size_t failed; /* known not to build */
};

struct recent {
	struct recent_count hour, day; /* the day has the hour in it */
	double same_seconds;           /* that all of the day's same ones took */
};

/* Adds an image or a failure if it was published within the day before now. Pure. */
void recent_add(struct recent *recent, const struct image *image, double now);

/* Seconds for one that needs no make, and the share of such ones among what was built, of
 * the day; 0 for both if nothing was. Pure. */
double recent_same_seconds(const struct recent *recent);
double recent_share(const struct recent *recent);

/* Looks through the store; reads those images only whose image.json is young. */
int recent_scan(const struct store *store, double now, struct recent *ret_recent,
	struct err *err);

#endif
