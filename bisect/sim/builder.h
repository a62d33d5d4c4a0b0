/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The builder of the simulated lab: sim.h. */
#ifndef TENFOLD_BISECT_SIM_BUILDER_H
#define TENFOLD_BISECT_SIM_BUILDER_H

#include "bisect/world.h"

/* The context is a struct sim. */
extern const struct builder_ops sim_builder_ops;

#endif
