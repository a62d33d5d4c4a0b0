// SPDX-License-Identifier: GPL-2.0-or-later
#include "builder.h"

#include <signal.h>
#include <string.h>

#include "git/refs.h"
#include "git/repo.h"

/* Here libgit2 does its work in this very process: let signals end it as they like. */
static void take_signals_plainly(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int builder_fetch(struct builder *b, const struct strvec *words, struct err *err)
{
	const struct conf *conf = &b->conf;

	if (words->n) {
		err_set(err, -1, "fetch takes no '%.100s'", words->v[0]);
		return EXIT_INPUT;
	}
	take_signals_plainly();
	for (size_t i = 0; i < conf->n_trees; i++) {
		const struct conf_tree *tree = &conf->trees[i];
		CLEANUP_BUF struct buf path = {0};
		int r = refs_repo_path(conf, tree, &path);

		if (tree->in_place || (conf->tree && strcmp(conf->tree, tree->name)))
			continue;
		if (!r)
			r = repo_fetch(path.data, tree->remote, err);
		if (r < 0)
			return EXIT_INFRA;
	}
	return EXIT_THERE;
}
