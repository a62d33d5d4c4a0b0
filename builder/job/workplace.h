/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where one (tree, arch, config) is built, for good: STATE/work/TREE/ARCH/CONFIG with
 *   lock   held by the builder at work and by every process it started there
 *   mark   what src and obj hold, written before anything in them changes
 *   src    the source folder     obj    the object folder     stage    modules, to pack
 *   build.log  costs.tsv  running
 * A builder may be killed at any moment: the mark tells the next one what to trust.
 */
#ifndef TENFOLD_BUILDER_WORKPLACE_H
#define TENFOLD_BUILDER_WORKPLACE_H

#include <stdbool.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "mark.h"

struct workplace {
	char *dir, *src, *obj, *stage, *log; /* paths, owned */
	int lock_fd;
	struct mark mark; /* as last written */
	/* the tree that the objects fit, whatever src holds after a kill; "": unknown */
	char made_of[IMAGE_COMMIT_TEXT];
};

/* Where it is below STATE/work; b is made here. */
void workplace_path(const char *state, const char *tree, const char *arch,
	const char *config, struct buf *b);

/* Makes the folders below work (STATE/work); takes no lock. */
int workplace_open(struct workplace *place, const char *work, const char *tree,
	const char *arch, const char *config, struct err *err);
void workplace_close(struct workplace *place);

/* Takes the lock if nobody has it; else -EAGAIN. */
int workplace_try(struct workplace *place, struct err *err);

/* Takes the lock (or has it already), waiting for whoever has it. waiting() is told once,
 * if need be. -ECANCELED when cancel_fd becomes readable. */
int workplace_lock(struct workplace *place, int cancel_fd, void (*waiting)(void *ctx),
	void *ctx, struct err *err);

/* Reads the mark and makes true what it says: after a kill the objects of the unfinished
 * make are thrown away; after a reboot also what the disk may not have got; everything if
 * the clock was set back behind the floor. */
int workplace_recover(struct workplace *place, struct err *err);

/* Writes the mark, durably, before what it announces is done. */
int workplace_mark(struct workplace *place, const struct mark *mark, struct err *err);

/* What no object is newer than, though the wall clock may have been set back since the
 * mark was written: for the next one's floor. */
struct timespec workplace_floor(const struct workplace *place);

/* True if the wall clock is behind the mark's floor: what is made now looks older than
 * what was made before, so make would not put the two together. */
bool workplace_is_ahead(const struct workplace *place);

/* Throws all objects away. */
int workplace_clean(struct workplace *place, struct err *err);

/* The mark of the workplace folder dir as it is on disk, which may change at any moment.
 */
void workplace_look(const char *dir, struct mark *ret_mark);

/* True if a process holds the lock of the workplace folder dir. */
bool workplace_busy(const char *dir);

/* Holds (true) or not the lock in the children started from here on: as long as any
 * process of a make lives, nobody else may touch the objects. */
void workplace_share_lock(struct workplace *place, bool share);

/* A write lock on a file for as long as the descriptor (and its copies in children) is
 * open. -EAGAIN: somebody has it. */
int lock_try(const char *path, int *ret_fd, struct err *err);
bool lock_held(const char *path);

#define CLEANUP_WORKPLACE CLEANUP(workplace_close)

#endif
