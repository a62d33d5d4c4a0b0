/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The section [slurm] of builder.conf: where it stands, images are made on a cluster. */
#ifndef TENFOLD_BUILDER_SLURM_SETTINGS_H
#define TENFOLD_BUILDER_SLURM_SETTINGS_H

#include <stdbool.h>

#include "lib/options.h"

struct slurm_settings {
	bool on;
	char *work;           /* object folders are in WORK/NODE/SLOT */
	struct strvec option; /* words added to sbatch's: "--mem=16G" */
	unsigned int poll;    /* seconds between two looks at a job */
};

extern const struct option_def slurm_options[];

#endif
