// SPDX-License-Identifier: GPL-2.0-or-later
#include "mates.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int set_text(char **to, const char *from)
{
	free(*to);
	*to = strdup(from);
	return *to ? 0 : -ENOMEM;
}

/* What another host has of its own; all must boot the same images. */
static int check_mate(
	struct session *mate, struct session *first, const char *name, struct err *err)
{
	struct params *given = &mate->settings;
	int r;

	place_init(&mate->place, first->settings.state, first->settings.host);
	if (set_text(&given->host, name) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	r = params_inherit(given, &first->given, err);
	if (!r)
		r = params_complete(given, err);
	if (!r && (set_text(&given->arch, first->settings.arch) < 0 ||
			  set_text(&given->config, first->settings.config) < 0))
		r = err_set(err, -ENOMEM, "out of memory");
	if (!r)
		r = session_check_failures(mate, err);
	if (!r)
		r = session_check_server(mate, err);
	if (!r)
		r = session_check_machine(mate, err);
	if (r < 0)
		return r;
	mate->tester = first->tester;
	mate->tester.host = given->host;
	mate->tester.address = given->address;
	return 0;
}

static int check_distinct(const struct session *s, struct err *err)
{
	for (size_t i = 0; i < s->n_mates; i++) {
		const struct session *other = i ? &s->mates[i - 1] : s;

		if (mac_equal(&s->mates[i].host.mac, &other->host.mac))
			return err_set(err, -EINVAL,
				"hosts '%s' and '%s' are one machine",
				other->settings.host, s->mates[i].settings.host);
	}
	return 0;
}

int mates_check(struct session *s, struct err *err)
{
	const struct strvec *names = &s->settings.hosts;
	int r = 0;

	if (names->n < 2)
		return 0;
	if (s->given.console)
		return err_set(err, -EINVAL,
			"--console is one host's: with several, say it in bisect.conf");
	s->mates = calloc(names->n, sizeof(*s->mates));
	if (!s->mates)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 1; !r && i < names->n; i++) {
		session_init(&s->mates[s->n_mates]);
		r = check_mate(&s->mates[s->n_mates++], s, names->v[i], err);
	}
	return r < 0 ? r : check_distinct(s, err);
}

/* The log, the history and the user are the first one's. */
static void set_mate(struct session *mate, struct session *first)
{
	session_set_world(mate);
	mate->world.builder_ctx = &first->builder;
	mate->world.clock_ctx = &first->waiter;
}

void mates_set(struct session *s)
{
	for (size_t i = 0; i < s->n_mates; i++)
		set_mate(&s->mates[i], s);
}

int mates_lock(struct session *s, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < s->n_mates; i++)
		r = place_lock(&s->mates[i].place, &s->mates[i].host.mac,
			s->mates[i].settings.host, err);
	return r;
}

struct bench *mates_serve(void *session, int cancel_fd)
{
	struct session *s = session;
	struct err err = ERR_INIT;

	/* nothing that is open is shared with the controller */
	if (waiter_attach(&s->waiter, cancel_fd, &err) < 0 ||
		session_connect(s, &err) < 0)
		return NULL;
	session_set_world(s);
	return &s->run.bench;
}

void mates_release(struct session *s)
{
	for (size_t i = 0; i < s->n_mates; i++)
		session_release(&s->mates[i]);
	free(s->mates);
}
