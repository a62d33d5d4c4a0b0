// SPDX-License-Identifier: GPL-2.0-or-later
#include "undo.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void undo_begin(struct run *run, const char *culprit)
{
	struct past *past = run->past;

	if (!past_undid(past, culprit))
		past->no_revert[0] = past->reverted[0] = '\0';
	snprintf(past->undone, sizeof(past->undone), "%s", culprit);
	run->undo[0] = '\0';
}

int undo_give_up(struct run *run, const char *why)
{
	const struct world *w = run->bench.world;
	CLEANUP_BUF struct buf b;

	buf_init(&b, RECORD_MAX);
	record_event(&b, "no-revert");
	record_pair(&b, "culprit", "%s", run->past->undone);
	record_pair(&b, "why", "%s", why);
	record_end(&b);
	snprintf(run->past->no_revert, sizeof(run->past->no_revert), "%.380s", why);
	run->undo[0] = '\0';
	w->view->say(w->view_ctx, run->past->no_revert);
	return journal_append(run->journal, &b, NULL);
}

int undo_make(struct run *run, const char *culprit)
{
	const struct world *w = run->bench.world;
	struct err err = ERR_INIT;
	int r;

	undo_begin(run, culprit);
	if (!run->confirm || *run->past->no_revert || !w->builder->revert ||
		!strcmp(culprit, run->bad))
		return 0;
	r = w->builder->revert(w->builder_ctx, culprit, run->bad, run->undo, &err);
	if (r == -EINTR)
		return RUN_STOPPED;
	return r < 0 ? undo_give_up(run, err.text) : 0;
}

int undo_forgive(struct run *run, const char *role, const char *commit, int r)
{
	if (r != RUN_LAB || strcmp(role, "revert"))
		return r;
	r = strcmp(commit, run->undo) ? 0 : undo_give_up(run, run->words.data);
	buf_reset(&run->words);
	return r < 0 ? r : RUN_GOING;
}
