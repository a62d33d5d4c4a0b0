/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the watching builder said last of what it is at: STORE/builder.json
 * (docs/image-store.md). It may be old, or not there: whoever shows it says how old.
 */
#ifndef TENFOLD_SERVER_BUILDER_REPORT_H
#define TENFOLD_SERVER_BUILDER_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/image.h"
#include "lib/store.h"

#define BUILDER_RUNNING_MAX 16
#define BUILDER_CLASSES 3

struct builder_running {
	char id[IMAGE_ID_TEXT];
	char phase[32];
	int percent;
	double since; /* seconds since 1970 */
	double left;  /* seconds, when it was said; -1: unknown */
};

struct builder_report {
	double time;  /* seconds since 1970: when it was said */
	bool watched; /* a builder watched */
	int64_t queued[BUILDER_CLASSES];
	struct builder_running running[BUILDER_RUNNING_MAX];
	size_t n_running;
	double left;  /* seconds for all of it, when it was said */
	bool partial; /* and for some, nobody knows */
};

/* The classes' names: "wish", "new", "backfill". */
const char *builder_class_name(int class);

/* Pure. -EINVAL for what is not such a file; what is not in it is 0. */
int builder_report_parse(
	const char *text, size_t len, struct builder_report *ret_report, struct err *err);

/* -ENOENT: the builder has not said anything yet. */
int builder_report_read(
	const struct store *store, struct builder_report *ret_report, struct err *err);

/* For people, as HTML; now: seconds since 1970. Pure. */
void builder_report_html(const struct builder_report *report, double now, struct buf *b);

/* Prometheus' text format. Pure. */
void builder_report_metrics(const struct builder_report *report, struct buf *b);

#endif
