// SPDX-License-Identifier: GPL-2.0-or-later
#include "confirm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ahead.h"
#include "announce.h"
#include "bisect/judge/confirm.h"
#include "share.h"
#include "undo.h"

static void say(struct run *run, const char *line)
{
	run->bench.world->view->say(run->bench.world->view_ctx, line);
}

static int log_mode(struct run *run, const char *was, struct err *err)
{
	CLEANUP_BUF struct buf b;

	buf_init(&b, RECORD_MAX);
	record_event(&b, "boot-mode");
	record_pair(&b, "mode", "grub");
	if (run->host)
		record_pair(&b, "host", "%s", run->host);
	record_pair(&b, "was", "%s", was);
	record_end(&b);
	snprintf(run->past->mode_was, sizeof(run->past->mode_was), "%s", was);
	run->past->mode_changed = true;
	return journal_append(run->journal, &b, err);
}

/* The old mode goes into the log first: who resumes after a kill must know it. */
static int leave_kexec(struct run *run, struct err *err)
{
	const struct world *w = run->bench.world;
	char was[BOOT_MODE_TEXT] = "";
	int r;

	if (run->past->mode_changed)
		return 0;
	r = w->server->get_mode(w->server_ctx, was, err);
	if (!r)
		r = log_mode(run, was, err);
	if (!r)
		r = w->server->set_mode(w->server_ctx, "grub", err);
	return r;
}

int confirm_restore_mode(const struct world *w, struct past *past,
	struct journal *journal, double patience, struct err *err)
{
	double start = w->clock->now(w->clock_ctx);
	CLEANUP_BUF struct buf b;
	int r;

	buf_init(&b, RECORD_MAX);
	if (!past->mode_changed)
		return 0;
	while ((r = w->server->set_mode(w->server_ctx, past->mode_was, err)) < 0) {
		if (r == -EINTR || w->clock->now(w->clock_ctx) - start > patience)
			return err_prefix(err, r,
				"the host is still set to boot without kexec (boot=grub; "
				"it was '%s')",
				past->mode_was);
		r = w->clock->wait(w->clock_ctx, 1);
		if (r < 0)
			return r;
	}
	past->mode_changed = false;
	record_event(&b, "boot-mode");
	record_pair(&b, "back", "%s", past->mode_was);
	record_end(&b);
	return journal ? journal_append(journal, &b, err) : 0;
}

/* RUN_GOING when it was judged and speaks for the culprit, or is merely noted. */
static int try_once(struct run *run, const struct confirm_plan *plan,
	const struct confirm_step *what, struct err *err)
{
	struct step step = {0};
	CLEANUP_BUF struct buf b;
	int r = run_name_step(run, what->commit, what->role, &step, err);

	buf_init(&b, RECORD_MAX);
	if (!r && confirm_is_cold(what->role))
		r = leave_kexec(run, err);
	if (r < 0)
		return r;
	run->bench.shared = strcmp(what->role, "revert") ? NULL : run->past;
	/* what a culprit is named by comes from a reset */
	run->bench.drive.by_reset = true;
	run_announce_step(run, &step);
	r = run_step(run, &step, err);
	run->bench.shared = NULL;
	if (r != RUN_GOING)
		return r;
	record_confirmation(&b, &step);
	r = journal_append(run->journal, &b, err);
	if (!r)
		r = past_confirm(run->past, &step);
	if (r < 0)
		return r;
	run_announce_verdict(run, &step);
	return confirm_contradicts(plan, &step, &run->words) ? RUN_CONTRADICTION
							     : RUN_GOING;
}

static void drop(struct strvec *list, size_t at)
{
	free(list->v[at]);
	list->n--;
	for (size_t i = at; i <= list->n; i++)
		list->v[i] = list->v[i + 1];
}

static bool has_twin_before(const struct world *w, const struct strvec *list, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (share_is_same(w, list->v[i], list->v[at]))
			return true;
	return false;
}

static int list_parents(
	struct run *run, const char *culprit, struct strvec *parents, struct err *err)
{
	int r = history_parents(run->history, culprit, parents, err);

	/* a walk along first parents says nothing of the others */
	while (!r && run->first_parent && parents->n > 1)
		drop(parents, parents->n - 1);
	/* one boot tells of all that share an image */
	for (size_t i = 1; !r && i < parents->n;)
		if (has_twin_before(run->bench.world, parents, i))
			drop(parents, i);
		else
			i++;
	return r;
}

int run_confirm(struct run *run, const char *culprit, struct err *err)
{
	CLEANUP_STRVEC struct strvec parents = STRVEC_INIT;
	struct confirm_plan plan = {.culprit = culprit,
		.parents = &parents,
		.times = run->confirm,
		.cold = run->cold,
		.revert = run->undo,
		.terms = &run->past->terms};
	struct confirm_step what;
	int r = undo_make(run, culprit), back;

	if (!r)
		r = list_parents(run, culprit, &parents, err);
	if (r)
		return r;
	ahead_of_confirmation(run, culprit, &parents, run->undo);
	r = RUN_GOING;
	while (r == RUN_GOING && confirm_next(&plan, run->past, &what)) {
		r = undo_forgive(
			run, what.role, what.commit, try_once(run, &plan, &what, err));
	}
	back = confirm_restore_mode(run->bench.world, run->past, run->journal,
		run->bench.drive.patience, err);
	if (back < 0)
		say(run, err->text);
	return r;
}
