/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run has come to, what it will still take, and where its machine is. Pure. */
#ifndef TENFOLD_BISECT_STATUS_H
#define TENFOLD_BISECT_STATUS_H

#include <jansson.h>

#include "bisect/log/past.h"

struct status {
	const char *host;
	bool at_work; /* a controller has the host now */
	const struct past *past;
	const char *folder;        /* of the evidence; NULL: it is not named */
	const struct boot *boot;   /* the host's newest one; NULL: not known */
	const struct boots *boots; /* of several hosts: by number in the log's roster */
	double now;                /* unix seconds */
};

/* "found", "running", "stopped" and so on. */
const char *status_word(const struct status *status);

/* NAME<tab>VALUE lines. */
void status_text(const struct status *status, struct buf *b);

/* A new object. */
json_t *status_json(const struct status *status);

#endif
