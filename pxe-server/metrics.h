/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the server counts while it runs, for GET /metrics. */
#ifndef TENFOLD_METRICS_H
#define TENFOLD_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "breakdown.h"
#include "lib/buf.h"

struct metrics {
	double started;      /* seconds since 1970 */
	uint64_t answers[6]; /* by status / 100 */
	uint64_t files_whole, files_broken;
	uint64_t file_bytes; /* of the whole ones */
	uint64_t part_count[PARTS];
	double part_seconds[PARTS];
	uint64_t boots_ok, boots_bad;
};

void metrics_answer(struct metrics *metrics, int status);

/* Adds a boot that has come up. */
void metrics_boot(struct metrics *metrics, const struct breakdown *breakdown, bool ok);

/* What stands before the values of a metric. */
void metrics_head(struct buf *b, const char *name, const char *type, const char *help);

/* Prometheus' text format 0.0.4. */
void metrics_format(const struct metrics *metrics, struct buf *b);

#endif
