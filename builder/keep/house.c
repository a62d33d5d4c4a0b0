// SPDX-License-Identifier: GPL-2.0-or-later
#include "house.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "full.h"
#include "lib/clock.h"
#include "lib/log.h"

#define CHORE_EVERY 3600.0 /* seconds */

void house_init(struct house *house, struct builder *b, int wish_fd)
{
	*house = (struct house){.b = b,
		.wish_fd = wish_fd,
		.prune = {.run = builder_prune_by_rule},
		.freeze = {.run = builder_freeze_by_rule}};
}

/* A descriptor that is readable when a signal or a wish has come. */
static int open_interrupt(const struct house *house)
{
	const int fds[] = {house->b->signal_fd, house->wish_fd};
	int all = epoll_create1(EPOLL_CLOEXEC);

	for (size_t i = 0; all >= 0 && i < ARRAY_SIZE(fds); i++)
		epoll_ctl(all, EPOLL_CTL_ADD, fds[i],
			&(struct epoll_event){.events = EPOLLIN});
	return all;
}

static void do_chore(struct house *house, struct house_chore *chore)
{
	CLEANUP_FD int interrupt = -1;
	struct err err = ERR_INIT;
	int r;

	if (clock_monotonic() < chore->at)
		return;
	interrupt = open_interrupt(house);
	r = chore->run(house->b, interrupt, &err);
	chore->at =
		clock_monotonic() + (r == -ECANCELED ? house->b->conf.poll : CHORE_EVERY);
	if (r < 0 && r != -ECANCELED)
		log_warn("%s", err.text);
}

void house_tidy(struct house *house, bool idle)
{
	if (house->b->conf.prune)
		do_chore(house, &house->prune);
	if (idle && house->b->conf.freeze)
		do_chore(house, &house->freeze);
}

/* What may free room, by the owner's rules. False: nothing may. */
static bool make_room(struct house *house)
{
	const struct conf *conf = &house->b->conf;

	house->prune.at = house->freeze.at = 0;
	house_tidy(house, true);
	return conf->prune || conf->freeze;
}

bool house_is_full(struct house *house, const struct image_id *id, const char *why)
{
	const struct conf *conf = &house->b->conf;
	CLEANUP_BUF struct buf known = {0};
	struct err err = ERR_INIT;
	bool first = !house->full;

	house->full = true;
	if (first && make_room(house))
		return false;
	house->full_until = clock_monotonic() + conf->poll / 2.0;
	buf_init(&known, 4096);
	if (full_why(conf->state, &known))
		return true;
	log_warn("building has stopped: %s", why);
	if (full_begin(conf, id, why, &err) < 0)
		log_warn("%s", err.text);
	builder_send_mail(house->b);
	return true;
}

void house_has_room(struct house *house)
{
	const struct conf *conf = &house->b->conf;
	CLEANUP_BUF struct buf known = {0};

	buf_init(&known, 4096);
	if (full_why(conf->state, &known)) {
		log_info("building goes on");
		full_end(conf);
	}
	house->full = false;
}

bool house_may_build(const struct house *house, double now)
{
	return now >= house->full_until;
}
