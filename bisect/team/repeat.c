// SPDX-License-Identifier: GPL-2.0-or-later
#include "repeat.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "bisect/run/flaky.h"
#include "ends.h"

#define DISBELIEF 0.01      /* so rare is a host's luck at the failing end believed */
#define PASSING_END_FAILS 3 /* without a pass: the host disagrees */

static const char *end_name(const struct run *run, const char *commit)
{
	return past_word(
		run->past, strcmp(commit, run->bad) ? VERDICT_GOOD : VERDICT_BAD);
}

static int put_aside(struct team *team, size_t host, const char *commit, const char *what,
	struct err *err)
{
	CLEANUP_BUF struct buf why;
	int r;

	buf_init(&why, 380);
	buf_addf(&why, "the %s end %.12s %s", end_name(team->run, commit), commit, what);
	r = team_put_aside(team, host, true, why.data, err);
	return r < 0 ? r : RUN_GOING;
}

/* Whether the host never shows what others show: so much luck is not believed. */
static bool never_fails(
	const struct run *run, const char *commit, const struct tally *own)
{
	struct tally all = flaky_end_tally(run, NULL, commit);
	double others = all.fails + all.passes - own->passes;

	return pow(1 - all.fails / (others + 1), own->passes) < DISBELIEF;
}

/* What a host shows at the ends by itself. */
struct showing {
	const char *missing; /* the end that it has not shown yet; NULL: none */
	struct tally own;    /* of that end */
	bool disagrees;
};

static struct showing look_at(const struct run *run, const char *host)
{
	const char *commit = flaky_failing_end(run);
	struct showing s = {commit, flaky_end_tally(run, host, commit), false};

	if (!s.own.fails) {
		s.disagrees = never_fails(run, commit, &s.own);
		return s;
	}
	for (size_t i = 0; (s.missing = flaky_passing_end(run, i)); i++) {
		s.own = flaky_end_tally(run, host, s.missing);
		s.disagrees = s.own.fails >= PASSING_END_FAILS;
		if (!s.own.passes)
			return s;
	}
	return s;
}

static int disagrees(
	struct team *team, size_t host, const struct showing *s, struct err *err)
{
	bool fix = team->run->bench.rules->find_fix;
	CLEANUP_BUF struct buf what;

	buf_init(&what, 128);
	buf_addf(&what, "failed there in %u of %u runs, unlike elsewhere",
		fix ? s->own.passes : s->own.fails, s->own.fails + s->own.passes);
	return put_aside(team, host, s->missing, what.data, err);
}

/* A host's own ends, when those of all have been tested enough; *ret_ready: it has shown
 * them. */
static int start_end(struct team *team, size_t host, bool *ret_ready, struct err *err)
{
	struct showing s = look_at(team->run, team->hosts[host].name);
	int r;

	*ret_ready = !s.missing;
	if (!s.missing)
		return RUN_GOING;
	if (s.disagrees)
		return disagrees(team, host, &s, err);
	r = team_start(team, host, s.missing,
		strcmp(s.missing, team->run->bad) ? "good-end" : "bad-end", 0, err);
	return r < 0 ? r : RUN_GOING;
}

static void find_under_way(const struct team *team, struct strvec *ret)
{
	for (size_t i = 0; i < team->n; i++)
		if (team->hosts[i].state == TEAM_BUSY)
			strvec_add(ret, team->hosts[i].step.commit);
}

static int start_tests(struct team *team, const bool *ready,
	const struct flaky_tests *tests, struct err *err)
{
	const struct world *w = team->run->bench.world;
	size_t next = 0;
	int r = 0;

	if (tests->n)
		w->view->say(w->view_ctx, tests->words.data);
	for (size_t i = 0; !r && i < team->n && next < tests->n; i++) {
		if (!ready[i])
			continue;
		r = team_start(
			team, i, tests->v[next].commit, tests->v[next].role, 0, err);
		next++;
	}
	return r < 0 ? r : RUN_GOING;
}

/* Tests of the common cause for those that are ready. */
static int share(struct team *team, const bool *ready, size_t wanted, struct err *err)
{
	CLEANUP_STRVEC struct strvec under_way = STRVEC_INIT;
	CLEANUP_FLAKY_TESTS struct flaky_tests tests;
	int r;

	flaky_tests_init(&tests);
	find_under_way(team, &under_way);
	r = strvec_check(&under_way);
	if (r < 0)
		return err_set(err, r, "out of memory");
	r = flaky_next(team->run, &under_way, wanted, &tests, err);
	if (r == RUN_GOING)
		return start_tests(team, ready, &tests, err);
	return r < 0 || team_drop_all(team, err) == 0 ? r : -EIO;
}

int repeat_hand_out(struct team *team, struct err *err)
{
	bool ends_wanted = flaky_ends_are_wanted(team->run), ready[TEAM_MAX] = {0};
	size_t n_ready = 0;
	int r = ends_vote(team, err);

	for (size_t i = 0; r == RUN_GOING && i < team->n; i++) {
		if (team->hosts[i].state != TEAM_IDLE)
			continue;
		ready[i] = true;
		if (!ends_wanted)
			r = start_end(team, i, &ready[i], err);
		n_ready += ready[i];
	}
	return r == RUN_GOING && n_ready ? share(team, ready, n_ready, err) : r;
}

/* It began before the failure that counts was known, and failed in another way. */
static bool is_another(const struct team *team, const struct crew_event *event)
{
	const struct run *run = team->run;
	enum verdict fails = run->bench.rules->find_fix ? VERDICT_GOOD : VERDICT_BAD;

	return team->hosts[event->host].unguided && event->step.verdict == fails &&
	       !signature_is_empty(&run->signature) &&
	       !signature_matches(&run->signature, &event->failure);
}

int repeat_judged(struct team *team, const struct crew_event *event, struct err *err)
{
	struct run *run = team->run;
	const struct failure was = run->bench.failure;
	struct step step = event->step;
	struct tally own;
	bool open;
	int r;

	if (is_another(team, event)) {
		step.verdict = VERDICT_SKIP;
		step.another = true;
	}
	r = ends_see(team, &step, &event->failure, &open, err);
	if (r < 0)
		return r;
	run->bench.failure = event->failure;
	r = flaky_take_in(run, &step, !open, err);
	run->bench.failure = was;
	if (r != RUN_GOING || step.verdict != VERDICT_SKIP || !ends_is_role(step.role))
		return r;
	/* one that was tested there before may have had bad luck */
	own = flaky_end_tally(run, step.host, step.commit);
	if (own.fails + own.passes)
		return r;
	if (!team->unheld.number)
		team->unheld = step;
	return put_aside(team, event->host, step.commit, "cannot be tested there", err);
}
