// SPDX-License-Identifier: GPL-2.0-or-later
#include "flaky.h"

#include <stdio.h>
#include <string.h>

#include "undo.h"

/* What came of its runs. */
struct runs {
	struct tally tally;
	unsigned int skips;
	const char *why; /* of the last skip */
};

static struct runs runs_of(const struct run *run)
{
	bool fix = run->bench.rules->find_fix;
	struct runs runs = {0};

	for (size_t i = 0; i < run->past->n_steps; i++) {
		const struct step *step = &run->past->steps[i];

		if (strcmp(step->role, "revert") || strcmp(step->commit, run->undo) ||
			!past_counts(run->past, step))
			continue;
		runs.tally.fails += step->verdict == (fix ? VERDICT_GOOD : VERDICT_BAD);
		runs.tally.passes += step->verdict == (fix ? VERDICT_BAD : VERDICT_GOOD);
		if (step->verdict == VERDICT_SKIP) {
			runs.skips++;
			runs.why = step->why;
		}
	}
	return runs;
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
	record_pair(&b, "culprit", "%s", run->past->undone);
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
	struct runs runs;
	int r;

	*ret_wait = false;
	undo_begin(run, culprit);
	if (*run->past->reverted)
		return RUN_GOING;
	r = undo_make(run, culprit);
	if (r || !*run->undo)
		return r ? r : RUN_GOING;
	runs = runs_of(run);
	tally = runs.tally;
	/* one that was judged before may have had bad luck */
	if (runs.skips > tally.fails + tally.passes) {
		r = undo_give_up(run, runs.why);
		return r < 0 ? r : RUN_GOING;
	}
	if (!rates_good_end_wants(tally, failing, confidence)) {
		r = conclude(run, &tally, rates_good_end_odds(tally, failing) > 0, err);
		return r < 0 ? r : RUN_GOING;
	}
	*ret_wait = true;
	/* those under way are taken to do what it is to do */
	for (size_t i = 0; i < under_way->n; i++)
		if (!strcmp(under_way->v[i], run->undo))
			tally.passes++;
	for (; ret->n < wanted && rates_good_end_wants(tally, failing, confidence);
		tally.passes++)
		flaky_add_test(ret, run->undo, "revert");
	buf_reset(&ret->words);
	buf_adds(&ret->words, "does the revert undo it?");
	return RUN_GOING;
}
