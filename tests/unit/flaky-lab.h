/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated lab with a test that does not answer alike each time. */
#ifndef TENFOLD_TESTS_FLAKY_LAB_H
#define TENFOLD_TESTS_FLAKY_LAB_H

#include "tests/unit/bisect-lab.h"

static void begin_flaky(
	struct fixture *f, struct sim *sim, int culprit, double passes_on_bad)
{
	begin(f, sim, culprit);
	f->confidence = 95;
	sim->passes_on_bad = passes_on_bad;
	sim->dice += culprit;
}

#endif
