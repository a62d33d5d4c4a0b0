// SPDX-License-Identifier: GPL-2.0-or-later
#include "confirm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ahead.h"
#include "announce.h"
#include "bisect/judge/confirm.h"
#include "share.h"

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
	struct step step = {.number = run_next_number(run->past)};
	struct history_commit c = {.subject = "the bad end with the culprit reverted"};
	CLEANUP_BUF struct buf b;
	int r = 0;

	buf_init(&b, RECORD_MAX);
	if (strcmp(what->commit, plan->revert))
		r = history_describe(run->history, what->commit, &c, err);
	if (!r && confirm_is_cold(what->role))
		r = leave_kexec(run, err);
	if (r < 0)
		return r;
	snprintf(step.role, sizeof(step.role), "%s", what->role);
	snprintf(step.commit, sizeof(step.commit), "%s", what->commit);
	snprintf(step.subject, sizeof(step.subject), "%s", c.subject);
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

/* A revert that cannot be made is told, and nothing more. */
static int make_revert(
	struct run *run, const char *culprit, char ret_commit[IMAGE_COMMIT_TEXT])
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
	if (r < 0) {
		CLEANUP_BUF struct buf b;

		buf_init(&b, RECORD_MAX);
		record_event(&b, "no-revert");
		record_pair(&b, "why", "%s", err.text);
		record_end(&b);
		snprintf(run->past->no_revert, sizeof(run->past->no_revert), "%.380s",
			err.text);
		say(run, run->past->no_revert);
		return journal_append(run->journal, &b, NULL);
	}
	return 0;
}

/* The lab could not even build the revert: that must not keep the culprit back. */
static int forgive_revert(struct run *run, const struct confirm_step *what, int r)
{
	CLEANUP_BUF struct buf b;

	buf_init(&b, RECORD_MAX);
	if (r != RUN_LAB || strcmp(what->role, "revert"))
		return r;
	record_event(&b, "no-revert");
	record_pair(&b, "why", "%s", run->words.data);
	record_end(&b);
	snprintf(run->past->no_revert, sizeof(run->past->no_revert), "%.380s",
		run->words.data);
	buf_reset(&run->words);
	r = journal_append(run->journal, &b, NULL);
	return r < 0 ? r : RUN_GOING;
}

int run_confirm(struct run *run, const char *culprit, struct err *err)
{
	CLEANUP_STRVEC struct strvec parents = STRVEC_INIT;
	char revert[IMAGE_COMMIT_TEXT];
	struct confirm_plan plan = {.culprit = culprit,
		.parents = &parents,
		.times = run->confirm,
		.cold = run->cold,
		.revert = revert,
		.terms = &run->past->terms};
	struct confirm_step what;
	int r = make_revert(run, culprit, revert), back;

	if (!r)
		r = list_parents(run, culprit, &parents, err);
	if (r)
		return r;
	ahead_of_confirmation(run, culprit, &parents, revert);
	r = RUN_GOING;
	while (r == RUN_GOING && confirm_next(&plan, run->past, &what)) {
		r = forgive_revert(run, &what, try_once(run, &plan, &what, err));
		if (*run->past->no_revert)
			revert[0] = '\0';
	}
	back = confirm_restore_mode(run->bench.world, run->past, run->journal,
		run->bench.drive.patience, err);
	if (back < 0)
		say(run, err->text);
	return r;
}
