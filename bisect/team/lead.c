// SPDX-License-Identifier: GPL-2.0-or-later
#include "lead.h"

#include <stdio.h>
#include <string.h>

#include "bisect/run/ahead.h"
#include "bisect/run/owner.h"
#include "ends.h"

static void name(struct team *team, size_t host)
{
	team->run->host = team->hosts[host].name;
	team->run->bench.world = team->hosts[host].world;
}

/* One that was too slow for the ends may not show the failure at all. */
void lead_choose(struct team *team)
{
	for (int any = 0; any < 2; any++) {
		for (size_t i = 0; i < team->n; i++) {
			if (team->hosts[i].state != TEAM_ASIDE &&
				(any || ends_shown(team, i))) {
				name(team, i);
				return;
			}
		}
	}
}

static size_t lead_of(const struct team *team)
{
	for (size_t i = 0; i < team->n; i++)
		if (team->hosts[i].name == team->run->host)
			return i;
	return 0;
}

/* What happens meanwhile to the others; true if it was about the host. */
static bool take_event(struct team *team, size_t host, struct crew_event *event)
{
	struct team_host *h = &team->hosts[event->host];

	if (event->news == CREW_FAULT)
		run_log_fault(team->run, &event->step, event->why);
	if (event->news == CREW_GONE)
		team_put_aside(team, event->host, false, event->why, NULL);
	if (event->news == CREW_DONE)
		h->state = TEAM_IDLE;
	return event->host == host &&
	       (event->news == CREW_DONE || event->news == CREW_GONE);
}

/* Until the host has ended what it is at; *ret_stop: the user wants out. */
static enum step_end await(
	struct team *team, size_t host, struct step *step, bool *ret_stop)
{
	for (;;) {
		struct crew_event event;
		bool own;

		team->ops->wait(team->ctx, -1, &event);
		if (event.news == CREW_STOP) {
			team->ops->cancel(team->ctx, host);
			*ret_stop = true;
			continue;
		}
		if (event.news == CREW_READY && event.host == host)
			ahead_of_step(team->run, &event.step);
		own = take_event(team, host, &event);
		if (own && event.news == CREW_GONE) {
			snprintf(step->why, sizeof(step->why), "%.380s", event.why);
			return STEP_LAB;
		}
		if (own) {
			*step = event.step;
			failure_release(&team->run->bench.failure);
			team->run->bench.failure = event.failure;
			return event.end;
		}
		if (event.news == CREW_DONE)
			failure_release(&event.failure);
	}
}

static enum step_end take_on(struct team *team, size_t host, struct step *step)
{
	struct team_host *h = &team->hosts[host];
	struct run *run = team->run;
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	struct worker_order order = {.by_reset = run->bench.drive.by_reset,
		.shared = run->bench.shared != NULL};
	enum step_end end;
	struct step old;
	bool stop = false;

	if (h->state == TEAM_BUSY || h->state == TEAM_DROPPED)
		await(team, host, &old, &stop);
	if (stop || h->state == TEAM_ASIDE)
		return stop ? STEP_STOPPED : STEP_LAB;
	signature_words(&run->signature, &words);
	h->state = TEAM_BUSY;
	h->step = *step;
	ahead_of_step(run, step);
	order.step = *step;
	order.words = words; /* still ours */
	if (team->ops->start(team->ctx, host, &order) < 0)
		return STEP_LAB;
	run->bench.drive.by_reset = false;
	end = await(team, host, step, &stop);
	return stop ? STEP_STOPPED : end;
}

static enum step_end take(struct run *run, struct step *step)
{
	struct team *team = run->team;

	for (;;) {
		bool by_reset = run->bench.drive.by_reset;
		size_t host = lead_of(team);
		enum step_end end = take_on(team, host, step);
		const char *was = run->host;

		/* how a host boots is set at one host only */
		if (end != STEP_LAB || run->past->mode_changed ||
			(team->hosts[host].state != TEAM_ASIDE && !step->attempts))
			return end;
		if (team->hosts[host].state != TEAM_ASIDE)
			team_put_aside(team, host, false, step->why, NULL);
		lead_choose(team);
		if (run->host == was)
			return end;
		snprintf(step->host, sizeof(step->host), "%s", run->host);
		run->bench.drive.by_reset = by_reset;
		if (run_log_step(run, step, NULL) < 0)
			return end;
	}
}

void lead_begin(struct team *team)
{
	const struct past *past = team->run->past;

	team->run->take = take;
	team->run->team = team;
	name(team, 0);
	for (size_t i = 0; past->mode_changed && i < team->n; i++)
		if (!strcmp(past->mode_host, team->hosts[i].name))
			name(team, i);
}

int lead_note_owners(struct team *team, struct err *err)
{
	int r = RUN_GOING;

	for (size_t i = 0; r == RUN_GOING && i < team->n; i++) {
		name(team, i);
		r = owner_note(team->run, err);
	}
	lead_choose(team);
	return r;
}

void lead_give_back(struct team *team)
{
	for (size_t i = 0; i < team->n; i++) {
		name(team, i);
		owner_give_back(team->run);
	}
}
