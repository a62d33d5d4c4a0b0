// SPDX-License-Identifier: GPL-2.0-or-later
#include "ends.h"

#include <stdio.h>
#include <string.h>

#include "bisect/run/announce.h"
#include "bisect/run/flaky.h"
#include "bisect/run/learn.h"

/* The i-th end to be tried, the one that fails first; NULL behind the last. */
static const char *end_at(const struct run *run, size_t i)
{
	bool fix = run->bench.rules->find_fix;

	if (fix && i == 1)
		return run->bad;
	if (i == 0)
		return fix ? run->goods->v[0] : run->bad;
	return i <= run->goods->n ? run->goods->v[i - 1] : NULL;
}

static bool is_bad_end(const struct run *run, const char *commit)
{
	return !strcmp(commit, run->bad);
}

static bool holds(const struct run *run, const struct step *step)
{
	return step->verdict ==
	       (is_bad_end(run, step->commit) ? VERDICT_BAD : VERDICT_GOOD);
}

/* A run that was begun on one host names none: it was the first. */
static bool is_of(const struct team *team, size_t host, const struct step *step)
{
	const char *first = past_setting(team->run->past, "host", NULL);
	const char *name = *step->host ? step->host : first ? first : "";

	return !strcmp(name, team->hosts[host].name);
}

static const struct step *find_shown(
	const struct team *team, size_t host, const char *commit)
{
	const struct past *past = team->run->past;

	for (size_t i = 0; i < past->n_steps; i++)
		if (!strcmp(past->steps[i].commit, commit) &&
			is_of(team, host, &past->steps[i]) &&
			holds(team->run, &past->steps[i]))
			return &past->steps[i];
	return NULL;
}

static const char *next_end(const struct team *team, size_t host)
{
	const char *commit;

	for (size_t i = 0; (commit = end_at(team->run, i)); i++)
		if (!find_shown(team, host, commit))
			return commit;
	return NULL;
}

bool ends_shown(const struct team *team, size_t host)
{
	return !next_end(team, host);
}

bool ends_is_role(const char *role)
{
	return !strcmp(role, "bad-end") || !strcmp(role, "good-end");
}

static bool is_settled(const struct team *team)
{
	return !signature_is_empty(&team->run->signature);
}

static void learn(struct signature *signature, const struct strvec *words)
{
	for (size_t i = 0; i < words->n; i++)
		signature_add(signature, words->v[i], NULL);
}

/* git's replay takes one verdict a commit; the other hosts' stand beside it. */
static void record(const struct team *team, const struct step *step, struct buf *b)
{
	const struct past *past = team->run->past;

	for (size_t i = 0; i < past->n_steps; i++) {
		if (!strcmp(past->steps[i].commit, step->commit)) {
			record_run(b, step);
			return;
		}
	}
	record_step(b, step, &past->terms);
}

static void record_seen(
	const struct step *step, const struct failure *failure, struct buf *b)
{
	CLEANUP_SIGNATURE struct signature signature = SIGNATURE_INIT;
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;

	signature_learn(&signature, failure);
	signature_words(&signature, &words);
	record_event(b, "seen");
	record_pair(b, "host", "%s", step->host);
	for (size_t i = 0; i < words.n; i++)
		record_pair(b, "failure", "%s", words.v[i]);
	record_end(b);
}

static int fails_otherwise(struct team *team, size_t host, const char *commit,
	const struct failure *failure, struct err *err)
{
	const struct run *run = team->run;
	CLEANUP_BUF struct buf why;

	buf_init(&why, 380);
	buf_addf(&why, "the %s end %.12s fails there in another way: ",
		past_word(
			run->past, is_bad_end(run, commit) ? VERDICT_BAD : VERDICT_GOOD),
		commit);
	failure_describe(failure, &why);
	buf_adds(&why, "; looked for is ");
	signature_describe(&run->signature, &why);
	return team_put_aside(team, host, true, why.data, err);
}

static int does_not_hold(
	struct team *team, size_t host, const struct step *step, struct err *err)
{
	const struct past *past = team->run->past;
	CLEANUP_BUF struct buf why;

	buf_init(&why, 380);
	buf_addf(&why, "the %s end %.12s ",
		past_word(past,
			is_bad_end(team->run, step->commit) ? VERDICT_BAD : VERDICT_GOOD),
		step->commit);
	if (step->verdict == VERDICT_SKIP)
		buf_addf(&why, "cannot be tested there: %s", step->why);
	else
		buf_addf(&why, "is %s there: %s", past_word(past, step->verdict),
			step->why);
	if (!team->unheld.number)
		team->unheld = *step;
	return team_put_aside(team, host, true, why.data, err);
}

int ends_judged(struct team *team, const struct crew_event *event, struct err *err)
{
	struct run *run = team->run;
	const struct step *step = &event->step;
	bool fails = !strcmp(step->commit, end_at(run, 0));
	bool compare = fails && team->hosts[event->host].unguided;
	CLEANUP_BUF struct buf b;
	int r;

	buf_init(&b, RECORD_MAX);
	if (!holds(run, step)) {
		r = does_not_hold(team, event->host, step, err);
		return r < 0 ? r : RUN_GOING;
	}
	if (compare && is_settled(team) &&
		!signature_matches(&run->signature, &event->failure)) {
		r = fails_otherwise(
			team, event->host, step->commit, &event->failure, err);
		return r < 0 ? r : RUN_GOING;
	}
	if (compare && !is_settled(team)) {
		record_seen(step, &event->failure, &b);
	} else if (!fails) {
		run->bench.failure = event->failure;
		run_learn(run, step, &b);
		run->bench.failure = (struct failure){0};
	}
	record(team, step, &b);
	r = team_log(team, &b, err);
	if (r < 0)
		return r;
	run_announce_verdict(run, step);
	return RUN_GOING;
}

/* What a host that is not aside has shown at the end that fails; NULL: nothing. */
static const struct strvec *seen_by(const struct team *team, size_t host)
{
	const struct roster_host *known =
		roster_find(&team->run->past->roster, team->hosts[host].name);

	return team->hosts[host].state != TEAM_ASIDE && known && known->seen.n
		       ? &known->seen
		       : NULL;
}

static bool match(const struct strvec *wanted, const struct strvec *seen)
{
	CLEANUP_SIGNATURE struct signature a = SIGNATURE_INIT, b = SIGNATURE_INIT;
	CLEANUP_FAILURE struct failure failure;

	learn(&a, wanted);
	learn(&b, seen);
	failure_init(&failure);
	signature_show(&b, &failure);
	return signature_matches(&a, &failure);
}

/* The host whose failure most of them show; n: none has shown any. */
static size_t elect(const struct team *team)
{
	size_t best = team->n, most = 0;

	for (size_t i = 0; i < team->n; i++) {
		const struct strvec *wanted = seen_by(team, i), *seen;
		size_t votes = 0;

		for (size_t j = 0; wanted && j < team->n; j++)
			votes += (seen = seen_by(team, j)) && match(wanted, seen);
		if (votes > most) {
			most = votes;
			best = i;
		}
	}
	return best;
}

static bool is_waited_for(const struct team *team, size_t host)
{
	const struct team_host *h = &team->hosts[host];

	return h->state != TEAM_ASIDE && !h->late &&
	       !find_shown(team, host, end_at(team->run, 0)) &&
	       (!team->repeats || flaky_failing_end_wants(team->run));
}

/* Whether it is still to be seen which failure counts. It never is where all that show
 * the end have it from a log that does not tell how it failed. */
static bool is_open(const struct team *team)
{
	bool any = elect(team) < team->n;

	for (size_t i = 0; i < team->n; i++)
		any |= is_waited_for(team, i);
	return any;
}

int ends_start(struct team *team, size_t host, struct err *err)
{
	const char *commit = next_end(team, host);
	bool fails = commit && !strcmp(commit, end_at(team->run, 0));
	int r;

	if (!commit || (!fails && !is_settled(team) && is_open(team)))
		return RUN_GOING;
	r = team_start(team, host, commit,
		is_bad_end(team->run, commit) ? "bad-end" : "good-end", 0, err);
	return r < 0 ? r : RUN_GOING;
}

/* As if that host alone had tried it. */
static int settle(struct team *team, size_t elected, struct err *err)
{
	struct run *run = team->run;
	const struct step *step = find_shown(team, elected, end_at(run, 0));
	CLEANUP_SIGNATURE struct signature signature = SIGNATURE_INIT;
	CLEANUP_BUF struct buf b;

	buf_init(&b, RECORD_MAX);
	learn(&signature, seen_by(team, elected));
	failure_release(&run->bench.failure);
	signature_show(&signature, &run->bench.failure);
	run_learn(run, step, &b);
	failure_release(&run->bench.failure);
	return team_log(team, &b, err);
}

int ends_see(struct team *team, const struct step *step, const struct failure *failure,
	bool *ret_open, struct err *err)
{
	struct run *run = team->run;
	enum verdict fails = run->bench.rules->find_fix ? VERDICT_GOOD : VERDICT_BAD;
	const struct roster_host *host = roster_find(&run->past->roster, step->host);
	CLEANUP_BUF struct buf b;

	*ret_open = !is_settled(team) && step->verdict == fails &&
		    !strcmp(step->commit, end_at(run, 0));
	if (!*ret_open || (host && host->seen.n))
		return 0;
	buf_init(&b, RECORD_MAX);
	record_seen(step, failure, &b);
	return team_log(team, &b, err);
}

int ends_vote(struct team *team, struct err *err)
{
	size_t elected;
	int r;

	for (size_t i = 0; i < team->n; i++)
		if (is_settled(team) || is_waited_for(team, i))
			return RUN_GOING;
	elected = elect(team);
	if (elected == team->n)
		return RUN_GOING;
	r = settle(team, elected, err);
	for (size_t i = 0; !r && i < team->n; i++) {
		CLEANUP_SIGNATURE struct signature signature = SIGNATURE_INIT;
		CLEANUP_FAILURE struct failure failure;

		failure_init(&failure);
		if (!seen_by(team, i) || match(seen_by(team, elected), seen_by(team, i)))
			continue;
		learn(&signature, seen_by(team, i));
		signature_show(&signature, &failure);
		r = fails_otherwise(team, i, end_at(team->run, 0), &failure, err);
	}
	return r < 0 ? r : RUN_GOING;
}
