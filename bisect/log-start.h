/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a new log begins with. */
#ifndef TENFOLD_BISECT_LOG_START_H
#define TENFOLD_BISECT_LOG_START_H

#include "session.h"

/* The start line and the rules of the run. */
void log_start_record(const struct session *s, struct buf *b);

/* The verdicts of another log, as if they had been ours; -ENOENT and what past_load()
 * says. */
int log_start_replay(const struct session *s, struct buf *b, struct err *err);

#endif
