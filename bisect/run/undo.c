// SPDX-License-Identifier: GPL-2.0-or-later
#include "undo.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int undo_give_up(struct run *run, const char *why)
{
	const struct world *w = run->bench.world;
	CLEANUP_BUF struct buf b;

	buf_init(&b, RECORD_MAX);
	record_event(&b, "no-revert");
	record_pair(&b, "why", "%s", why);
	record_end(&b);
	snprintf(run->past->no_revert, sizeof(run->past->no_revert), "%.380s", why);
	w->view->say(w->view_ctx, run->past->no_revert);
	return journal_append(run->journal, &b, NULL);
}

int undo_make(struct run *run, const char *culprit, char ret_commit[IMAGE_COMMIT_TEXT])
{
	const struct world *w = run->bench.world;
	struct err err = ERR_INIT;
	int r;

	ret_commit[0] = '\0';
	if (!run->confirm || *run->past->no_revert || !w->builder->revert ||
		!strcmp(culprit, run->bad))
		return 0;
	r = w->builder->revert(w->builder_ctx, culprit, run->bad, ret_commit, &err);
	if (r == -EINTR)
		return RUN_STOPPED;
	if (r < 0)
		ret_commit[0] = '\0';
	return r < 0 ? undo_give_up(run, err.text) : 0;
}

int undo_forgive(struct run *run, const char *role, int r)
{
	if (r != RUN_LAB || strcmp(role, "revert"))
		return r;
	r = undo_give_up(run, run->words.data);
	buf_reset(&run->words);
	return r < 0 ? r : RUN_GOING;
}
