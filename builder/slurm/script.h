/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is handed to sbatch(1): a job's name and its script. Pure. */
#ifndef TENFOLD_BUILDER_SLURM_SCRIPT_H
#define TENFOLD_BUILDER_SLURM_SCRIPT_H

#include "lib/buf.h"
#include "lib/image.h"
#include "lib/strvec.h"

/* "tenfold@STATE8@TREE@ARCH@CONFIG@COMMIT40", STATE8 a digest of the state folder's path:
 * one name is one image of one builder, and no two builders take each other's jobs. */
void slurm_job_name(
	const char *state, const char *tree, const struct image_id *id, struct buf *b);

/* The image that such a name is about. -EINVAL: that is no job's name. */
int slurm_job_parse(const char *name, struct image_id *ret_id);

/* A script for /bin/sh that becomes argv, each word quoted. -EINVAL: a word has a line's
 * end in it. */
int slurm_script(const struct strvec *argv, struct buf *b);

#endif
