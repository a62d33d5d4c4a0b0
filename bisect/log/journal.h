/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of a run, which is its state: append-only, each record one write and one
 * fsync. In the form of `git bisect log`, so that `git bisect replay` takes it; what
 * git has no words for stands in comments:
 *	# tenfold: event=NAME key=value key='a value with blanks'
 */
#ifndef TENFOLD_BISECT_JOURNAL_H
#define TENFOLD_BISECT_JOURNAL_H

#include "lib/buf.h"
#include "lib/err.h"
#include "past.h"

#define RECORD_MAX (256 * 1024)

struct journal {
	int fd;
};

/* Opens or makes it; half a line at its end, from a kill, is cut off. */
int journal_open(struct journal *j, const char *path, struct err *err);
void journal_close(struct journal *j);

/* Makes what stands in b durable. */
int journal_append(struct journal *j, const struct buf *b, struct err *err);

/* Parts of a record: record_event(), any record_pair()s, record_end(). */
void record_event(struct buf *b, const char *name);
void record_pair(struct buf *b, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* As record_pair(), for what must come back as it was: control characters, which a line
 * cannot hold, are written as in a URL, under "key*". */
void record_exact(struct buf *b, const char *key, const char *value);
void record_end(struct buf *b);

/* The failure that counts, as signature_add() words. */
void record_signature(struct buf *b, const struct strvec *words);

/* A judged step: its event and git's two lines. */
void record_step(struct buf *b, const struct step *step, const struct terms *terms);

/* A judged confirmation: an event only, which git's replay passes over. */
void record_confirmation(struct buf *b, const struct step *step);

/* A judged test of a commit that may be tested again: an event only. */
void record_run(struct buf *b, const struct step *step);

/* What repeated tests come to, in git's lines, from a new start: its replay takes one
 * verdict a commit. */
void record_conclusion(struct buf *b, const char *culprit, const struct strvec *parents,
	const struct terms *terms, bool first_parent);

/* "# first bad commit: [SHA] subject" */
void record_found(struct buf *b, const char *commit, const char *subject,
	const struct terms *terms);

#endif
