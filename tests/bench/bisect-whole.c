// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole bisections by the controller's own code in the simulated lab, on histories with
 * merges, commits that share an image, and commits that do not build: how many boots are
 * of an image that was booted before, and what it takes one who does not know of images.
 */
#include <string.h>

#include "labs.h"

#define HISTORIES 320

int main(void)
{
	struct lab lab;
	unsigned int wrong = 0, wasted = 0, boots = 0, blind = 0, blind_wasted = 0;

	lab_open(&lab, HISTORIES);
	for (unsigned int i = 0; i < HISTORIES; i++) {
		struct outcome ours, theirs;
		struct sim sim;

		lab_set(&lab, i);
		lab_sim(&lab, &sim);
		lab_bisect(&lab, &sim, &ours);
		lab_sim(&lab, &sim);
		sim.hides_kernels = true;
		lab_bisect(&lab, &sim, &theirs);
		wrong += !ours.right;
		wasted += ours.wasted;
		boots += ours.boots;
		blind += theirs.boots;
		blind_wasted += theirs.wasted;
	}
	bench_fact("whole: bisections, by the controller's own code", HISTORIES, "");
	bench_at_most("whole: wrong culprits", wrong, "", 0);
	bench_at_most("whole: wasted boots", wasted, "", 0);
	bench_fact("whole: wasted boots of one who does not know equal images",
		blind_wasted, "");
	bench_fact("whole: boots a bisection", (double)boots / HISTORIES, "");
	bench_fact("whole: boots a bisection of one who does not know equal images",
		(double)blind / HISTORIES, "");
	lab_close(&lab);
	return 0;
}
