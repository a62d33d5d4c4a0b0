/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which commit that does not build people hear of: the one that broke its branch, once,
 * and never those that only inherit it. A commit that shares no error with its failed
 * parents has broken something of its own. Pure.
 */
#ifndef TENFOLD_BUILDER_BREAKAGE_H
#define TENFOLD_BUILDER_BREAKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

#define BREAKAGE_DAY 86400

/* What is known of a commit that does not build, for one arch and config. */
struct breakage_facts {
	bool on_branch; /* its branch has it still */
	/* One that is not mended yet was told of, and shares an error: a descendant, or
	 * an ancestor that no parent with an image lies behind. */
	bool told;
	bool mended;    /* a later commit of the branch has an image */
	bool inherited; /* a failed parent has one of its errors, and answers for it */
	size_t parents_awaited; /* neither built nor failed, but they will be */
};

enum breakage_verdict {
	BREAKAGE_WAIT, /* for its parents */
	BREAKAGE_DROP, /* nobody needs to hear of it */
	BREAKAGE_TELL,
};

enum breakage_verdict breakage_judge(const struct breakage_facts *facts);

/* The record of what was told: lines "SECONDS told|kept BRANCH". */
struct breakage_rate {
	unsigned int told; /* of the branch, within a day */
	unsigned int kept; /* for the rate's sake, since the last one told */
};
struct breakage_rate breakage_rate(const char *record, const char *branch, int64_t now);

/* Adds the record without what is older than a day, and one more line. A branch's name
 * has no blank or newline (git-check-ref-format(1)). */
void breakage_record(
	const char *record, const char *branch, bool told, int64_t now, struct buf *b);

/* Adds the lines of errors that the other ones have as well. Line numbers do not count;
 * nor do lines that begin with a blank. Returns how many it has not. */
size_t breakage_common(const char *errors, const char *other, struct buf *b);

/* Adds the lines of errors: first those that `seen` lacks, marked ">> ", then the others.
 * Line numbers do not count; a line that begins with a blank belongs to the one before.
 */
void breakage_sort_errors(const char *errors, const char *seen, struct buf *b);

#endif
