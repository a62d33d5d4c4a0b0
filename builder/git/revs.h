/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From REV or A..B on a command line to commits, and the tree that they are of. */
#ifndef TENFOLD_BUILDER_REVS_H
#define TENFOLD_BUILDER_REVS_H

#include "builder/builder.h"

struct revs {
	const struct conf_tree *tree;
	struct conf_tree *borrowed; /* owned; what tree is with --from: its name, another
				     * place */
	struct strvec commits;      /* oldest first */
	bool range;                 /* A..B was asked for */
	bool in_conf;               /* the tree is one that a watching builder knows */
};

/* words: those behind the command. Fetches if the tree lacks the commit. -ENOENT,
 * -EINVAL: it makes no sense; others are the machine's. */
int revs_find(struct builder *b, const char *command, const struct strvec *words,
	struct revs *ret_revs, struct err *err);
void revs_release(struct revs *revs);

#define CLEANUP_REVS CLEANUP(revs_release)

#endif
