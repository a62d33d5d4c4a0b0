// SPDX-License-Identifier: GPL-2.0-or-later
#include "schedule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "builder/job/costs.h"
#include "builder/job/workplace.h"
#include "lib/buf.h"

/* Workplaces that have been looked up. */
struct places {
	struct place {
		const struct want *want; /* one that is made there */
		struct forecast_place now;
	} * v;
	size_t n;
	const char *state;
	const struct recent *recent;
};

static bool together(const struct want *a, const struct want *b)
{
	return !strcmp(a->tree->name, b->tree->name) && !strcmp(a->id.arch, b->id.arch) &&
	       !strcmp(a->id.config, b->id.config);
}

static struct forecast_place look_up(const struct places *places, const struct want *want)
{
	CLEANUP_BUF struct buf path = {0};
	struct mark mark = {0};
	struct costs costs = {0};

	workplace_path(
		places->state, want->tree->name, want->id.arch, want->id.config, &path);
	if (!buf_check(&path)) {
		workplace_look(path.data, &mark);
		costs_read(path.data, &costs);
	}
	return (struct forecast_place){.clean = costs_mean(&costs, true),
		.incremental = costs_mean(&costs, false),
		.same = recent_same_seconds(places->recent),
		.share = recent_share(places->recent),
		.built = mark.built};
}

static struct forecast_place *find(struct places *places, const struct want *want)
{
	struct place *more;

	for (size_t i = 0; i < places->n; i++)
		if (together(places->v[i].want, want))
			return &places->v[i].now;
	more = reallocarray(places->v, places->n + 1, sizeof(*more));
	if (!more)
		return NULL;
	places->v = more;
	more += places->n++;
	*more = (struct place){.want = want, .now = look_up(places, want)};
	return &more->now;
}

int schedule_make(const char *state, const struct queue *queue,
	const enum forecast_kind *kinds, const struct recent *recent, double busy,
	struct schedule *ret_schedule)
{
	struct places places = {.state = state, .recent = recent};
	struct schedule schedule = {
		.seconds = calloc(queue->n + 1, sizeof(*schedule.seconds))};
	int r = schedule.seconds ? 0 : -ENOMEM;

	forecast_add(&schedule.all, busy);
	for (size_t i = 0; !r && i < queue->n; i++) {
		struct forecast_place *place = find(&places, &queue->v[i]);

		if (!place) {
			r = -ENOMEM;
			break;
		}
		forecast_add(&schedule.all,
			forecast_next(place, kinds ? kinds[i] : FORECAST_UNKNOWN));
		schedule.seconds[i] = schedule.all.partial ? -1 : schedule.all.seconds;
	}
	free(places.v);
	if (r < 0)
		schedule_release(&schedule);
	else
		*ret_schedule = schedule;
	return r;
}

void schedule_release(struct schedule *schedule)
{
	free(schedule->seconds);
	*schedule = (struct schedule){0};
}
