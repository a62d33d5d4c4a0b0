/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds that run beside us: as children, some at a time, the rest in line. They end with
 * us, and with the order they were begun for. Knows no builder: a function starts one.
 */
#ifndef TENFOLD_BISECT_ORDERS_H
#define TENFOLD_BISECT_ORDERS_H

#include "lib/child.h"
#include "lib/image.h"
#include "lib/strvec.h"

#define ORDERS_MAX 32

struct order {
	char commit[IMAGE_COMMIT_TEXT];
	struct child child;
	bool withdrawn; /* it was asked to end */
	bool awaited;   /* orders_wait() sees to it */
};

struct orders {
	unsigned int slots; /* so many at a time; 0: none but what is waited for */
	double limit;       /* seconds that one may take */
	/* behind: nobody waits for it */
	int (*start)(void *ctx, const char *commit, bool behind, struct child *ret_child,
		struct err *err);
	/* whether there is anything to build */
	bool (*missing)(void *ctx, const char *commit);
	void *ctx;
	struct order v[ORDERS_MAX];
	size_t n;
	struct strvec wanted; /* in line */
	struct strvec failed; /* those that ended in a fault of the lab: not begun again
			       * unless they are waited for */
};

/* From now on these are wanted, the first ones first; others are withdrawn. */
void orders_set(struct orders *orders, const char *const *commits, size_t n);

/* Sees to those that have ended or take too long, begins what is next. To be called once
 * a second or so. */
void orders_tend(struct orders *orders);

/* Waits for one, which is begun if it is not running, in the place of another if need be.
 * As child_run(); cancel_fd readable: it is withdrawn. */
int orders_wait(struct orders *orders, const char *commit, int cancel_fd,
	struct child_result *ret_result, struct err *err);

/* Tells of those that run, with their seconds so far. */
void orders_each(const struct orders *orders,
	void (*each)(void *ctx, const char *commit, double since), void *ctx);

/* Withdraws all and waits until they are gone. */
void orders_release(struct orders *orders);

#endif
