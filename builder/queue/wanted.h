/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which images the watched branches and the wishes ask for, and the store lacks.
 * What a tree's branches pointed at when it was first seen is kept in
 * STATE/trees/NAME.base: history before that is built only as far as `depth` and
 * `since` ask for.
 */
#ifndef TENFOLD_BUILDER_WANTED_H
#define TENFOLD_BUILDER_WANTED_H

#include "builder/builder.h"
#include "queue.h"

/* Fills an empty queue, sorted. keep: this may write NAME.base (a watching builder);
 * without, it only looks. A tree that cannot be read is passed over; the first such
 * reason is in err, and the return value is still 0. */
int wanted_collect(struct builder *b, bool keep, struct queue *queue, struct err *err);

#endif
