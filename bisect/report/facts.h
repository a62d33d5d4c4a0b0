/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that a report is made of, gathered once: what the log tells, who is to hear of it,
 * and the evidence. mail.h, html.h and json.h only write it down.
 */
#ifndef TENFOLD_BISECT_FACTS_H
#define TENFOLD_BISECT_FACTS_H

#include <stdint.h>

#include "bisect/log/past.h"
#include "lib/buf.h"
#include "people.h"

struct facts {
	const char *folder;      /* of the evidence; borrowed */
	const struct past *past; /* borrowed */
	const char *title;       /* of the mail; NULL: made of the culprit's subject */
	const char *from;        /* the sender; NULL: the MTA's choice */
	int64_t time;            /* seconds since 1970 */
	char range[2 * IMAGE_COMMIT_TEXT + 2]; /* what regzbot is told: COMMIT, or A..B */
	struct people to, cc;
	struct buf no_people;             /* why the maintainers are not known; "" */
	struct buf dmesg_bad, dmesg_good; /* parts of the console's text; "" */
	struct buf config;                /* the kernel's .config; "" */
	struct buf bisect_log;            /* git's lines of the log */
	struct buf command;               /* to do it again */
};

void facts_init(struct facts *facts, const struct past *past);
void facts_release(struct facts *facts);

/* Reads the repository, the evidence in folder (of the run) and the store, as the log
 * names them; log is the log's text. -EINVAL: there is nothing to tell others yet. What
 * is missing is left out. */
int facts_gather(
	struct facts *facts, const char *folder, const char *log, struct err *err);

/* Pure parts of it: git's lines of a log; what of a console's text is worth a mail, from
 * the first line of trouble on, or, where there is none, its last lines. */
void facts_git_lines(const char *log, struct buf *b);
void facts_excerpt(const char *text, struct buf *b);

#define CLEANUP_FACTS CLEANUP(facts_release)

#endif
