/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One host of a server that has two images, and what it and its controller say. */
#ifndef TENFOLD_UNIT_BOOTS_WORLD_H
#define TENFOLD_UNIT_BOOTS_WORLD_H

#include "pxe-server/boots.h"

#include "tests/unit/server-world.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define IMAGE_A "x86_64/lab/" A
#define IMAGE_B "x86_64/lab/" B

static const struct mac mac = {WORLD_MAC};

static inline int make(void **state)
{
	struct world *w;

	world_make(state);
	w = *state;
	world_image(w, "x86_64", A, "master", 1);
	world_image(w, "x86_64", B, "master", 2);
	world_sync(w);
	return 0;
}

static inline struct boot ask_as(
	struct world *w, bool local_first, double now, bool *ret_wished)
{
	const struct boots_asker asker = {
		.mac = &mac, .address = "10.0.0.7", .local_first = local_first};
	struct err err = ERR_INIT;
	struct boot boot;

	assert_int_equal(
		boots_ask(&w->server.db, &asker, now, &boot, ret_wished, &err), 0);
	return boot;
}

static inline struct boot ask(struct world *w, double now)
{
	bool wished;

	return ask_as(w, false, now, &wished);
}

static inline struct boot announce(struct world *w, double now)
{
	struct boot boot;

	assert_int_equal(boots_make(&w->server.db, &mac, true, now, &boot, NULL), 0);
	return boot;
}

static inline struct boot post(
	struct world *w, const char *id, const char *body, double now)
{
	struct err err = ERR_INIT;
	struct event event;
	struct boot boot;
	char text[512];

	snprintf(text, sizeof(text), "%s", body);
	assert_int_equal(event_parse(text, &event, &err), 0);
	assert_int_equal(
		boots_event(&w->server.db, &mac, id, &event, now, &boot, &err), 0);
	return boot;
}

static inline struct boot again(struct world *w, const char *id)
{
	struct boot boot;

	assert_int_equal(boots_find(&w->server.db, &mac, id, &boot, NULL), 0);
	return boot;
}

static inline struct host host(struct world *w)
{
	struct host host;

	assert_int_equal(hosts_find(&w->server.db, WORLD_MAC, &host, NULL), 0);
	return host;
}

static inline void set_next(struct world *w, const char *image)
{
	assert_int_equal(hosts_ensure(&w->server.db, &mac, NULL), 0);
	assert_int_equal(
		hosts_set_image(&w->server.db, &mac, HOST_NEXT, image, false, NULL), 0);
}

#define test(name) cmocka_unit_test_setup_teardown(name, make, world_drop)

#endif
