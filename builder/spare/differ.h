/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two texts of one header: which names differ between them, or that more does than names
 * can tell (opaque). Pure.
 *
 * In three steps, as marks need all texts: differ_read() pairs the chunks of the two,
 * differ_survey() lets what stays take part, differ_judge() looks at what does not, when
 * it is known which macros there are, and what they come to.
 */
#ifndef TENFOLD_BUILDER_SPARE_DIFFER_H
#define TENFOLD_BUILDER_SPARE_DIFFER_H

#include "survey.h"

struct differ {
	struct chunks old, new;
	bool *went, *came; /* one a chunk of old, new: not in the other; owned */
	uint32_t *twin;    /* one a chunk of new: its like in old; owned */
	uint32_t old_file, new_file;
	bool opaque;
};

/* Opaque if one of the texts is not understood, or has more to pair than is sane. */
void differ_read(struct differ *d, struct words *words, const char *old, size_t old_len,
	const char *new, size_t new_len);
void differ_survey(struct differ *d, struct survey *s);

/* Marks the names that differ, and what decides whether a reader sees it. */
void differ_judge(struct differ *d, struct survey *s);

void differ_release(struct differ *d);

#endif
