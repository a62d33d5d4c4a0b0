/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commits that share an image share their verdict: which do, and what one of them was
 * judged. Nothing that was judged is booted again, whichever commit asks for it.
 */
#ifndef TENFOLD_BISECT_SHARE_H
#define TENFOLD_BISECT_SHARE_H

#include "run.h"
#include "stock.h"

/* Fills in which commits of the stock share their image, and what commits outside the
 * range were judged whose image is in it. The prices must be there. */
int share_images(struct stock *stock, const struct past *past, const struct world *world,
	struct err *err);

/* Makes the verdict of one step that of another, whose image is the same. */
void share_take(struct step *step, const struct step *other);

/* The step that judged the image of a commit, on whatever commit; NULL: none did, or it
 * has none. What was tried without kexec answers another question and is passed over. */
const struct step *share_find(
	const struct past *past, const struct world *world, const char *commit);

/* Whether one image was judged good and bad, on two commits. world: NULL: not known. */
bool share_mixed(const struct past *past, const struct world *world,
	const struct step **ret_good, const struct step **ret_bad);

bool share_is_same(const struct world *world, const char *a, const char *b);

/* Before a culprit is named: verdicts that it hangs on and that commits have by their
 * image alone go into the log as steps without a boot, so that git's replay comes to the
 * same end. */
int share_conclude(struct run *run, struct err *err);

#endif
