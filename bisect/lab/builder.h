/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The real builder: the store tells what is there, a command makes what is not. */
#ifndef TENFOLD_BISECT_BUILDER_H
#define TENFOLD_BISECT_BUILDER_H

#include "bisect/git/history.h"
#include "bisect/params.h"
#include "bisect/world.h"
#include "lib/store.h"
#include "orders.h"

struct store_builder {
	const struct params *settings; /* arch, config, build command; borrowed */
	struct store store;
	const char *folder;      /* for the output of builds, and revert.git; borrowed */
	struct history *history; /* to revert in; borrowed */
	struct orders orders;
	struct kernels kernels;
	int cancel_fd;
};

/* Once settings and the rest of the above stand. */
void store_builder_init(struct store_builder *builder);
/* Withdraws what is being made, and waits until that is gone. */
void store_builder_release(struct store_builder *builder);

/* Sees to builds that run beside us: once a second or so. */
void store_builder_tend(void *builder);

/* The context is a struct store_builder. */
extern const struct builder_ops store_builder_ops;

#endif
