/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Slurm says of a job, and what that means for the image. Pure. */
#ifndef TENFOLD_BUILDER_SLURM_FATE_H
#define TENFOLD_BUILDER_SLURM_FATE_H

enum slurm_fate {
	SLURM_ALIVE, /* it waits, runs, or will be run again */
	SLURM_ENDED, /* its program came to an end of its own: exit_code */
	SLURM_LOST,  /* node, time limit, preemption, somebody's scancel: nobody's verdict
		      */
	SLURM_GONE,  /* Slurm knows nothing of it (any more) */
};

struct slurm_job {
	enum slurm_fate fate;
	int exit_code;  /* ENDED */
	char state[32]; /* Slurm's word: "NODE_FAIL" */
	char node[64];  /* where it runs or ran; "": nowhere yet */
};

/* Reads the line of `scontrol --oneliner show job ID`. A line about a job of another name
 * (ids begin anew when Slurm's state is lost), or none at all, is GONE. */
void slurm_fate_parse(const char *line, const char *name, struct slurm_job *ret_job);

#endif
