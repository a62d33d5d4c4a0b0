/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the builder is told: builder.conf and the command line, one table for both
 * (tenfold-builder(8) explains each). Words on the command line rule over the file.
 */
#ifndef TENFOLD_BUILDER_CONF_H
#define TENFOLD_BUILDER_CONF_H

#include <stdbool.h>

#include "lib/err.h"
#include "lib/options.h"
#include "lib/strvec.h"
#include "slurm/settings.h"

#define CONF_ARCHES_MAX 2

/* [tree NAME] */
struct conf_tree {
	char *name;
	char *remote;           /* a path is read in place, a URL is mirrored */
	struct strvec branches; /* fnmatch(3) patterns; empty: all */
	struct strvec tags;     /* the same */
	unsigned int depth;     /* commits of each branch wanted at first sight */
	char *since;   /* ISO 8601 UTC: and none older than this; "" or NULL: any */
	bool in_place; /* remote is a path: read, never written */
};

/* [config NAME] */
struct conf_config {
	char *name;
	struct strvec arch;      /* "x86_64", "i386" */
	char *file;              /* fragment or whole config; "{arch}" is replaced */
	char *base;              /* "tinyconfig", "defconfig", ...; "": file is whole */
	struct strvec make_args; /* added to every make */
};

struct conf {
	/* also in the file */
	char *store, *state;
	unsigned int jobs;          /* of make; 0: one a processor */
	unsigned int parallel;      /* images under way at a time */
	unsigned int poll;          /* seconds between two fetches */
	unsigned int build_timeout; /* seconds for one make */
	unsigned int limit;         /* commits of one branch queued at a time */
	bool sandbox;               /* make runs shut in */
	struct strvec sandbox_read; /* paths that it may read beside the system's */
	unsigned int memory_limit;  /* MB of one build; 0: 3/4 of the machine's */
	unsigned int process_limit; /* of one build, at a time */
	unsigned int object_limit;  /* MB of one object folder */
	char *ccache;               /* "no", "yes", "auto"; NULL: no */
	unsigned int ccache_size;   /* MB of one tree's cache */
	bool spare;                 /* objects that a header cannot change are kept */
	struct strvec sendmail;     /* argv */
	struct strvec mail_to;
	char *mail_from;
	bool mail_author;
	unsigned int mail_limit;   /* mails about breakages of one branch a day */
	unsigned int freeze_after; /* days that an image stays hot */
	unsigned int freeze_keep;  /* newest images of a branch that stay hot */
	bool freeze;               /* watch freezes by itself */
	char *server;              /* who says what is used; NULL: nobody */
	bool prune;                /* watch removes images by itself */
	unsigned int prune_after;  /* days that an image stays for nothing; 0: for good */
	unsigned int prune_keep;   /* newest images of a branch that stay */
	struct strvec keep;        /* REV or A..B: commits whose images stay */
	char *disk_floor;          /* room that building leaves: keep/room.h */
	/* command line only */
	char *file;
	char *repo, *from, *tree, *fragment, *base;
	struct strvec arch, config;
	bool retry, json, dry_run, mail, help, version;
	/* sections, in the file's order */
	struct conf_tree *trees;
	size_t n_trees;
	struct conf_config *configs;
	size_t n_configs;
	struct slurm_settings slurm;
};

extern const struct option_def conf_options[];

/* Reads argv and the file that it (or the default) names. Words that are no options go
 * to ret_words, in order. -EINVAL with a sentence (several lines for a bad file). */
int conf_read(struct conf *conf, int argc, char **argv, struct strvec *ret_words,
	struct err *err);
void conf_release(struct conf *conf);

/* The section of that name; NULL. */
struct conf_config *conf_find_config(const struct conf *conf, const char *name);

/* True if text is in the list of patterns; an empty list takes everything. */
bool conf_matches(const struct strvec *patterns, const char *text);

/* A tree's or config's name: one path component. */
bool conf_name_valid(const char *name);

#define CLEANUP_CONF CLEANUP(conf_release)

#endif
