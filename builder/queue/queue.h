/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be made, in the order in which it is made. Pure. */
#ifndef TENFOLD_BUILDER_QUEUE_H
#define TENFOLD_BUILDER_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "builder/conf.h"
#include "lib/image.h"

/* Why something is made; the first goes first. */
enum want_class {
	WANT_WISH,     /* somebody waits for this very commit: a bisection */
	WANT_NEW,      /* it came to a watched branch, or is the newest of one */
	WANT_BACKFILL, /* a range that somebody asked for, and history */
	WANT_CLASSES,
};

/* One image that somebody or some branch wants. */
struct want {
	const struct conf_tree *tree;
	const struct conf_config *config;
	struct image_id id;
	char *branch; /* in the store's names; owned; NULL: unknown */
	enum want_class class;
	bool asked;   /* somebody asked for it, alone or in a range */
	bool watched; /* a branch wants it, whoever asks */
	bool tip;     /* the newest commit of a branch */
	bool retry;
	double when;  /* asked: the order, wall clock */
	size_t place; /* the others: 0 is the newest commit; neighbours are neighbours */
	double rests_until; /* monotonic: after an infra error it is not tried at once */
};

struct queue {
	struct want *v; /* owned */
	size_t n;
};

/* "wish", "new", "backfill". */
const char *want_class_name(enum want_class class);

/* What is queued already goes into the better of the two classes. -ENOMEM. Takes over
 * branch. */
int queue_add(struct queue *queue, const struct want *want);

/* By class. Wishes: the oldest first. New commits: the tips of the branches, then the
 * others, newest first. Back-fill: what was asked for in its order, then history, newest
 * first. Each with its arches and configs in the order they were added. */
void queue_sort(struct queue *queue);

/* The first that does not rest at `now`; NULL if there is none. */
struct want *queue_next(struct queue *queue, double now);

/* What rests in the old queue rests in the new one. */
void queue_carry_rests(struct queue *queue, const struct queue *old);

void queue_release(struct queue *queue);

#define CLEANUP_QUEUE CLEANUP(queue_release)

#endif
