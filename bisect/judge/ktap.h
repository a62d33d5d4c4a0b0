/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which cases of a test failed, read from its output as it comes: KTAP version 1
 * (Documentation/dev-tools/ktap.rst) and the TAP that it grew out of, nested by
 * indentation or by kselftest's "# ". Whatever the output is, memory stays bounded.
 */
#ifndef TENFOLD_BISECT_KTAP_H
#define TENFOLD_BISECT_KTAP_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/strvec.h"

#define KTAP_CASES_MAX 64  /* failing cases that are kept; more are passed over */
#define KTAP_NAME_MAX 200  /* bytes of a case's whole name; longer ones are cut */
#define KTAP_LINE_MAX 1024 /* bytes of a line that are read */

struct ktap_case {
	unsigned int depth;       /* columns that its line stands in */
	char name[KTAP_NAME_MAX]; /* "suite/case", as far as its parents are known */
};

struct ktap {
	bool seen; /* a version line or a plan: it is KTAP */
	bool cut;  /* the rest of this line is passed over */
	struct buf line;
	struct ktap_case *cases; /* owned; failing ones */
	size_t n;
};

void ktap_init(struct ktap *ktap);
void ktap_release(struct ktap *ktap);

/* The next bytes of the output. */
void ktap_feed(struct ktap *ktap, const char *data, size_t len);

/* The output is at its end: adds "suite/case" of each failing case to the list. Nothing
 * is added for output that is no KTAP. */
void ktap_end(struct ktap *ktap, struct strvec *failed);

#define CLEANUP_KTAP CLEANUP(ktap_release)

#endif
