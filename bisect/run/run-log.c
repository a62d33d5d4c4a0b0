// SPDX-License-Identifier: GPL-2.0-or-later
/* What a run writes into its log beside verdicts: steps that begin, faults, the end. */
#include <stdio.h>
#include <string.h>

#include "run.h"

static int append(struct run *run, struct buf *b, struct err *err)
{
	int r = journal_append(run->journal, b, err);

	buf_release(b);
	return r;
}

int run_log_step(struct run *run, const struct step *step, struct err *err)
{
	struct buf b;
	int r = 0;

	buf_init(&b, RECORD_MAX);
	record_event(&b, "step");
	record_pair(&b, "step", "%u", step->number);
	record_pair(&b, "role", "%s", step->role);
	if (*step->host)
		record_pair(&b, "host", "%s", step->host);
	record_pair(&b, "commit", "%s", step->commit);
	record_pair(&b, "candidates", "%zu", step->candidates);
	record_end(&b);
	snprintf(run->past->current, sizeof(run->past->current), "%s", step->commit);
	run->past->current_candidates = step->candidates;
	if (!*step->host)
		snprintf(run->past->last, sizeof(run->past->last), "%s", step->commit);
	else
		r = past_feed(run->past, b.data, b.len, err);
	return r < 0 ? r : append(run, &b, err);
}

int run_log_fault(void *ctx, const struct step *step, const char *why)
{
	struct run *run = ctx;
	struct buf b;

	buf_init(&b, RECORD_MAX);
	record_event(&b, "lab-fault");
	record_pair(&b, "step", "%u", step->number);
	if (*step->host)
		record_pair(&b, "host", "%s", step->host);
	record_pair(&b, "commit", "%s", step->commit);
	if (*step->boot)
		record_pair(&b, "boot", "%s", step->boot);
	record_pair(&b, "why", "%s", why);
	record_end(&b);
	run->past->lab_faults++;
	return append(run, &b, NULL);
}

int run_log_end(struct run *run, const char *result, const char *commit, struct err *err)
{
	CLEANUP_STRVEC struct strvec parents = STRVEC_INIT;
	struct history_commit c = {0};
	struct buf b;

	buf_init(&b, RECORD_MAX);
	record_event(&b, "end");
	record_pair(&b, "result", "%s", result);
	record_pair(&b, "words", "%s", run->words.data);
	if (commit && history_describe(run->history, commit, &c, NULL) == 0) {
		record_pair(&b, "commit", "%s", commit);
		record_pair(&b, "subject", "%s", c.subject);
		record_pair(&b, "author", "%s", c.author);
		record_pair(&b, "date", "%s", c.date);
		history_parents(run->history, commit, &parents, NULL);
		record_pair(&b, "parents", "%zu", parents.n);
	}
	record_end(&b);
	if (commit)
		record_found(&b, commit, c.subject, &run->past->terms);
	snprintf(run->past->result, sizeof(run->past->result), "%s", result);
	snprintf(run->past->words, sizeof(run->past->words), "%s", run->words.data);
	if (commit) {
		struct past *p = run->past;

		snprintf(p->culprit, sizeof(p->culprit), "%s", commit);
		snprintf(p->culprit_subject, sizeof(p->culprit_subject), "%s", c.subject);
		snprintf(p->culprit_author, sizeof(p->culprit_author), "%s", c.author);
		snprintf(p->culprit_date, sizeof(p->culprit_date), "%s", c.date);
		p->culprit_parents = parents.n;
	}
	return append(run, &b, err);
}

int run_log_conclusion(struct run *run, const char *culprit, struct err *err)
{
	CLEANUP_STRVEC struct strvec parents = STRVEC_INIT;
	struct buf b;
	int r = history_parents(run->history, culprit, &parents, err);

	if (r < 0)
		return r;
	buf_init(&b, RECORD_MAX);
	record_conclusion(&b, culprit, &parents, &run->past->terms, run->first_parent);
	return append(run, &b, err);
}

int run_end_without(struct run *run, const char *result, int end, struct err *err)
{
	int r = run_log_end(run, result, NULL, err);

	return r < 0 ? r : end;
}
