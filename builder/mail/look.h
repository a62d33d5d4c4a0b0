/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the repository and the store know of a commit that does not build. Of breakages.c
 * alone. */
#ifndef TENFOLD_BUILDER_LOOK_H
#define TENFOLD_BUILDER_LOOK_H

#include "breakage-list.h"
#include "breakage.h"
#include "breakages.h"
#include "builder/git/repo.h"

/* One pass over all of them. */
struct look {
	const struct breakages *b;
	struct breakage_list list;
	const struct image_id *made;
	/* the one that is looked at */
	struct breakage *now;
	git_repository *repo;
	const struct conf_tree *tree;
	char tip[IMAGE_COMMIT_TEXT]; /* of its branch; "": the branch is gone */
	bool again;                  /* one was added: look once more */
};

/* Goes on to one: the repository and the tip of its branch. -ENOENT, and look->tree NULL:
 * the tree is none of ours now. */
int look_open_tree(struct look *look, struct breakage *now, struct err *err);

/* An image of the branch that has the commit in its past: the one just made, which may be
 * the first, or that of the tip. */
bool look_find_mended(const struct look *look, struct image_id *ret_id);

/* Takes its parents down too where they failed and nobody was to be told. */
int look_find_facts(struct look *look, struct breakage_facts *ret_facts, struct err *err);

#endif
