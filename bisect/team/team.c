// SPDX-License-Identifier: GPL-2.0-or-later
#include "team.h"

#include <stdio.h>
#include <string.h>

#include "bisect/run/announce.h"
#include "bisect/run/flaky.h"
#include "bisect/run/learn.h"
#include "bisect/run/undo.h"
#include "ends.h"
#include "lead.h"
#include "lookout.h"
#include "narrow.h"
#include "repeat.h"
#include "split.h"

double team_now(const struct team *team)
{
	const struct world *w = team->run->bench.world;

	return w->clock->now(w->clock_ctx);
}

static void say(const struct team *team, const char *line)
{
	const struct world *w = team->run->bench.world;

	w->view->say(w->view_ctx, line);
}

int team_log(struct team *team, const struct buf *b, struct err *err)
{
	int r = journal_append(team->run->journal, b, err);

	return r < 0 ? r : past_feed(team->run->past, b->data, b->len, err);
}

int team_start(struct team *team, size_t host, const char *commit, const char *role,
	size_t candidates, struct err *err)
{
	struct run *run = team->run;
	struct team_host *h = &team->hosts[host];
	struct step step = {.candidates = candidates};
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	struct worker_order order = {
		.shared = !strcmp(role, "split"), .by_reset = flaky_by_reset(role)};
	int r = run_name_step(run, commit, role, &step, err);

	if (r < 0)
		return r;
	snprintf(step.host, sizeof(step.host), "%s", h->name);
	run_announce_step(run, &step);
	r = run_log_step(run, &step, err);
	signature_words(&run->signature, &words);
	h->unguided = !words.n;
	order.step = step;
	order.words = words; /* still ours */
	if (!r)
		r = team->ops->start(team->ctx, host, &order);
	if (r < 0)
		return r;
	h->state = TEAM_BUSY;
	h->step = step;
	h->began = team_now(team);
	return 0;
}

int team_put_aside(
	struct team *team, size_t host, bool disagrees, const char *why, struct err *err)
{
	struct team_host *h = &team->hosts[host];
	CLEANUP_BUF struct buf b, line;

	buf_init(&b, RECORD_MAX);
	buf_init(&line, 1024);
	h->state = TEAM_ASIDE;
	record_event(&b, "aside");
	record_pair(&b, "host", "%s", h->name);
	if (disagrees)
		record_pair(&b, "disagrees", "yes");
	record_pair(&b, "why", "%s", why);
	record_end(&b);
	buf_addf(&line, "host %s is put aside: %s", h->name, why);
	say(team, line.data);
	return team_log(team, &b, err);
}

int team_drop(struct team *team, size_t host, struct err *err)
{
	struct team_host *h = &team->hosts[host];
	CLEANUP_BUF struct buf b, line;

	buf_init(&b, RECORD_MAX);
	buf_init(&line, 1024);
	h->state = TEAM_DROPPED;
	team->ops->cancel(team->ctx, host);
	record_event(&b, "dropped");
	record_pair(&b, "step", "%u", h->step.number);
	record_pair(&b, "host", "%s", h->name);
	record_pair(&b, "commit", "%s", h->step.commit);
	record_end(&b);
	buf_addf(&line, "step %u on %s: %.12s is broken off: it tells nothing any more",
		h->step.number, h->name, h->step.commit);
	say(team, line.data);
	return team_log(team, &b, err);
}

int team_drop_all(struct team *team, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < team->n; i++)
		if (team->hosts[i].state == TEAM_BUSY)
			r = team_drop(team, i, err);
	return r;
}

/* A commit's verdict: git's lines have one bad commit at a time, each below the last. */
static int take_verdict(
	struct team *team, const struct crew_event *event, struct err *err)
{
	struct run *run = team->run;
	const struct step *step = &event->step;
	bool beside = false;
	CLEANUP_BUF struct buf b;
	int r = 0;

	buf_init(&b, RECORD_MAX);
	if (step->verdict == VERDICT_BAD)
		r = narrow_is_beside(run, step->commit, &beside, err);
	if (r < 0)
		return r;
	run->bench.failure = event->failure;
	run_learn(run, step, &b);
	run->bench.failure = (struct failure){0};
	if (beside)
		record_run(&b, step);
	else
		record_step(&b, step, &run->past->terms);
	r = team_log(team, &b, err);
	if (r < 0)
		return r;
	run_announce_verdict(run, step);
	return RUN_GOING;
}

static int lost_by_lab(
	struct team *team, size_t host, const struct step *step, struct err *err)
{
	char why[384];
	int r;

	snprintf(why, sizeof(why),
		"%.12s could not be judged in %u attempts, by the lab's fault: %.280s",
		step->commit, team->run->bench.rules->attempts, step->why);
	r = team_put_aside(team, host, false, why, err);
	return r < 0 ? r : RUN_GOING;
}

static int take_done(struct team *team, const struct crew_event *event, struct err *err)
{
	struct team_host *h = &team->hosts[event->host];
	bool dropped = h->state == TEAM_DROPPED;

	h->state = TEAM_IDLE;
	h->late = false;
	if (dropped)
		return RUN_GOING;
	/* without a boot it was the builder's fault, not the host's */
	if (event->end == STEP_LAB && event->step.attempts)
		return lost_by_lab(team, event->host, &event->step, err);
	if (event->end != STEP_JUDGED)
		return undo_forgive(team->run, event->step.role, event->step.commit,
			run_stopped(team->run, event->end, &event->step));
	if (team->repeats)
		return repeat_judged(team, event, err);
	return ends_is_role(event->step.role) ? ends_judged(team, event, err)
					      : take_verdict(team, event, err);
}

static int take_event(struct team *team, const struct crew_event *event, struct err *err)
{
	int r;

	switch (event->news) {
	case CREW_DONE:
		return take_done(team, event, err);
	case CREW_FAULT:
		team->hosts[event->host].late = true;
		r = run_log_fault(team->run, &event->step, event->why);
		return r < 0 ? r : RUN_GOING;
	case CREW_GONE:
		r = team_put_aside(team, event->host, false, event->why, err);
		return r < 0 ? r : RUN_GOING;
	case CREW_STOP:
		return run_stopped(team->run, STEP_STOPPED, NULL);
	default:
		return RUN_GOING;
	}
}

/* No host is left: they all found the ends to be other than said, or the lab is ill. */
static int none_left(struct team *team, struct err *err)
{
	struct run *run = team->run;
	bool all_disagree = team->unheld.number > 0;

	for (size_t i = 0; i < team->n; i++) {
		const struct roster_host *h =
			roster_find(&run->past->roster, team->hosts[i].name);

		all_disagree &= h && h->disagrees;
		buf_addf(&run->words, "%s%s: %s",
			i ? "; " : "stopped: no host is left: ", team->hosts[i].name,
			h ? h->aside : "");
	}
	if (!all_disagree)
		return RUN_LAB;
	buf_reset(&run->words);
	return run_end_does_not_hold(
		run, &team->unheld, !strcmp(team->unheld.commit, run->bad), err);
}

/* Who is there now; a host that was shown to disagree stays aside. */
static int join(struct team *team, struct err *err)
{
	CLEANUP_BUF struct buf b;
	int r;

	buf_init(&b, RECORD_MAX);
	for (size_t i = 0; i < team->n; i++) {
		record_event(&b, "joined");
		record_pair(&b, "host", "%s", team->hosts[i].name);
		record_pair(&b, "mac", "%s", team->hosts[i].mac);
		record_end(&b);
	}
	r = team_log(team, &b, err);
	for (size_t i = 0; !r && i < team->n; i++)
		if (roster_find(&team->run->past->roster, team->hosts[i].name)->disagrees)
			team->hosts[i].state = TEAM_ASIDE;
	return r < 0 ? r : RUN_GOING;
}

static bool is_anybody_left(const struct team *team)
{
	bool any = false;

	for (size_t i = 0; i < team->n; i++)
		any |= team->hosts[i].state != TEAM_ASIDE;
	return any;
}

static int hand_out(struct team *team, double *ret_wait, struct err *err)
{
	int r = team->repeats ? repeat_hand_out(team, err)
			      : split_hand_out(team, ret_wait, err);

	return r == RUN_GOING && !is_anybody_left(team) ? none_left(team, err) : r;
}

static int go_on(struct team *team, struct err *err)
{
	int r = RUN_GOING;

	while (r == RUN_GOING) {
		struct crew_event event;
		double wait = -1;

		r = hand_out(team, &wait, err);
		if (r != RUN_GOING)
			break;
		lookout(team);
		team->ops->wait(team->ctx, wait, &event);
		r = take_event(team, &event, err);
		if (event.news == CREW_DONE)
			failure_release(&event.failure);
		lead_choose(team);
	}
	return r;
}

/* From now on, whatever the verdicts said until then. */
static int repeat(struct run *run, struct err *err)
{
	struct team *team = run->team;

	team->repeats = true;
	return go_on(team, err);
}

int team_bisection(struct team *team, struct err *err)
{
	int r;

	lead_begin(team);
	team->run->repeat = repeat;
	r = run_start(team->run, err);
	if (r == RUN_GOING)
		r = lead_note_owners(team, err);
	if (r == RUN_GOING)
		r = join(team, err);
	if (r == RUN_GOING && flaky_is_on(team->run))
		return flaky_run(team->run, err);
	return r == RUN_GOING ? go_on(team, err) : r;
}
