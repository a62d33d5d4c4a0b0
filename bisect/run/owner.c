// SPDX-License-Identifier: GPL-2.0-or-later
#include "owner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void say(struct run *run, const char *line)
{
	run->bench.world->view->say(run->bench.world->view_ctx, line);
}

/* What a run has noted of a host: the only one (NULL), or one of several. */
struct noted {
	const struct chosen *next; /* NULL: nothing */
	const char *current;       /* the commit of its last step */
};

static struct noted noted_of(const struct past *past, const char *name)
{
	const struct roster_host *host = name ? roster_find(&past->roster, name) : NULL;

	if (host)
		return (struct noted){
			host->owner_noted ? &host->owner_next : NULL, host->commit};
	return (struct noted){
		past->owner_noted && !name ? &past->owner_next : NULL, past->current};
}

/* True if that is what a killed run had chosen for its last step. */
static bool is_of_run(const struct noted *noted, const char *image)
{
	const char *slash = strrchr(image, '/');

	return slash && *noted->current && !strcmp(slash + 1, noted->current);
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
	int r;

	buf_init(&b, RECORD_MAX);
	record_event(&b, "owner-next");
	if (run->host)
		record_pair(&b, "host", "%s", run->host);
	if (chosen) {
		record_pair(&b, "image", "%s", chosen->image);
		record_pair(&b, "wait", "%s", chosen->wait ? "yes" : "no");
	} else {
		record_pair(&b, "back", "yes");
	}
	record_end(&b);
	r = journal_append(run->journal, &b, err);
	return r < 0 ? r : past_feed(run->past, b.data, b.len, err);
}

int owner_note(struct run *run, struct err *err)
{
	const struct noted noted = noted_of(run->past, run->host);
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
	if (noted.next && (!*chosen.image || is_of_run(&noted, chosen.image)))
		return RUN_GOING;
	r = log_owner(run, &chosen, err);
	return r < 0 ? r : RUN_GOING;
}

void owner_give_back(struct run *run)
{
	const struct world *w = run->bench.world;
	const struct chosen *chosen = noted_of(run->past, run->host).next;
	struct err err = ERR_INIT;
	int r = 0;

	if (!chosen)
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

int owner_give_back_over(const struct past *past, const char *host,
	const struct server_ops *server, void *server_ctx, struct err *err)
{
	const struct noted noted = noted_of(past, host);
	struct chosen chosen;
	int r = 0;

	if (!noted.next || !*noted.next->image)
		return 0;
	r = server->get_next(server_ctx, &chosen, err);
	if (r == 0 && is_of_run(&noted, chosen.image))
		r = server->clear_next(server_ctx, chosen.image, err);
	if (r == 0)
		r = server->give_next(server_ctx, noted.next, err);
	return r == -EEXIST ? 0 : r;
}
