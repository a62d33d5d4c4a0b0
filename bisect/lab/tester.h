/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The real test: a command on this machine, told by its environment what to test. */
#ifndef TENFOLD_BISECT_TESTER_H
#define TENFOLD_BISECT_TESTER_H

#include "bisect/world.h"
#include "lib/strvec.h"

struct tester {
	const struct strvec *argv; /* empty: coming up is the test; borrowed */
	const char *cwd;           /* NULL: ours */
	const char *host, *address;
	double timeout;
	const char *folder; /* for its output; borrowed */
	/* called once a second while a test runs; NULL */
	void (*idle)(void *ctx);
	void *idle_ctx;
	int cancel_fd;
};

/* 0 if argv[0] can be started from cwd; -ENOENT, -EACCES with a sentence. */
int tester_check(const struct tester *tester, struct err *err);

/* The context is a struct tester. */
extern const struct tester_ops tester_ops;

#endif
