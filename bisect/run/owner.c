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
	const char *last;          /* the commit of the last step there, or "" */
	const char *host;          /* by which the log has it; NULL: by none */
};

static struct noted by_name(const struct roster_host *host)
{
	return (struct noted){
		host->owner_noted ? &host->owner_next : NULL, host->last, host->name};
}

/* A run may go on with more hosts or fewer: the first one is the only one then. */
static struct noted noted_of(const struct past *past, const char *name)
{
	const struct roster_host *host = name ? roster_find(&past->roster, name) : NULL;
	const struct roster_host *first = past->roster.n ? past->roster.v : NULL;
	bool is_first = !name || host == first;

	if (host && (host->owner_noted || *host->last || !is_first))
		return by_name(host);
	if (!name && !past->owner_noted && first && first->owner_noted)
		return by_name(first);
	if (!is_first)
		return (struct noted){NULL, "", name};
	return (struct noted){past->owner_noted ? &past->owner_next : NULL, past->last,
		past->owner_noted ? NULL : name};
}

/* True if that is what the run, perhaps before a kill, had chosen for its last step. */
static bool is_of_run(const struct noted *noted, const char *image)
{
	const char *slash = strrchr(image, '/');

	return slash && *noted->last && !strcmp(slash + 1, noted->last);
}

/* Withdraws what a step left, and puts the owner's choice back. An image that is gone is
 * nobody's next. -EEXIST: the owner has chosen anew. */
static int settle(const struct noted *noted, const struct server_ops *server, void *ctx,
	struct err *err)
{
	struct chosen now;
	int r = server->get_next(ctx, &now, err);

	if (r == 0 && is_of_run(noted, now.image))
		r = server->clear_next(ctx, now.image, err);
	if (r == 0 && noted->next && *noted->next->image)
		r = server->give_next(ctx, noted->next, err);
	return r;
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

static int log_owner(
	struct run *run, const char *host, const struct chosen *chosen, struct err *err)
{
	CLEANUP_BUF struct buf b;
	int r;

	buf_init(&b, RECORD_MAX);
	record_event(&b, "owner-next");
	if (host)
		record_pair(&b, "host", "%s", host);
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
	if (is_of_run(&noted, chosen.image))
		chosen = (struct chosen){0};
	if (noted.next && !*chosen.image)
		return RUN_GOING;
	r = log_owner(run, noted.host, &chosen, err);
	return r < 0 ? r : RUN_GOING;
}

void owner_give_back(struct run *run)
{
	const struct world *w = run->bench.world;
	const struct noted noted = noted_of(run->past, run->host);
	struct err err = ERR_INIT;
	int r;

	if (!noted.next && !*noted.last)
		return;
	r = settle(&noted, w->server, w->server_ctx, &err);
	if (r < 0 && r != -EEXIST) {
		say(run, noted.next && *noted.next->image
				 ? "the host's next boot, which was chosen before the "
				   "run, is not put back:"
				 : "the host may still have a next boot of this run:");
		say(run, err.text);
	}
	/* tried again by whoever goes on, unless there is nothing to put back any more */
	if (r < 0 && r != -EEXIST && r != -ENOENT)
		return;
	if (noted.next && log_owner(run, noted.host, NULL, &err) < 0)
		say(run, err.text);
}

int owner_give_back_over(const struct past *past, const char *host,
	const struct server_ops *server, void *server_ctx, struct err *err)
{
	const struct noted noted = noted_of(past, host);
	int r = 0;

	if (noted.next || *noted.last)
		r = settle(&noted, server, server_ctx, err);
	return r == -EEXIST || r == -ENOENT ? 0 : r;
}
