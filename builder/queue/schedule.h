/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When each image of a queue will be there, by the costs that its workplaces measured. */
#ifndef TENFOLD_BUILDER_SCHEDULE_H
#define TENFOLD_BUILDER_SCHEDULE_H

#include "forecast.h"
#include "queue.h"
#include "recent.h"

struct schedule {
	double *seconds;     /* from now until the queue's image is there, in the queue's
			      * order; -1: unknown; owned */
	struct forecast all; /* until the last one is */
};

/* The queue must be sorted. kinds: in its order, or NULL: nothing is known; busy: seconds
 * until the first can begin. -ENOMEM. */
int schedule_make(const char *state, const struct queue *queue,
	const enum forecast_kind *kinds, const struct recent *recent, double busy,
	struct schedule *ret_schedule);
void schedule_release(struct schedule *schedule);

#define CLEANUP_SCHEDULE CLEANUP(schedule_release)

#endif
