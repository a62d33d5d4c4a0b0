/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the builder is at: for `status`, and as STORE/builder.json (docs/image-store.md)
 * for programs that have the store and not the builder.
 */
#ifndef TENFOLD_BUILDER_ACTIVITY_H
#define TENFOLD_BUILDER_ACTIVITY_H

#include <jansson.h>

#include "builder/builder.h"
#include "builder/job/progress.h"
#include "recent.h"
#include "schedule.h"

struct activity {
	double time;                     /* wall clock */
	bool watched;                    /* a builder watches */
	struct progress_report *running; /* owned; what is under way in any workplace */
	size_t n_running;
	struct queue queue;       /* without those; texts are borrowed */
	struct schedule schedule; /* of that queue */
	struct recent recent;
	struct store_disk disk;
};

/* queue: sorted, and must outlive the activity; recent: from recent_scan(). */
int activity_gather(struct builder *b, const struct queue *queue,
	const struct recent *recent, struct activity *ret_activity, struct err *err);
void activity_release(struct activity *activity);

/* True if the image is one of those under way; then seconds left, -1: unknown. */
bool activity_is_running(
	const struct activity *activity, const struct image_id *id, double *ret_left);

/* Seconds until all that is under way is done, as far as is known. */
double activity_busy(const struct activity *activity);

/* NULL: no memory. */
json_t *activity_json(const struct activity *activity);

/* Replaces STORE/builder.json. */
int activity_publish(const struct activity *activity, const char *store, struct err *err);

#define CLEANUP_ACTIVITY CLEANUP(activity_release)

#endif
