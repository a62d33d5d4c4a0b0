/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other side of wishes: has the watching builder make something, and waits for it. */
#ifndef TENFOLD_BUILDER_ASK_H
#define TENFOLD_BUILDER_ASK_H

#include "builder/builder.h"
#include "builder/job/progress.h"
#include "wish.h"

/* True if a builder watches on this state. */
bool ask_is_watched(const struct builder *b);

/* Until the wish is answered: 0 (the store has it), or -EIO with the builder's reason.
 * -EAGAIN: the watching builder is gone. -ECANCELED: a signal came. Shows how far it is.
 */
int ask_await(struct builder *b, const struct wish *wish, struct progress *progress,
	struct err *err);

#endif
