/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key=value words of an event in the log. Pure. */
#ifndef TENFOLD_BISECT_PAIRS_H
#define TENFOLD_BISECT_PAIRS_H

#include "lib/err.h"
#include "lib/strvec.h"

/* Cuts an event's line into its words; key*=VALUE (record_exact()) becomes key=value.
 * -EINVAL with a sentence. */
int pairs_split(struct strvec *pairs, const char *line, struct err *err);

/* The value behind the last one got (after), or the first (NULL); NULL: no more. */
const char *pairs_next(const struct strvec *pairs, const char *key, const char *after);

/* The first value; NULL: there is none. */
const char *pairs_find(const struct strvec *pairs, const char *key);

/* The same; "" if there is none. */
const char *pairs_text(const struct strvec *pairs, const char *key);

long pairs_number(const struct strvec *pairs, const char *key, long fallback);

#endif
