/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What somebody waits for: a FIFO STATE/wishes/TREE@ARCH@CONFIG@COMMIT40, with "@range"
 * and "@retry" behind it where that is so. Nothing is ever written to it. Who asks holds
 * it open for writing, so the kernel itself knows when the last of them is gone, however
 * they ended: then the wish is withdrawn.
 *
 * The watching builder makes it and removes the file when the image or the failure is in
 * the store; if neither can be, the reason stands in a file of the same name with ".why".
 */
#ifndef TENFOLD_BUILDER_WISH_H
#define TENFOLD_BUILDER_WISH_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/image.h"

#define WISH_KINDS 4 /* range or not, retry or not */

struct wish {
	char tree[IMAGE_CONFIG_TEXT];
	struct image_id id;
	bool range;  /* one of many: it need not come before what branches want */
	bool retry;  /* although it is known not to build */
	double when; /* wall clock; the order among wishes */
};

/* A wish's file name, and back; pure. -EINVAL: that is no wish. */
void wish_name(const struct wish *wish, struct buf *b);
int wish_parse_name(const char *name, struct wish *ret_wish);

int wish_folder(const char *state, struct buf *b, struct err *err);

/* Asks. The wish stands as long as this or another asker's descriptor is open; one that
 * others made before keeps their `when`. */
int wish_add(const char *state, const struct wish *wish, int *ret_fd, struct err *err);
/* True until it is answered. */
bool wish_open(const char *state, const struct wish *wish);
/* Closes *fd (and makes it -1); removes the wish if nobody else asks. */
void wish_withdraw(const char *state, const struct wish *wish, int *fd);

/* Answers all wishes for the image. why: NULL when the store has the answer. */
int wish_done(const char *state, const char *tree, const struct image_id *id,
	const char *why, struct err *err);
/* The reason; false if there is none. */
bool wish_why(const char *state, const struct wish *wish, struct buf *ret_why);

/* All that somebody waits for, in no order; free() the array. sweep: removes those that
 * nobody does, and reasons that are old. */
int wish_list(const char *state, bool sweep, struct wish **ret_wishes, size_t *ret_n,
	struct err *err);

/* The builder's ends of all wishes for one image. */
struct wish_askers {
	int fd[WISH_KINDS];
	size_t n;
};
/* Makes the epoll descriptor readable when the last asker of one of them goes. False:
 * there is none now. Release it in any case. */
bool wish_askers_watch(struct wish_askers *askers, const char *state, const char *tree,
	const struct image_id *id, int epoll_fd);
void wish_askers_release(struct wish_askers *askers);

#endif
