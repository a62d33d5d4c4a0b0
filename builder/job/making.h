/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One build while it is under way: what its steps share. job.c takes the steps in their
 * order, make.c runs make, deliver.c publishes, alias.c finds out that there is nothing
 * to do.
 */
#ifndef TENFOLD_BUILDER_MAKING_H
#define TENFOLD_BUILDER_MAKING_H

#include "build-id.h"
#include "builder/git/repo.h"
#include "builder/kbuild/ccache.h"
#include "builder/kbuild/kbuild.h"
#include "builder/reach/reach.h"
#include "builder/spare/spare.h"
#include "job.h"
#include "progress.h"
#include "workplace.h"

struct making {
	const struct conf *conf;
	const struct store *store;
	const struct job *job;
	const char *recorder; /* NULL: nobody writes down what is read */
	git_repository *repo;
	struct commit commit;
	struct workplace place;
	struct kbuild kb;
	struct sandbox sandbox;
	struct sandbox_bind binds[2];
	struct progress progress;
	struct outcome outcome;
	struct buf errors;
	char *fragment, *compiler, *release, *branch;
	enum ccache_when ccache;
	char *ccache_dir;        /* of this tree; NULL: no cache */
	char key[SHA256_TEXT];   /* of the config */
	char names[SHA256_TEXT]; /* kbuild_names_key() */
	char build_id[BUILD_ID_TEXT];
	bool configured;                /* .config is what the key stands for */
	char before[IMAGE_COMMIT_TEXT]; /* what the workplace stood for; "": unknown */
	struct reach reach;             /* of the workplace */
	struct spare spare;             /* what this make leaves alone */
	char *reach_file, *record_file; /* where it is kept, and that of this make */
};

/* Runs a step and adds what it took to *seconds. */
int making_timed(struct making *m, const char *phase,
	int (*step)(struct making *, struct err *), double *seconds, struct err *err);

/* The path of a plain file in obj; -ENOENT if make left none. */
int making_object(struct making *m, const char *name, struct buf *b);

/* From the workplace as it is to the commit, made: a kbuild_result, or a negative errno.
 * Objects are whole and the mark is idle afterwards, unless make was ended by force. */
int making_make(struct making *m, struct err *err);

/* Puts what was made, or its failure, into the store; as an alias of the image before if
 * the bytes are the same. */
int making_deliver(struct making *m, bool built, struct err *err);

/* 0: the commit cannot differ from what the workplace stands for, and is published as an
 * alias of that, or known not to build as that. -ENOENT: it must be made. */
int making_alias(struct making *m, struct err *err);

/* The id of the image whose files a commit of this job's (arch, config) would share;
 * false if there is none in images/ (built) or failed/. */
bool making_find(
	struct making *m, const char *commit, bool built, struct image *ret_image);

/* Publishes under the job's id what `of` is, files and all. -ESTALE: it has left the
 * store. */
int making_share(struct making *m, const struct image *of, struct err *err);

/* Throws all objects away, at any moment before make. */
int making_start_over(struct making *m, struct err *err);

/* Before the checkout: throws all objects away if some may be stale without make's seeing
 * it (reach_misleads()). Few commits have such a file. */
int making_unhide(struct making *m, struct err *err);

/* Reach: before a make, and after one that left whole objects. */
void making_record(struct making *m);
void making_take_record(struct making *m);

#endif
