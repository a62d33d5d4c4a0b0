/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slurm's programs: sbatch, scontrol, squeue, scancel. No accounting is needed (sacct(1)
 * wants a data base that a lab may not have), as the store says how a build ended.
 * Each call takes a minute at most. -EIO with a sentence of Slurm's own.
 */
#ifndef TENFOLD_BUILDER_SLURM_COMMAND_H
#define TENFOLD_BUILDER_SLURM_COMMAND_H

#include "fate.h"
#include "lib/err.h"
#include "lib/strvec.h"

struct slurm_batch {
	const char *name, *script;
	const char *log;              /* what the job says is added to it */
	const struct strvec *options; /* more of sbatch's */
};

/* -ETIMEDOUT: it may have been submitted or not. */
int slurm_submit(const struct slurm_batch *batch, unsigned int *ret_job, struct err *err);

/* Our own job of that name that is not over; 0: none. */
int slurm_find(const char *name, unsigned int *ret_job, struct err *err);

int slurm_ask(
	unsigned int job, const char *name, struct slurm_job *ret_job, struct err *err);

int slurm_cancel(unsigned int job, struct err *err);

#endif
