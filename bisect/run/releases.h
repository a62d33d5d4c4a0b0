/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the good end when nobody knows it: goes back over the release tags, one, two,
 * four... at a time, until one passes.
 */
#ifndef TENFOLD_BISECT_RELEASES_H
#define TENFOLD_BISECT_RELEASES_H

#include "run.h"

struct releases {
	struct strvec names, commits; /* of the same length; newest first */
};

void releases_release(struct releases *releases);

/* "v6.1", "v6.1.12"; no candidate ("v6.2-rc1") and nothing else. */
bool release_name_valid(const char *name);

/* All release tags that are ancestors of bad. -ENOENT with a sentence: there are none. */
int releases_list(struct history *h, const char *bad, struct releases *ret_releases,
	struct err *err);

/* Which to try after `last` (-1: none yet), of which `failed` failed before; -1: none is
 * left. One that cannot be tested is passed over by the next older one. Pure. */
int releases_next(size_t n, int last, bool skipped, unsigned int failed);

/* RUN_GOING with the index of one that passes; else one of enum run_end, with words. */
int run_releases(struct run *run, const struct releases *releases, size_t *ret_good,
	struct err *err);

#define CLEANUP_RELEASES CLEANUP(releases_release)

#endif
