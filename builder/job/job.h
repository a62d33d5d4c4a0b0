/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One image, from a commit to the store. `struct maker` is the seam: who queues and waits
 * need not know whether images are made here or on a cluster's node.
 */
#ifndef TENFOLD_BUILDER_JOB_H
#define TENFOLD_BUILDER_JOB_H

#include "builder/conf.h"
#include "lib/err.h"
#include "lib/image.h"
#include "lib/store.h"

struct job {
	const struct conf_tree *tree;
	const struct conf_config *config;
	struct image_id id;
	char *branch;            /* in the store's names; owned; NULL: to be found out */
	bool retry;              /* build it although it is known not to build */
	bool mail;               /* tell people if it does not build */
	unsigned int number, of; /* for the progress line: 3 of 12 */
};

enum result {
	RESULT_BUILT,
	RESULT_FAILED, /* the commit does not build; failed/ has its log */
	RESULT_THERE,  /* it was in the store before */
	RESULT_KNOWN,  /* it was known not to build before */
};

struct outcome {
	enum result result;
	bool made;                                       /* make ran */
	char same_as[IMAGE_COMMIT_TEXT];                 /* whose files it shares; "" */
	bool clean;                                      /* all objects were made anew */
	double seconds;                                  /* in all */
	double checkout, config, make, modules, publish; /* of them */
	double cpu; /* seconds, all processes of make */
	long max_rss_kb;
	char node[64]; /* of a cluster, which made it; "": here, or unknown */
	char *error;   /* FAILED, KNOWN: the first line that says why; owned */
};

void outcome_release(struct outcome *outcome);
void job_release(struct job *job);

struct maker {
	/* 0 with an outcome, or a negative errno with a sentence: an infra error, which
	 * says nothing about the commit. -ECANCELED: a signal ended it. */
	int (*make)(void *ctx, const struct job *job, struct outcome *ret_outcome,
		struct err *err);
	void *ctx;
	bool apart; /* images of one (tree, arch, config) can be under way at once */
};

/* Makes images here. */
struct local_maker {
	const struct conf *conf;
	const struct store *store;
	const char
		*recorder; /* tenfold-reach.so; NULL: no commit is found to be the same */
	int cancel_fd;     /* readable: end now */
	bool sandbox_works; /* it was tried out */
	const char *work;   /* folder of the workplaces; NULL: STATE/work */
	unsigned int slots; /* workplaces of one (tree, arch, config), for so many makers
			     * at once: WORK/0, WORK/1, ...; 0: one, in WORK itself */
};
int local_make(
	void *ctx, const struct job *job, struct outcome *ret_outcome, struct err *err);

/* RESULT_THERE or RESULT_KNOWN without any work; -ENOENT if it must be made. */
int job_look(
	const struct store *store, const struct job *job, struct outcome *ret_outcome);

#define CLEANUP_OUTCOME CLEANUP(outcome_release)

#endif
