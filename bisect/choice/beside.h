/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which tests to make side by side, where a test does not answer alike each time and
 * there are several hosts: those that tell most together with what is under way. What a
 * test under way may answer is imagined both ways, as likely as it is believed to be, and
 * the next one is the best over all of these futures. Pure.
 */
#ifndef TENFOLD_BISECT_CHOICE_BESIDE_H
#define TENFOLD_BISECT_CHOICE_BESIDE_H

#include "belief.h"
#include "tries.h"

/*
 * As belief_ask(); and the tests to make now, at most `wanted`, beside those under way:
 * of BELIEF_TRY those that tell most, the best one first; of BELIEF_PROVE the culprit, as
 * often as it is still to fail; none where those under way must be awaited. -ENOMEM.
 */
int beside_ask(struct belief *b, const struct belief_goal *goal,
	const struct tries *under_way, size_t wanted, struct belief_answer *ret,
	struct tries *ret_tries);

#endif
