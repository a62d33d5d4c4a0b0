/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several simulated hosts behind the table of the real ones, in one process and on one
 * clock that jumps. A step is simulated to its end as soon as it is started, and told
 * when the clock has come there; one that is broken off is simulated again, up to that
 * moment, from the state that its host was in before.
 */
#ifndef TENFOLD_TESTS_TEAM_LAB_H
#define TENFOLD_TESTS_TEAM_LAB_H

#include "bisect/team/lead.h"
#include "bisect/team/worker.h"
#include "tests/unit/bisect-lab.h"

#define NEVER_DUE 1e17
#define FAULTS_MAX 8

struct sim_fault_told {
	double when;
	struct step step;
	char why[384];
};

struct sim_host {
	struct sim sim;
	struct world world;
	struct world outside; /* the same on the clock of all, for the controller */
	struct rules rules;
	struct bench bench;
	double slowness; /* its seconds last that long */
	double gone_at;  /* its process dies then; 0: never */
	bool gone;

	/* the step under way */
	bool busy;
	double due;
	struct worker_order task; /* words are its own */
	struct step step;
	enum step_end end;
	struct sim_fault_told faults[FAULTS_MAX];
	size_t n_faults, n_told;
	double ready; /* when it tells that its image is there; NEVER_DUE: told */
	/* before it */
	struct sim sim_before;
	struct bench bench_before;
};

struct sim_crew {
	struct sim_host v[8];
	size_t n;
	double now;
	unsigned int waits,
		die_at; /* that wait, and all after it, is the controller's end */
	unsigned int cancels;
	void (*on_cancel)(
		void *ctx, size_t host); /* before it is simulated again; NULL */
	void *ctx;
	const struct past *past;
};

static double crew_now(void *ctx)
{
	return ((struct sim_crew *)ctx)->now;
}

static double crew_wall(void *ctx)
{
	return 1.7e9 + ((struct sim_crew *)ctx)->now;
}

static int crew_pause(void *ctx, double seconds)
{
	((struct sim_crew *)ctx)->now += seconds;
	return 0;
}

static int note_fault(void *ctx, const struct step *step, const char *why)
{
	struct sim_host *host = ctx;
	struct sim_fault_told *fault = &host->faults[host->n_faults];

	if (host->n_faults == FAULTS_MAX)
		return 0;
	host->n_faults++;
	fault->when = host->sim.now;
	fault->step = *step;
	snprintf(fault->why, sizeof(fault->why), "%.380s", why);
	return 0;
}

static void note_ready(void *ctx, const struct step *step)
{
	struct sim_host *host = ctx;

	(void)step;
	host->ready = host->sim.now;
}

/* Simulates the step, up to `until`. */
static void simulate(struct sim_crew *crew, struct sim_host *host, double until)
{
	double from = host->sim.now;

	host->n_faults = 0;
	host->ready = NEVER_DUE;
	host->sim.stop_at = until;
	assert_int_equal(worker_step(&host->bench, &host->task, crew->past, &host->step,
				 &host->end),
		0);
	host->sim.stop_at = 0;
	host->due = crew->now + (host->sim.now - from) * host->slowness;
	if (host->ready < NEVER_DUE)
		host->ready = crew->now + (host->ready - from) * host->slowness;
}

static int sim_start(void *ctx, size_t number, const struct worker_order *order)
{
	struct sim_crew *crew = ctx;
	struct sim_host *host = &crew->v[number];
	const struct clock_ops *clock = host->world.clock;

	assert_false(host->busy);
	assert_false(host->gone);
	if (crew->now > host->sim.now)
		clock->wait(&host->sim, crew->now - host->sim.now);
	failure_release(&host->bench.failure);
	strvec_release(&host->task.words);
	host->task = *order;
	host->task.words = (struct strvec)STRVEC_INIT;
	for (size_t i = 0; i < order->words.n; i++)
		strvec_add(&host->task.words, order->words.v[i]);
	host->sim_before = host->sim;
	host->bench_before = host->bench;
	host->busy = true;
	host->n_told = 0;
	simulate(crew, host, 0);
	return 0;
}

static void sim_cancel(void *ctx, size_t number)
{
	struct sim_crew *crew = ctx;
	struct sim_host *host = &crew->v[number];
	double since = crew->now - host->sim_before.now;

	if (!host->busy || host->due <= crew->now)
		return;
	crew->cancels++;
	failure_release(&host->bench.failure);
	if (crew->on_cancel)
		crew->on_cancel(crew->ctx, number);
	host->sim = host->sim_before;
	host->bench = host->bench_before;
	simulate(crew, host, host->sim.now + since / host->slowness + 1e-6);
	host->due = crew->now;
	host->ready = NEVER_DUE;
}

/* When a host has something to tell. */
static double next_news(const struct sim_host *host)
{
	double when = host->busy ? host->due : NEVER_DUE;

	if (host->busy && host->ready < when)
		when = host->ready;
	if (host->busy && host->n_told < host->n_faults &&
		host->faults[host->n_told].when < when)
		when = host->faults[host->n_told].when;
	if (host->gone_at > 0 && !host->gone && host->gone_at < when)
		when = host->gone_at;
	return host->gone ? NEVER_DUE : when;
}

static bool is_next(const struct sim_host *host, double when)
{
	return when <= next_news(host);
}

static void tell(struct sim_host *host, struct crew_event *event)
{
	if (host->gone_at > 0 && event->news == CREW_GONE) {
		host->gone = true;
		host->busy = false;
		snprintf(event->why, sizeof(event->why), "its process was killed");
		return;
	}
	if (host->ready <= host->due && is_next(host, host->ready)) {
		event->news = CREW_READY;
		event->step = host->step;
		host->ready = NEVER_DUE;
		return;
	}
	if (host->n_told < host->n_faults &&
		host->faults[host->n_told].when <= host->due) {
		event->news = CREW_FAULT;
		event->step = host->faults[host->n_told].step;
		memcpy(event->why, host->faults[host->n_told].why,
			sizeof(host->faults[0].why));
		host->n_told++;
		return;
	}
	event->news = CREW_DONE;
	event->end = host->end;
	event->step = host->step;
	event->failure = host->bench.failure;
	failure_init(&host->bench.failure);
	host->busy = false;
}

static void sim_next(void *ctx, double seconds, struct crew_event *ret_event)
{
	struct sim_crew *crew = ctx;
	double until = seconds < 0 ? NEVER_DUE : crew->now + seconds;
	size_t first = 0;

	*ret_event = (struct crew_event){.news = CREW_TIME};
	if (crew->die_at && ++crew->waits == crew->die_at) {
		ret_event->news = CREW_STOP;
		return;
	}
	for (size_t i = 1; i < crew->n; i++)
		if (next_news(&crew->v[i]) < next_news(&crew->v[first]))
			first = i;
	if (next_news(&crew->v[first]) > until) {
		crew->now = until;
		return;
	}
	assert_true(next_news(&crew->v[first]) < NEVER_DUE);
	if (next_news(&crew->v[first]) > crew->now)
		crew->now = next_news(&crew->v[first]);
	ret_event->host = first;
	if (crew->v[first].gone_at > 0 && crew->v[first].gone_at <= crew->now)
		ret_event->news = CREW_GONE;
	tell(&crew->v[first], ret_event);
}

static const struct crew_ops sim_crew_ops = {
	.start = sim_start,
	.cancel = sim_cancel,
	.wait = sim_next,
};

static const struct clock_ops crew_clock = {crew_now, crew_wall, crew_pause};

static void crew_begin(struct sim_crew *crew, struct fixture *f, size_t n)
{
	memset(crew, 0, sizeof(*crew));
	crew->n = n;
	for (size_t i = 0; i < n; i++) {
		struct sim_host *host = &crew->v[i];

		sim_init(&host->sim, &f->history, f->kinds);
		sim_world(&host->sim, &host->world);
		host->rules = make_rules(f, VERDICT_SKIP);
		host->bench = make_bench(&host->world, &host->rules);
		host->bench.look_ahead = note_ready;
		host->bench.on_lab_fault = note_fault;
		host->bench.ctx = host;
		host->slowness = 1;
		host->outside = host->world;
		host->outside.clock = &crew_clock;
		host->outside.clock_ctx = crew;
	}
}

static void crew_end(struct sim_crew *crew)
{
	for (size_t i = 0; i < crew->n; i++) {
		strvec_release(&crew->v[i].task.words);
		failure_release(&crew->v[i].bench.failure);
	}
}

static const char *const host_names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};

/* One controller's life; when it dies, its hosts are left where they are. */
static int team_once(struct fixture *f, struct sim_crew *crew, struct past *past)
{
	struct rules rules = make_rules(f, VERDICT_SKIP);
	struct journal journal = {.fd = -1};
	struct team team = {.ops = &sim_crew_ops, .ctx = crew, .n = crew->n};
	struct err err = ERR_INIT;
	struct run run;
	int r;

	open_run(f, &run, past, &journal, &crew->v[0].outside, &rules);
	team.run = &run;
	crew->past = past;
	for (size_t i = 0; i < crew->n; i++)
		team.hosts[i] = (struct team_host){.name = host_names[i],
			.mac = "52:54:00:00:00:01",
			.world = &crew->v[i].outside};
	r = team_bisection(&team, &err);
	if (r < 0)
		print_error("%s\n", err.text);
	for (size_t i = 0; i < crew->n; i++) {
		sim_cancel(crew, i);
		crew->v[i].busy = false;
	}
	for (size_t i = 0; r != RUN_STOPPED && i < crew->n; i++)
		drive_leave(&crew->v[i].bench.drive);
	if (r != RUN_STOPPED)
		lead_give_back(&team);
	run_release(&run);
	journal_close(&journal);
	return r;
}

static void team_begin(
	struct fixture *f, struct sim_crew *crew, int culprit, size_t hosts)
{
	struct sim sim;

	begin(f, &sim, culprit);
	crew_begin(crew, f, hosts);
}

/* No number stands for two steps; no commit but an end is judged twice. */
static inline void steps_are_sound(const struct fixture *f, const struct past *past)
{
	for (size_t i = 0; i < past->n_steps; i++) {
		const struct step *a = &past->steps[i];
		bool is_end = !strcmp(a->commit, f->commits[0]) ||
			      !strcmp(a->commit, f->commits[LAST]);

		assert_int_equal(strlen(a->host), 1);
		for (size_t j = 0; j < i; j++) {
			const struct step *b = &past->steps[j];

			assert_int_not_equal(a->number, b->number);
			if (is_end)
				assert_false(!strcmp(a->commit, b->commit) &&
					     !strcmp(a->host, b->host));
			else
				assert_string_not_equal(a->commit, b->commit);
		}
	}
}

#endif
