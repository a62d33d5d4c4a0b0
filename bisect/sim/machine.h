/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine of the simulated lab: goes through the stages of a boot as time passes and
 * posts what a real one would. Of sim.c alone.
 */
#ifndef TENFOLD_BISECT_SIM_MACHINE_H
#define TENFOLD_BISECT_SIM_MACHINE_H

#include "sim.h"

#define SIM_NEVER 1e18
#define SIM_WALL_START 1.7e9
#define SIM_GRUB_SECONDS 5 /* from a reset to GRUB */

/* Nothing happens by itself from now on. */
void sim_rest(struct sim *sim);

/* A reset, by whatever means. */
void sim_restart(struct sim *sim);

/* A warm step: the running OS kexecs the image. */
void sim_jump(struct sim *sim, const char *image);

/* The kernel panics, and resets the machine by itself. */
void sim_panic(struct sim *sim);
void sim_reset_itself(struct sim *sim);

/* A boot that the server knows of from now on; what the latest one has posted. */
struct boot *sim_new_boot(struct sim *sim);
struct boot *sim_post(struct sim *sim, enum stage stage);

/* True if the server does not answer. */
bool sim_away(const struct sim *sim);

#endif
