/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a piece of a text at file scope declares, if its form leaves no doubt. Pure. */
#ifndef TENFOLD_BUILDER_SPARE_DECLARATION_H
#define TENFOLD_BUILDER_SPARE_DECLARATION_H

#include "chunk.h"

/* Gives a chunk that is whole (OTHER) its kind and name. t: its tokens. */
void declaration_read(const struct words *words, const struct token *t, struct chunk *k);

/* The name of a function whose head and { stand in this piece, with a part of its body;
 * or 0. */
uint32_t declaration_function(const struct words *words, const struct token *t, size_t n);

#endif
