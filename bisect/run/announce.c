// SPDX-License-Identifier: GPL-2.0-or-later
#include "announce.h"

#include <stdio.h>
#include <string.h>

#include "pace.h"

static const char *end_word(const struct run *run, const char *role)
{
	return past_word(run->past, strcmp(role, "bad-end") ? VERDICT_GOOD : VERDICT_BAD);
}

/* "10 commits left, roughly 2 more steps after this, about 4 min" */
static void add_left(const struct run *run, const struct step *step, struct buf *b)
{
	struct pace pace;

	pace_measure(run->past, step->candidates, run->confirm, &pace);
	buf_addf(b, " (%zu commits left, roughly %u more step%s after this",
		step->candidates, pace.left, pace.left == 1 ? "" : "s");
	if (pace.left_seconds >= 0) {
		buf_adds(b, ", ");
		pace_words(pace.left_seconds, b);
	}
	buf_addc(b, ')');
}

/* What a confirmation asks; NULL for other roles. */
static const char *question(const char *role)
{
	static const struct {
		const char *role, *text;
	} texts[] = {
		{"confirm-bad", "confirmation: is it so again?"},
		{"confirm-good", "confirmation: does its parent differ again?"},
		{"revert", "confirmation: does the revert undo it?"},
		{"cold-bad", "confirmation: is it so without kexec?"},
		{"cold-good", "confirmation: does its parent differ without kexec?"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (!strcmp(texts[i].role, role))
			return texts[i].text;
	return NULL;
}

void run_announce_step(struct run *run, const struct step *step)
{
	const struct world *w = run->bench.world;
	CLEANUP_BUF struct buf b;

	buf_init(&b, 4096);
	buf_addf(&b, "step %u%s%s: %.12s ", step->number, *step->host ? " on " : "",
		step->host, step->commit);
	buf_add_clean(&b, step->subject);
	if (step->candidates)
		add_left(run, step, &b);
	else if (question(step->role))
		buf_addf(&b, " (%s)", question(step->role));
	else if (!strcmp(step->role, "release"))
		buf_addf(&b, " (is this release %s?)", end_word(run, step->role));
	else
		buf_addf(&b, " (is the %s end %s?)", end_word(run, step->role),
			end_word(run, step->role));
	w->view->say(w->view_ctx, b.data);
}

void run_announce_verdict(struct run *run, const struct step *step)
{
	const struct world *w = run->bench.world;
	char line[720];

	snprintf(line, sizeof(line), "step %u%s%s: %.12s is %s: %s (%.1f s%s)",
		step->number, *step->host ? " on " : "", step->host, step->commit,
		past_word(run->past, step->verdict), step->why,
		step->cost.seconds[COST_TOTAL], step->warm ? ", warm" : "");
	w->view->say(w->view_ctx, line);
}
