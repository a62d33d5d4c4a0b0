/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long the queue takes: what stands in it, one after the other, at what builds have
 * cost so far. Pure; schedule.h looks up the costs.
 */
#ifndef TENFOLD_BUILDER_FORECAST_H
#define TENFOLD_BUILDER_FORECAST_H

#include <stdbool.h>

/* One workplace at the moment that the forecast has come to. */
struct forecast_place {
	double clean;       /* seconds; 0: never measured */
	double incremental; /* the mean, as many are added up; 0: never measured */
	double same;        /* for a commit that needs no make */
	double share;       /* of such commits, 0..1 */
	bool built;         /* the next make is incremental */
};

/* What is known of a commit beforehand. */
enum forecast_kind {
	FORECAST_UNKNOWN,
	FORECAST_SAME, /* it needs no make */
	FORECAST_MADE, /* it needs one */
};

/* Seconds for the place's next image, and the place after it. -1: nothing like it was
 * ever measured. */
double forecast_next(struct forecast_place *place, enum forecast_kind kind);

/* Seconds until the last image that was added is there. */
struct forecast {
	double seconds;
	bool partial; /* what is unknown is not in it */
};
void forecast_add(struct forecast *forecast, double seconds);

#endif
