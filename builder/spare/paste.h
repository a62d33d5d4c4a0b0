/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a marked name can be made by pasting (##) words that a text has. Pure. */
#ifndef TENFOLD_BUILDER_SPARE_PASTE_H
#define TENFOLD_BUILDER_SPARE_PASTE_H

#include "survey.h"

/* How each marked name could be made. False: too many ways, or no memory. */
bool paste_split(struct survey *s);

/* Makes each header hot of which a text has to do with pasting at all, and has the parts:
 * what is given to a macro stands in the same text, or in a macro's. */
void paste_find(struct survey *s);

#endif
