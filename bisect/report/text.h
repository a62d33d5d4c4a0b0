/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a log has to tell people: the culprit, the steps and what they cost. */
#ifndef TENFOLD_BISECT_REPORT_TEXT_H
#define TENFOLD_BISECT_REPORT_TEXT_H

#include "lib/buf.h"
#include "bisect/log/past.h"

/* The end of the run, the culprit with author, date and subject. */
void report_result(const struct past *past, struct buf *b);

/* A line a step with its verdict and its seconds by stage, and their sums. */
void report_table(const struct past *past, struct buf *b);

/* A line a step with its verdict and reason, for others than the lab's people. */
void report_checks(const struct past *past, struct buf *b);

/* What fails, the test as it was given, and the command that does it all again. */
void report_failure(const struct past *past, struct buf *b);
void report_test(const struct past *past, struct buf *b);
void report_command(const struct past *past, struct buf *b);

/* Both, the reasons, and how to do it again. folder: where the evidence is; NULL. */
void report_whole(const struct past *past, const char *folder, struct buf *b);

#endif
