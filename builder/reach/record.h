/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record of one make: a map (map.h) that its processes fill through the preloaded
 * recorder, and that is taken into the workplace's reach when the make has ended.
 */
#ifndef TENFOLD_BUILDER_REACH_RECORD_H
#define TENFOLD_BUILDER_REACH_RECORD_H

#include "lib/err.h"
#include "reach.h"

/* Makes an empty map for paths below root, which holds the source folder and everything
 * that may lead into it by a symlink. inside: the name that make knows root by, in a
 * sandbox; NULL: the same. */
int record_start(const char *file, const char *root, const char *inside, struct err *err);

/* Adds to reach what the map has of the source folder src in root, which must still be as
 * it was when the map was filled. 0 also when there is no map. What cannot be followed
 * makes reach->odd. */
int record_take(struct reach *reach, const char *file, const char *root, const char *src,
	struct err *err);

#endif
