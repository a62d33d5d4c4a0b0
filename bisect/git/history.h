/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of a git history that a bisection is about, read once by libgit2: the
 * commits reachable from the bad one and from no good one, as a graph of numbers.
 * Only reads; what is not committed, or a bare repository, makes no difference.
 */
#ifndef TENFOLD_BISECT_HISTORY_H
#define TENFOLD_BISECT_HISTORY_H

#include <stdbool.h>

#include "bisect/choice/choose.h"
#include "lib/err.h"
#include "lib/image.h"
#include "lib/strvec.h"

struct git_repository;

struct history {
	struct git_repository *repo;
	struct graph graph;
	char (*commits)[IMAGE_COMMIT_TEXT]; /* hex, by number */
	uint32_t *by_name;                  /* numbers, sorted by their hex */
	bool bad_is_outside; /* history_simplify(): it touches none of the paths */
};

#define HISTORY_SUBJECT_TEXT 256

struct history_commit {
	char commit[IMAGE_COMMIT_TEXT];
	char subject[HISTORY_SUBJECT_TEXT]; /* control characters made into '?' */
	char author[HISTORY_SUBJECT_TEXT];  /* NAME <EMAIL> */
	char date[32];                      /* author's, ISO 8601 UTC */
};

/* -ENOENT or so with a sentence: no folder, no repository. */
int history_open(struct history *h, const char *repo, struct err *err);
void history_close(struct history *h);

/* Any spelling that git takes to a commit's hex. -ENOENT: no such revision. */
int history_resolve(struct history *h, const char *rev,
	char ret_commit[IMAGE_COMMIT_TEXT], struct err *err);

/* 0 if each good commit is an ancestor of bad; -EINVAL with a sentence that tells
 * which two do not fit, and whether they were swapped. */
int history_check_ends(
	struct history *h, const struct strvec *goods, const char *bad, struct err *err);

/* Reads the graph. */
int history_load(
	struct history *h, const struct strvec *goods, const char *bad, struct err *err);

/* Sorts by_name anew, after the commits have changed. -ENOMEM. */
int history_index(struct history *h);

/* Number of a commit; -ENOENT if it is not in the graph. */
int history_find(const struct history *h, const char *commit, size_t *ret_number);

/* Adds the hex of each parent, in the range or not. */
int history_parents(
	struct history *h, const char *commit, struct strvec *parents, struct err *err);

int history_describe(struct history *h, const char *commit,
	struct history_commit *ret_commit, struct err *err);

static inline void cleanup_history(struct history *h)
{
	history_close(h);
}
#define CLEANUP_HISTORY CLEANUP(cleanup_history)

#endif
