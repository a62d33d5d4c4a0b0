/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of each step as it begins and when it is judged. */
#ifndef TENFOLD_BISECT_ANNOUNCE_H
#define TENFOLD_BISECT_ANNOUNCE_H

#include "run.h"

void run_announce_step(struct run *run, const struct step *step);
void run_announce_verdict(struct run *run, const struct step *step);

#endif
