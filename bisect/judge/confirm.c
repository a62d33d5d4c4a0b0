// SPDX-License-Identifier: GPL-2.0-or-later
#include "confirm.h"

#include <string.h>

static const char bad[] = "confirm-bad", good[] = "confirm-good", revert[] = "revert";
static const char cold_bad[] = "cold-bad", cold_good[] = "cold-good";

static unsigned int count(const struct past *past, const char *role, const char *commit)
{
	unsigned int n = 0;

	for (size_t i = 0; i < past->n_confirmations; i++)
		n += !strcmp(past->confirmations[i].role, role) &&
		     !strcmp(past->confirmations[i].commit, commit);
	return n;
}

static bool want(const struct past *past, const char *role, const char *commit,
	unsigned int times, struct confirm_step *ret_step)
{
	if (count(past, role, commit) >= times)
		return false;
	*ret_step = (struct confirm_step){role, commit};
	return true;
}

/* The culprit and each of its parents, so many times. */
static bool next_of_round(const struct confirm_plan *plan, const struct past *past,
	bool cold, unsigned int times, struct confirm_step *ret_step)
{
	if (want(past, cold ? cold_bad : bad, plan->culprit, times, ret_step))
		return true;
	for (size_t i = 0; i < plan->parents->n; i++)
		if (want(past, cold ? cold_good : good, plan->parents->v[i], times,
			    ret_step))
			return true;
	return false;
}

bool confirm_next(const struct confirm_plan *plan, const struct past *past,
	struct confirm_step *ret_step)
{
	for (unsigned int i = 1; i <= plan->times; i++)
		if (next_of_round(plan, past, false, i, ret_step))
			return true;
	if (plan->times && *plan->revert && want(past, revert, plan->revert, 1, ret_step))
		return true;
	return plan->cold && next_of_round(plan, past, true, 1, ret_step);
}

bool confirm_is_cold(const char *role)
{
	return !strcmp(role, cold_bad) || !strcmp(role, cold_good);
}

static bool is_culprit(const struct step *step)
{
	return !strcmp(step->role, bad) || !strcmp(step->role, cold_bad);
}

static bool is_parent(const struct step *step)
{
	return !strcmp(step->role, good) || !strcmp(step->role, cold_good);
}

static const char *manner(const struct step *step)
{
	return confirm_is_cold(step->role) ? " without kexec" : "";
}

bool confirm_contradicts(
	const struct confirm_plan *plan, const struct step *step, struct buf *why)
{
	if (is_culprit(step) && step->verdict != VERDICT_BAD) {
		buf_addf(why,
			"the verdicts contradict each other: %.12s was judged %s, but "
			"tried again%s in step %u it is %s: %s",
			plan->culprit, terms_new(plan->terms), manner(step), step->number,
			step->verdict == VERDICT_GOOD ? terms_old(plan->terms) : "skip",
			step->why);
		return true;
	}
	if (is_parent(step) && step->verdict == VERDICT_BAD) {
		buf_addf(why,
			"the verdicts contradict each other: by them %.12s is the first "
			"%s commit, but its parent %.12s, tried%s in step %u, is so too: "
			"%s",
			plan->culprit, terms_new(plan->terms), step->commit, manner(step),
			step->number, step->why);
		return true;
	}
	return false;
}

/* What a test did there; when a fix is looked for, the newer commits pass. */
static const char *does(const struct past *past, enum verdict verdict)
{
	bool fix = past_setting(past, "find-fix", NULL);

	return (verdict == VERDICT_BAD) != fix ? "failed" : "passed";
}

static void describe_round(const struct past *past, bool cold, struct buf *b)
{
	unsigned int failed = 0, passed = 0;

	for (size_t i = 0; i < past->n_confirmations; i++) {
		const struct step *step = &past->confirmations[i];

		if (confirm_is_cold(step->role) != cold)
			continue;
		failed += is_culprit(step) && step->verdict == VERDICT_BAD;
		passed += is_parent(step) && step->verdict == VERDICT_GOOD;
	}
	if (failed || passed)
		buf_addf(b,
			"confirmed%s: it %s %u more time%s, its parents %s %u time%s\n",
			cold ? " without kexec" : "", does(past, VERDICT_BAD), failed,
			failed == 1 ? "" : "s", does(past, VERDICT_GOOD), passed,
			passed == 1 ? "" : "s");
}

static void describe_one(const struct past *past, const struct step *step, struct buf *b)
{
	bool fix = past_setting(past, "find-fix", NULL);

	if (is_parent(step) && step->verdict == VERDICT_SKIP)
		buf_addf(b, "not confirmed: its parent %.12s cannot be tried%s: %s\n",
			step->commit, manner(step), step->why);
	if (strcmp(step->role, revert))
		return;
	if (step->verdict == VERDICT_GOOD)
		buf_addf(b, "confirmed: with it reverted, the %s end %s\n",
			terms_new(&past->terms), fix ? "fails" : "passes");
	else if (step->verdict == VERDICT_BAD)
		buf_addf(b,
			"not confirmed: with it reverted, the %s end still %s "
			"(%s): it is not the only cause\n",
			terms_new(&past->terms), fix ? "passes" : "fails", step->why);
	else
		buf_addf(b,
			"not confirmed: the %s end with it reverted cannot be tried: "
			"%s\n",
			terms_new(&past->terms), step->why);
}

static unsigned int count_good_parents(const struct past *past)
{
	unsigned int n = 0;

	for (size_t i = 0; i < past->n_confirmations; i++) {
		const struct step *step = &past->confirmations[i];
		bool seen = !is_parent(step) || step->verdict != VERDICT_GOOD;

		for (size_t k = 0; !seen && k < i; k++)
			seen = is_parent(&past->confirmations[k]) &&
			       !strcmp(past->confirmations[k].commit, step->commit);
		n += !seen;
	}
	return n;
}

/* Equal parents are tried once: then nobody says it of all. */
static void describe_merge(const struct past *past, struct buf *b)
{
	if (past->culprit_parents < 2)
		return;
	if (count_good_parents(past) == past->culprit_parents)
		buf_addf(b, "it is a merge: none of its %u sides %s alone\n",
			past->culprit_parents,
			past_setting(past, "find-fix", NULL) ? "passes" : "fails");
	else
		buf_addf(b, "it is a merge of %u sides, which were not all tried alone\n",
			past->culprit_parents);
}

void confirm_describe(const struct past *past, struct buf *b)
{
	describe_merge(past, b);
	if (*past->belief) {
		/* what was tried again may have been another commit than the culprit */
		buf_addf(b, "tests were repeated: %s\n", past->belief);
		if (*past->reverted && past_undid(past, past->culprit))
			buf_addf(b, "%s\n", past->reverted);
	} else {
		describe_round(past, false, b);
		describe_round(past, true, b);
		for (size_t i = 0; i < past->n_confirmations; i++)
			describe_one(past, &past->confirmations[i], b);
	}
	if (*past->no_revert && past_undid(past, past->culprit))
		buf_addf(b, "not reverted: %s\n", past->no_revert);
}
