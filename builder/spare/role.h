/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In which role a declaration has a word, and which words earlier declarations of the
 * same header, read by whoever reads this one, have in that role. Pure.
 */
#ifndef TENFOLD_BUILDER_SPARE_ROLE_H
#define TENFOLD_BUILDER_SPARE_ROLE_H

#include "usable.h"

enum role {
	ROLE_TAG,    /* struct x */
	ROLE_MEMBER, /* ->x */
	ROLE_CALL,   /* x( */
	ROLE_TYPE,   /* where only a type can stand */
	ROLE_PLAIN,
};

bool role_is_any(
	const struct words *words, const struct token *t, const char *const *list);
bool role_is_struct(const struct words *words, const struct token *t);
/* "->" or "." */
bool role_is_access(const struct token *t);

/* The place of the {, or n. */
size_t role_body(const struct token *t, size_t n);

/* Of a name that is no keyword; head: no expression can stand there. */
enum role role_of(
	const struct words *words, const struct token *t, size_t n, size_t i, bool head);

/* Each looks at what stands before the chunk `at`, and does not differ. */
bool role_used(
	const struct usable *u, size_t at, uint32_t word, enum role role, bool head);
/* A function looked into this struct, and found the member (0: any). */
bool role_inside(const struct usable *u, size_t at, uint32_t tag, uint32_t member);
/* The struct can be named there. */
bool role_tag(const struct usable *u, size_t at, uint32_t word);

#endif
