/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes images on a cluster's nodes: each is a job of Slurm's that runs
 * `tenfold-builder make` with the same builder.conf. Nodes see the program, builder.conf,
 * the store and the state by the names that they have here. What stands in the store is
 * the outcome; what Slurm says of the job tells a lost node from a commit that does not
 * build.
 */
#ifndef TENFOLD_BUILDER_SLURM_MAKER_H
#define TENFOLD_BUILDER_SLURM_MAKER_H

#include "builder/job/job.h"

struct slurm_maker {
	const struct conf *conf;
	const struct store *store;
	int cancel_fd; /* readable: cancel the job and end */
};

/* As struct maker says. A job that was lost is submitted again, a few times. When the
 * caller is killed, the job runs on; the next call for that image follows it. */
int slurm_make(
	void *ctx, const struct job *job, struct outcome *ret_outcome, struct err *err);

#endif
