/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is to hear of a regression, out of texts that strangers wrote. Pure. Only addresses
 * of the plain form are taken, and each of them once.
 */
#ifndef TENFOLD_BISECT_PEOPLE_H
#define TENFOLD_BISECT_PEOPLE_H

#include "lib/strvec.h"

#define PEOPLE_MAX 100 /* on one list; more are passed over */

struct people {
	struct strvec names, addresses; /* of the same length; a name may be "" */
};

void people_release(struct people *people);

/* Adds one, unless it is on this list or on the other (NULL: there is none). */
void people_add(struct people *people, const struct people *other, const char *name,
	const char *address);

/* get_maintainer.pl's lines: `NAME <ADDRESS> (ROLE)` or `ADDRESS (ROLE)`. Maintainers
 * go to `to`, reviewers and lists to `cc`. */
void people_take_maintainers(const char *text, struct people *to, struct people *cc);

/* Those who signed a commit off, out of its message. */
void people_take_signers(const char *message, const struct people *to, struct people *cc);

/* `NAME <ADDRESS>`, into copies that the caller frees; -EINVAL if it is none. */
int people_split(const char *text, size_t len, char **ret_name, char **ret_address);

#define CLEANUP_PEOPLE CLEANUP(people_release)

#endif
