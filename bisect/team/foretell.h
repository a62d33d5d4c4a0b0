/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks ahead while several hosts try commits: which ones they will try when those have
 * been judged, whatever the verdicts, and which after those, so that their images can be
 * made meanwhile. Pure: asks plan_make() itself what it would do.
 */
#ifndef TENFOLD_BISECT_TEAM_FORETELL_H
#define TENFOLD_BISECT_TEAM_FORETELL_H

#include "bisect/choice/foresee.h"
#include "plan.h"

/*
 * k verdicts leave one of about k + 1 parts of the candidates, each by a chance of its
 * size: these ways are followed, the likeliest first, until the list is full or so many
 * plans were made as to cost no time. The steps that began together are taken to end
 * together, and the others after them. Skips, which seldom come, are not followed.
 *
 * missing: by number, that a commit has no image; confirms: a culprit and its parents are
 * tried again. -ENOMEM.
 */
int foretell(const struct plan_state *state, const uint8_t *missing, bool confirms,
	struct foreseen *ret);

#endif
