/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which images stay in the store and why, which go and in which order. Pure.
 *
 * Whoever gathered the images lets people, tags and branches speak for some of them
 * (retain_speak()). Of the others those go that are older than the owner's rule says. An
 * image whose files others have stays as long as one of them does; of what goes, aliases
 * go before the image that has their files: wherever a removal ends, what is left is
 * whole.
 */
#ifndef TENFOLD_BUILDER_KEEP_RETAIN_H
#define TENFOLD_BUILDER_KEEP_RETAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/image.h"

/* Files that came or went within so many seconds belong to somebody who is at work. */
#define RETAIN_GRACE 3600.0

#define RETAIN_BY_TEXT 128

/* What is said of an image; the first that holds. */
enum retain_why {
	RETAIN_USED,    /* a host, a boot or a bisection names it */
	RETAIN_PINNED,  /* the owner's `keep` names it */
	RETAIN_TAGGED,  /* a tag of a tree */
	RETAIN_NEWEST,  /* one of the newest of a branch */
	RETAIN_SHARED,  /* an image that stays has its files */
	RETAIN_NO_RULE, /* the owner has not said how old an image may become */
	RETAIN_YOUNG,
	RETAIN_BUSY, /* see RETAIN_GRACE */
	RETAIN_GOES,
};

struct retain_rule {
	double age; /* seconds that an image stays for nothing; 0: there is no rule */
};

struct retain_image {
	struct image_id id;
	struct image_id of; /* whose files it has: its own id, or of an alias another's */
	double published;   /* seconds since 1970 */
	double touched;     /* the same: when files of its folder came or went */
	uint64_t bytes;     /* of its files, where they are its own and not in a pack */
	enum retain_why why;     /* RETAIN_GOES until somebody speaks for it */
	char by[RETAIN_BY_TEXT]; /* who: a branch, a tag, a commit; may be "" */
};

struct retain_set {
	struct retain_image *v; /* owned */
	size_t n;
};

void retain_release(struct retain_set *set);

/* Adds an image that nobody has spoken for. -ENOMEM. */
int retain_add(struct retain_set *set, const struct retain_image *image);

/* By commit, then arch and config: what retain_find() needs. */
void retain_sort(struct retain_set *set);

/* The first image of a commit, and how many there are. */
size_t retain_find(const struct retain_set *set, const char *commit,
	struct retain_image **ret_first);

/* The image of that id, or NULL. */
struct retain_image *retain_find_id(
	const struct retain_set *set, const struct image_id *id);

/* by: cut to what there is room for. Who spoke first for a better reason stays. */
void retain_speak(struct retain_image *image, enum retain_why why, const char *by);

/* Judges all that nobody has spoken for, and puts those that go to the front, in the
 * order in which they are to be removed. Returns how many go. */
size_t retain_choose(struct retain_set *set, const struct retain_rule *rule, double now);

/* "among the newest of 'main'", and the one word that stands for it in JSON. */
void retain_describe(const struct retain_image *image, struct buf *b);
const char *retain_word(enum retain_why why);

#define CLEANUP_RETAIN CLEANUP(retain_release)

#endif
