/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Simulated labs for benchmarks of whole bisections: random histories with merges, with
 * commits that share an image, that do not build, or that have an image already, in a
 * repository of their own in memory; and the controller's own code on them.
 */
#ifndef TENFOLD_BENCH_LABS_H
#define TENFOLD_BENCH_LABS_H

#include "bisect/run/run.h"
#include "bisect/sim/sim.h"
#include "graphs.h"

struct lab {
	char folder[64], log[80];
	struct history history;
	struct strvec goods;
	char bad[IMAGE_COMMIT_TEXT];
	size_t culprit;
	/* by number */
	enum sim_kind *kinds;
	uint32_t *image_of;
	bool *has_image, *had_image, *booted;
};

/* What came of a bisection. */
struct outcome {
	bool right; /* the culprit, or where some do not build among those left */
	unsigned int boots, wasted, builds;
	double seconds;
};

/* Makes so many histories. Whatever fails in here ends the program. */
void lab_open(struct lab *lab, unsigned int histories);
void lab_close(struct lab *lab);

/* Goes over to one of them; what its commits do is made up anew. */
void lab_set(struct lab *lab, unsigned int number);

/* A simulation of it, to be varied before it is used. */
void lab_sim(struct lab *lab, struct sim *sim);

void lab_bisect(struct lab *lab, struct sim *sim, struct outcome *ret);

#endif
