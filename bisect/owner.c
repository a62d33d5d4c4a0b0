// SPDX-License-Identifier: GPL-2.0-or-later
#include "owner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void say(struct run *run, const char *line)
{
	run->bench.world->view->say(run->bench.world->view_ctx, line);
}

/* True if that is what a killed run had chosen for its last step. */
static bool is_of_run(const struct past *past, const char *image)
{
	const char *slash = strrchr(image, '/');

	return slash && *past->current && !strcmp(slash + 1, past->current);
}

static int get(struct run *run, struct chosen *ret_chosen, struct err *err)
{
	const struct world *w = run->bench.world;
	double start = w->clock->now(w->clock_ctx);

	for (;;) {
		int r = w->server->get_next(w->server_ctx, ret_chosen, err);

		if (r != -ECONNREFUSED ||
			w->clock->now(w->clock_ctx) - start > run->bench.drive.patience)
			return r;
		r = w->clock->wait(w->clock_ctx, 1);
		if (r < 0)
			return r;
	}
}

static int log_owner(struct run *run, const struct chosen *chosen, struct err *err)
{
	CLEANUP_BUF struct buf b;

	buf_init(&b, RECORD_MAX);
	record_event(&b, "owner-next");
	if (chosen) {
		record_pair(&b, "image", "%s", chosen->image);
		record_pair(&b, "wait", "%s", chosen->wait ? "yes" : "no");
	} else {
		record_pair(&b, "back", "yes");
	}
	record_end(&b);
	run->past->owner_noted = chosen != NULL;
	run->past->owner_next = chosen ? *chosen : (struct chosen){0};
	return journal_append(run->journal, &b, err);
}

int owner_note(struct run *run, struct err *err)
{
	const struct past *past = run->past;
	struct chosen chosen = {0};
	struct err why = ERR_INIT;
	int r = get(run, &chosen, &why);

	if (r == -EINTR) {
		buf_adds(&run->words, "interrupted");
		return RUN_STOPPED;
	}
	if (r < 0) {
		say(run, why.text);
		return RUN_GOING;
	}
	if (past->owner_noted && (!*chosen.image || is_of_run(past, chosen.image)))
		return RUN_GOING;
	r = log_owner(run, &chosen, err);
	return r < 0 ? r : RUN_GOING;
}

void owner_give_back(struct run *run)
{
	const struct world *w = run->bench.world;
	const struct chosen *chosen = &run->past->owner_next;
	struct err err = ERR_INIT;
	int r = 0;

	if (!run->past->owner_noted)
		return;
	if (*chosen->image)
		r = w->server->give_next(w->server_ctx, chosen, &err);
	if (r == 0 || r == -EEXIST)
		r = log_owner(run, NULL, &err);
	if (r < 0) {
		say(run, "the host's next boot, which was chosen before the run, is not "
			 "put back:");
		say(run, err.text);
	}
}

int owner_give_back_over(const struct past *past, const struct server_ops *server,
	void *server_ctx, struct err *err)
{
	struct chosen chosen;
	int r = 0;

	if (!past->owner_noted || !*past->owner_next.image)
		return 0;
	r = server->get_next(server_ctx, &chosen, err);
	if (r == 0 && is_of_run(past, chosen.image))
		r = server->clear_next(server_ctx, chosen.image, err);
	if (r == 0)
		r = server->give_next(server_ctx, &past->owner_next, err);
	return r == -EEXIST ? 0 : r;
}
