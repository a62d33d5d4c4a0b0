// SPDX-License-Identifier: GPL-2.0-or-later
#include "flaky.h"

#include <stdio.h>
#include <string.h>

#include "undo.h"

static struct tally tally_of(const struct run *run, const char *commit)
{
	bool fix = run->bench.rules->find_fix;
	struct tally tally = {0};

	for (size_t i = 0; i < run->past->n_steps; i++) {
		const struct step *step = &run->past->steps[i];

		if (strcmp(step->role, "revert") || strcmp(step->commit, commit) ||
			!past_counts(run->past, step))
			continue;
		tally.fails += step->verdict == (fix ? VERDICT_GOOD : VERDICT_BAD);
		tally.passes += step->verdict == (fix ? VERDICT_BAD : VERDICT_GOOD);
	}
	return tally;
}

/* Why it cannot be tried; NULL: it can, or nobody has yet. */
static const char *skipped(const struct past *past, const char *commit)
{
	for (size_t i = 0; i < past->n_steps; i++)
		if (!strcmp(past->steps[i].role, "revert") &&
			!strcmp(past->steps[i].commit, commit) &&
			past->steps[i].verdict == VERDICT_SKIP)
			return past->steps[i].why;
	return NULL;
}

/* Where a fix was looked for, it is to fail again. */
static int conclude(
	struct run *run, const struct tally *tally, bool passes, struct err *err)
{
	bool fix = run->bench.rules->find_fix, holds = passes != fix;
	char words[sizeof(run->past->reverted)];
	CLEANUP_BUF struct buf b;

	snprintf(words, sizeof(words),
		"%sconfirmed: with it reverted, the %s end %s in %u of %u runs%s",
		holds ? "" : "not ", terms_new(&run->past->terms),
		passes ? "passed" : "failed", passes ? tally->passes : tally->fails,
		tally->passes + tally->fails,
		holds || fix ? "" : ": it is not the only cause");
	buf_init(&b, RECORD_MAX);
	record_event(&b, "reverted");
	record_pair(&b, "words", "%s", words);
	record_end(&b);
	snprintf(run->past->reverted, sizeof(run->past->reverted), "%s", words);
	return journal_append(run->journal, &b, err);
}

int flaky_revert_next(struct run *run, const char *culprit,
	const struct strvec *under_way, size_t wanted, struct flaky_tests *ret,
	bool *ret_wait, struct err *err)
{
	const double confidence = flaky_goal(run).confidence;
	struct tally failing = flaky_end_tally(run, NULL, flaky_failing_end(run)), tally;
	char commit[IMAGE_COMMIT_TEXT];
	int r;

	*ret_wait = false;
	if (*run->past->reverted)
		return RUN_GOING;
	r = undo_make(run, culprit, commit);
	if (r)
		return r;
	if (*commit && skipped(run->past, commit))
		r = undo_give_up(run, skipped(run->past, commit));
	if (r || !*commit || *run->past->no_revert)
		return r < 0 ? r : RUN_GOING;
	tally = tally_of(run, commit);
	if (!rates_good_end_wants(tally, failing, confidence)) {
		r = conclude(run, &tally, rates_good_end_odds(tally, failing) > 0, err);
		return r < 0 ? r : RUN_GOING;
	}
	*ret_wait = true;
	/* those under way are taken to do what it is to do */
	for (size_t i = 0; i < under_way->n; i++)
		if (!strcmp(under_way->v[i], commit))
			tally.passes++;
	for (; ret->n < wanted && rates_good_end_wants(tally, failing, confidence);
		tally.passes++)
		flaky_add_test(ret, commit, "revert");
	buf_reset(&ret->words);
	buf_adds(&ret->words, "does the revert undo it?");
	return RUN_GOING;
}
