/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mark of a workplace: what is in its folders, for whoever comes next. Pure. */
#ifndef TENFOLD_BUILDER_MARK_H
#define TENFOLD_BUILDER_MARK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/image.h"
#include "lib/sha256.h"

#define BOOT_TEXT 40

enum phase {
	PHASE_IDLE,     /* src holds `source`; every object in obj is whole */
	PHASE_CHECKOUT, /* src is on its way to something else */
	PHASE_MAKE,     /* objects written since the mark may be half-written */
};

struct mark {
	enum phase phase;
	char source[IMAGE_COMMIT_TEXT]; /* the tree in src; "": unknown */
	char config[SHA256_TEXT];       /* what obj's .config was made from; "": stale */
	char names[SHA256_TEXT];        /* kbuild_names_key() of the objects */
	char boot[BOOT_TEXT];           /* the builder machine's boot id */
	char image[IMAGE_COMMIT_TEXT];  /* the commit that src and obj stand for, built or
					 * known not to build; "": unknown */
	bool built;                     /* a make went through: the next is incremental */
	int64_t clock; /* nanoseconds by which the wall clock was ahead of the one that
			* nobody sets, when the mark was written; 0: unknown */
	struct timespec floor; /* no object is newer */
};

/* mark_parse() takes what mark_format() writes; anything else gives the empty mark, with
 * which everything is looked at afresh. */
void mark_parse(const char *text, struct mark *ret_mark);
void mark_format(const struct mark *mark, struct buf *b);

#endif
