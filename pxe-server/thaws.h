/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cold images on their way back: the builder's `thaw` as a child, one for each image
 * however many machines ask for it, a few at a time, in threads of their own, so that
 * nobody else waits.
 */
#ifndef TENFOLD_THAWS_H
#define TENFOLD_THAWS_H

#include <stdbool.h>

#include "lib/err.h"
#include "lib/strvec.h"

struct thaws;

/* command: words before "--store ROOT ID"; say: where ends are told. All are borrowed. */
int thaws_new(const struct strvec *command, const char *root,
	void (*say)(const char *fmt, ...) __attribute__((format(printf, 1, 2))),
	struct thaws **ret_thaws, struct err *err);

/* done(ctx) is called once, by another thread, when the thaw has ended either way; NULL:
 * nobody waits. -ESHUTDOWN after thaws_stop(), -ENOMEM: it is not called. */
int thaws_ask(struct thaws *thaws, const char *id, void (*done)(void *ctx), void *ctx);

/* Why the latest thaw of this image failed; false if nothing is known of it. */
bool thaws_why(struct thaws *thaws, const char *id, struct err *err);

/* Ends the children, calls everybody's done(), takes no more. */
void thaws_stop(struct thaws *thaws);
void thaws_free(struct thaws *thaws);

#endif
