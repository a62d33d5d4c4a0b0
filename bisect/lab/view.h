/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user sees of a run: facts as lines that stay; what is going on now as one
 * line that is written over on a terminal, and as plain lines elsewhere.
 */
#ifndef TENFOLD_BISECT_VIEW_H
#define TENFOLD_BISECT_VIEW_H

#include <stdbool.h>
#include <stdio.h>

#include "bisect/world.h"

struct view {
	FILE *out;
	bool live;    /* a terminal */
	bool pending; /* a line stands there that will be written over */
};

void view_init(struct view *view, FILE *out);

/* Ends the line that would be written over. */
void view_end(struct view *view);

/* The context is a struct view. */
extern const struct view_ops view_ops;

#endif
