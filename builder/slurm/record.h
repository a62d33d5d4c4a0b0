/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One job under way: a file STATE/slurm/NAME, written before sbatch is called and gone
 * when the image or the failure is there. Who follows the job holds its lock; who finds
 * the file without a lock goes on with the job of a builder that was killed.
 */
#ifndef TENFOLD_BUILDER_SLURM_RECORD_H
#define TENFOLD_BUILDER_SLURM_RECORD_H

#include <stdbool.h>

#include "lib/err.h"
#include "lib/image.h"
#include "lib/store.h"

struct slurm_record {
	char *path;       /* owned */
	char *log;        /* where the job's output goes; owned */
	int fd;           /* holds the lock; -1 */
	unsigned int job; /* 0: not known (yet) */
	bool old;         /* a builder before this one wrote it */
};

/* Takes the lock and reads what is there; waits for another follower. -ECANCELED when
 * cancel_fd becomes readable. */
int slurm_record_open(struct slurm_record *record, const char *state, const char *name,
	int cancel_fd, struct err *err);

/* Says, durably, that this job was submitted; 0: that one is about to be. */
int slurm_record_write(struct slurm_record *record, unsigned int job, struct err *err);

/* The job is no more. */
void slurm_record_remove(struct slurm_record *record);

void slurm_record_close(struct slurm_record *record);

/* Calls each() for all images that have a record; stops at a value other than 0. */
int slurm_record_each(const char *state,
	int (*each)(void *ctx, const char *name, const struct image_id *id), void *ctx);

/* Removes the records that nobody follows and whose images, or failures, are there: they
 * came while no builder looked. */
void slurm_record_sweep(const char *state, const struct store *store);

#define CLEANUP_SLURM_RECORD CLEANUP(slurm_record_close)

#endif
