/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which commits to try at once, where there are several hosts: k tries cut the range in
 * k + 1 parts. Those that are under way are taken into account, so a host that becomes
 * idle gets the commit that adds the most to what the others will tell. Pure.
 */
#ifndef TENFOLD_BISECT_CHOICE_SEVERAL_H
#define TENFOLD_BISECT_CHOICE_SEVERAL_H

#include "choose.h"
#include "tries.h"

/*
 * The commits that are to be tried beside those under way, at most `wanted`; fewer when
 * no more of them tell anything. They are the ones whose verdicts together leave the
 * least to do: parts of the candidates that are small, the large ones above all (after
 * prices, as choose() does). It begins with even cuts and moves one cut at a time as long
 * as that is better; on a line, where even cuts are the best, k tries leave at most
 * ceil(n / (k + 1)) of n candidates.
 *
 * -ENOMEM.
 */
int choose_several(const struct known *known, const struct prices *prices,
	const struct tries *under_way, size_t wanted, struct tries *ret_tries);

#endif
