/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of each commit when one is to be chosen: verdicts from the log, images
 * and failed builds in the store, and what it costs to try one that has an image or has
 * none.
 */
#ifndef TENFOLD_BISECT_STOCK_H
#define TENFOLD_BISECT_STOCK_H

#include "bisect/choice/choose.h"
#include "bisect/git/history.h"
#include "bisect/log/past.h"
#include "bisect/world.h"

/* An image is there, or is being made, or must be made first. */
enum {
	PRICE_THERE,
	PRICE_COMING,
	PRICE_BUILD
};

struct stock {
	const struct history *history;
	enum mark *marks;       /* by number in the history's graph */
	uint8_t *price_of;      /* the same; see prices */
	uint32_t *image_of;     /* the same; see struct known */
	enum mark *image_marks; /* by image */
	struct known known;     /* for choose(); points to the above */
	struct prices prices;   /* see above */
	uint8_t *missing;       /* by number: it has no image yet */
};

/* world: NULL when only the verdicts are to be looked at. -ENOMEM and what the builder
 * says. */
int stock_take(struct stock *stock, const struct history *history,
	const struct past *past, const char *bad_end, const struct world *world,
	struct err *err);
void stock_release(struct stock *stock);

/* What a step says of its commit. */
enum mark stock_mark(const struct step *step);

#define CLEANUP_STOCK CLEANUP(stock_release)

#endif
