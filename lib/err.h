/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sentence that a person reads when something fails.
 * Functions return -errno and fill a caller-owned struct err, which may be NULL.
 * Sentences are lower case, without a full stop, with the subject in single quotes.
 */
#ifndef TENFOLD_ERR_H
#define TENFOLD_ERR_H

struct err {
	char text[2048]; /* empty as long as nothing failed; cut with "..." if longer */
};

#define ERR_INIT           \
	{                  \
		.text = "" \
	}

/* Writes the sentence and returns code (a negative errno), so that a caller can say
 * `return err_set(err, -ENOENT, "no such image '%s'", id)`. */
int err_set(struct err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, with ": " and the errno's own words added at the end. */
int err_errno(struct err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "PREFIX: " before the sentence that is there already; returns code. */
int err_prefix(struct err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
