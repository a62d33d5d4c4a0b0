/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a new declaration compiles in every text that reads its header, if it does in
 * one. Pure.
 *
 * A compiler objects to the same in all of them, but for what the readers' other headers
 * say. So every word that is not the declaration's own must have been used before, in the
 * same role, by an earlier declaration of the same header that is read wherever this one
 * is: a reader in which the word means nothing could not have been compiled then. What
 * needs to see the inside of a struct wants an earlier function that does see it.
 */
#ifndef TENFOLD_BUILDER_SPARE_USABLE_H
#define TENFOLD_BUILDER_SPARE_USABLE_H

#include "chunk.h"

struct usable {
	const struct words *words; /* macros are marked (MARK_MACRO) */
	const struct chunks *chunks;
	const bool *changed; /* one a chunk */
};

/* For a chunk (FUNCTION, PROTOTYPE, VARIABLE) that came. */
bool usable_new(const struct usable *u, size_t chunk);

/* For one that went: nobody else needs the structs that it named first. */
bool usable_without(const struct usable *u, size_t chunk);

#endif
