/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far a build is, told while it runs: a bar that rewrites itself on a terminal, a
 * line now and then elsewhere (but not in the journal), and WORKPLACE/running for
 * `status`, valid as long as the workplace's lock is held.
 */
#ifndef TENFOLD_BUILDER_PROGRESS_H
#define TENFOLD_BUILDER_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

#include "costs.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/image.h"

struct progress {
	bool terminal; /* standard error is one */
	bool journal;  /* it goes to systemd's journal, which hears of ends alone */
	struct image_id id;
	unsigned int number, of; /* this build of how many; of 0: unknown */
	const char *phase;       /* "checkout", "compile", ... */
	struct cost expect;
	double start;       /* monotonic */
	unsigned int lines; /* that make has said */
	double shown;       /* monotonic, when last told */
	double said;        /* monotonic, when a line was last written elsewhere */
	char *file;         /* WORKPLACE/running, owned; NULL: none */
};

void progress_init(struct progress *p, const struct image_id *id);
void progress_release(struct progress *p);

/* Where `status` finds it. */
int progress_share(struct progress *p, const char *workplace);

void progress_phase(struct progress *p, const char *phase);
void progress_lines(struct progress *p, unsigned int lines);

/* Clears the line on the terminal, and the file. */
void progress_end(struct progress *p);

/* "3/12 0123456789ab x86_64/lab compile 43 %, 0:12 left". Pure. */
void progress_format(const struct progress *p, double elapsed, struct buf *b);

/* "[=====               ] "; 0..100. Pure. */
void progress_bar(int percent, struct buf *b);

/* "0:07", "12:40", "3:02:11"; "?" if negative. Pure. */
void progress_duration(double seconds, struct buf *b);

/* What `status` reads back. */
struct progress_report {
	struct image_id id;
	char phase[32];
	int percent;
	double elapsed, left; /* seconds; left -1: unknown */
};
int progress_read(const char *workplace, struct progress_report *ret_report);

/* How far the builder in the workplace is with this image, or with what it makes before:
 * for those who wait. Pure, and to be called now and then. */
void progress_format_other(
	const struct progress *p, const struct progress_report *now, struct buf *b);
void progress_show_other(struct progress *p, const char *workplace);

#define CLEANUP_PROGRESS CLEANUP(progress_release)

#endif
