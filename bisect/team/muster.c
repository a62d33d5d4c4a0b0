// SPDX-License-Identifier: GPL-2.0-or-later
#include "muster.h"

#include <stdio.h>

#include "bisect/mates.h"
#include "bisect/run/ahead.h"
#include "bisect/run/hold.h"
#include "lead.h"

struct muster {
	struct board board;
	struct crew crew;
	struct team team;
};

static struct session *member(struct session *s, size_t i)
{
	return i ? &s->mates[i - 1] : s;
}

static int enlist(struct muster *m, struct session *s, size_t i, struct err *err)
{
	struct session *one = member(s, i);

	one->world.view = &board_view;
	one->world.view_ctx = &m->board;
	m->team.hosts[m->team.n++] = (struct team_host){.name = one->settings.host,
		.mac = one->host.mac.text,
		.world = &one->world};
	board_add(&m->board, one->settings.host);
	return crew_add(&m->crew, one->settings.host, mates_serve, one,
		s->place.folder.data, err);
}

int muster_run(struct session *s, struct err *err)
{
	struct muster m = {.crew = {.signal_fd = s->waiter.signal_fd,
				   .board = &m.board,
				   .idle = store_builder_tend,
				   .idle_ctx = &s->builder},
		.team = {.run = &s->run, .ops = &crew_ops, .ctx = &m.crew}};
	int r = 0;

	board_init(&m.board, stdout);
	for (size_t i = 0; !r && i <= s->n_mates; i++)
		r = enlist(&m, s, i, err);
	if (!r) {
		lead_begin(&m.team);
		r = session_find_good(s, err);
	}
	if (r == RUN_GOING && s->releases.commits.n)
		hold_range(s);
	if (r == RUN_GOING)
		r = team_bisection(&m.team, err);
	ahead_end(&s->run);
	crew_leave(&m.crew);
	waiter_calm(&s->waiter);
	lead_give_back(&m.team);
	return r;
}
