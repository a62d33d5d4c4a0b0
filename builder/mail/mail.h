/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mails that a commit does not build, and that its branch builds again: RFC 5322 text
 * for the sendmail interface. Pure. Whatever a commit's subject, author or branch holds,
 * it cannot add a header or another recipient: control characters never pass, header
 * words that are not plain ASCII are encoded (RFC 2047), addresses outside of the plain
 * form are left out.
 */
#ifndef TENFOLD_BUILDER_MAIL_H
#define TENFOLD_BUILDER_MAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/strvec.h"

#define MAIL_MAX (256 * 1024)

struct mail {
	const char *from;        /* address; "" or NULL: the MTA's choice */
	const struct strvec *to; /* addresses */
	const char *author_copy; /* the author's address for Cc; NULL: no copy */
	int64_t time;            /* seconds since 1970 */
	const char *tree, *remote, *branch, *head; /* head: what the branch is at */
	const char *commit, *subject; /* 40 digits; the one that broke the branch */
	const char *mended, *mended_subject; /* NULL, or where it builds again */
	const char *author_name, *author_email, *author_date;
	const char *arch, *config, *compiler;
	const char *errors; /* lines, from build_log_errors() */
	const char *seen;   /* those that the branch showed before */
	const char *log;    /* where the whole log is */
	const struct strvec
		*make_args;      /* of the config; NULL: it is not known any more */
	const char *config_file; /* where the .config is; NULL: make did not get so far */
	unsigned int kept;       /* breakages of the branch that were not mailed lately */
};

/* In the shape that readers of kernel lists know from the 0-day robot. The mail that it
 * builds again answers the one that it does not. */
void mail_compose(const struct mail *mail, struct buf *b);

#endif
