/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is done before a culprit is named: it fails again, its parents pass again, the bad
 * end passes with it reverted, and all of it once more without kexec if asked for. Pure:
 * told what was done, it says what comes next and what it comes to.
 */
#ifndef TENFOLD_BISECT_CONFIRM_H
#define TENFOLD_BISECT_CONFIRM_H

#include <stdbool.h>

#include "bisect/log/past.h"
#include "lib/buf.h"
#include "lib/strvec.h"

struct confirm_plan {
	const char *culprit;
	const struct strvec *parents;
	unsigned int times; /* that each is tried; 0: nothing is confirmed */
	bool cold;          /* the culprit and its parents once more without kexec */
	const char *revert; /* commit; "": there is none */
	const struct terms *terms;
};

struct confirm_step {
	const char *role; /* "confirm-bad", "confirm-good", "revert", "cold-bad",
			   * "cold-good" */
	const char *commit;
};

/* False when nothing is left to do. */
bool confirm_next(const struct confirm_plan *plan, const struct past *past,
	struct confirm_step *ret_step);

/* True for the roles that are done without kexec. */
bool confirm_is_cold(const char *role);

/* True if this step says the contrary of what the bisection went by; its sentence is
 * added to why. */
bool confirm_contradicts(
	const struct confirm_plan *plan, const struct step *step, struct buf *why);

/* What the confirmations of a log come to, in sentences of a line each. */
void confirm_describe(const struct past *past, struct buf *b);

#endif
