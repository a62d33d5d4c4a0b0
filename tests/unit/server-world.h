/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server without sockets, for tests: a store in a temporary folder, a database in
 * memory, a clock that stands where it is put. */
#ifndef TENFOLD_SERVER_WORLD_H
#define TENFOLD_SERVER_WORLD_H

#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "pxe-server/api.h"
#include "pxe-server/catalogue.h"
#include "tests/unit/unit.h"

#define WORLD_MAC "52:54:00:12:34:56"
#define WORLD_TOKEN "0123456789abcdef0123456789abcdef"

struct world {
	char root[64];
	struct server server;
	struct request rq; /* of the last call */
	struct reply rp;
};

static double world_time;

static double world_now(void)
{
	return world_time;
}

static int world_netmask(const char *address, char ret_netmask[SUBNET_TEXT])
{
	(void)address;
	snprintf(ret_netmask, SUBNET_TEXT, "255.255.255.0");
	return 0;
}

__attribute__((format(printf, 1, 2))) static void world_say(const char *fmt, ...)
{
	(void)fmt;
}

static inline void world_write(struct world *w, const char *path, const char *text)
{
	CLEANUP_BUF struct buf whole = {0};
	char *slash;

	buf_init(&whole, 4096);
	buf_addf(&whole, "%s/%s", w->root, path);
	slash = strrchr(whole.data, '/');
	*slash = '\0';
	assert_int_equal(dir_make(whole.data, 0755, NULL), 0);
	*slash = '/';
	assert_int_equal(
		file_write_atomic(whole.data, text, strlen(text), 0644, NULL), 0);
}

/* Publishes an image of the commit that is `digit` forty times; day makes its date.
 * same_as: the id of another whose files it shares, or "". */
static inline void world_alias(struct world *w, const char *arch, const char *commit,
	const char *branch, int day, const char *same_as)
{
	CLEANUP_BUF struct buf json = {0}, path = {0};
	char id[IMAGE_ID_TEXT], date[32], release[32];
	struct image image = {.built = true,
		.branch = branch,
		.date = date,
		.published = date,
		.release = release,
		.build_id = "b1d",
		.same_as = same_as,
		.subject = "it's\ta <b>"};

	snprintf(id, sizeof(id), "%s/lab/%s", arch, commit);
	snprintf(date, sizeof(date), "2026-01-%02dT00:00:00Z", day);
	snprintf(release, sizeof(release), "6.1.%d-lab", day);
	assert_int_equal(image_id_parse(id, &image.id, NULL), 0);
	buf_init(&json, IMAGE_JSON_MAX);
	assert_int_equal(image_dump(&image, &json), 0);
	buf_init(&path, 4096);
	buf_addf(&path, "images/%s/image.json", id);
	world_write(w, path.data, json.data);
}

static inline void world_image(struct world *w, const char *arch, const char *commit,
	const char *branch, int day)
{
	world_alias(w, arch, commit, branch, day, "");
}

static inline void world_sync(struct world *w)
{
	struct catalogue_change change;
	struct err err = ERR_INIT;

	assert_int_equal(
		catalogue_sync(&w->server.db, &w->server.store, &change, &err), 0);
}

static inline void world_open(struct world *w)
{
	char *argv[] = {"tenfold-server", "--config", "/dev/null", NULL};
	int next;

	memset(w, 0, sizeof(*w));
	snprintf(w->root, sizeof(w->root), "/tmp/tenfold-world.XXXXXX");
	assert_non_null(mkdtemp(w->root));
	assert_int_equal(config_read(&w->server.config, 3, argv, &next, NULL), 0);
	assert_int_equal(
		options_set(config_options, &w->server.config, "state", w->root, NULL),
		0);
	assert_int_equal(db_open(&w->server.db, ":memory:", NULL), 0);
	w->server.store.root = w->root;
	w->server.now = world_now;
	w->server.netmask = world_netmask;
	w->server.say = world_say;
	snprintf(w->server.token, sizeof(w->server.token), WORLD_TOKEN);
	world_time = 1000000;
}

static inline void world_end_call(struct world *w)
{
	if (w->rq.path) {
		request_release(&w->rq);
		reply_release(&w->rp);
	}
	w->rq.path = NULL;
}

static inline void world_close(struct world *w)
{
	world_end_call(w);
	db_close(&w->server.db);
	config_release(&w->server.config);
	dir_remove(w->root, NULL);
}

/* The same for cmocka: nothing in the store yet. */
static inline int world_make(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	world_open(w);
	*state = w;
	return 0;
}

static inline int world_drop(void **state)
{
	world_close(*state);
	free(*state);
	return 0;
}

/* One request from 10.0.0.7; change gives it headers and so on, or is NULL. Returns the
 * status; the text is in rp.body. */
static inline int world_call_with(struct world *w, const char *method, const char *target,
	const char *body, void (*change)(struct request *rq))
{
	world_end_call(w);
	reply_init(&w->rp);
	assert_int_equal(request_init(&w->rq, method, target, NULL), 0);
	request_set_peer(&w->rq, "10.0.0.7");
	request_set_local(&w->rq, "10.0.0.1");
	w->rq.body = body;
	w->rq.body_len = strlen(body);
	if (change)
		change(&w->rq);
	server_answer(&w->server, &w->rq, &w->rp);
	return w->rp.status;
}

static inline void world_loopback(struct request *rq)
{
	request_set_peer(rq, "127.0.0.1");
	rq->host = "localhost:8080";
}

/* The same from this machine itself, which may write. */
static inline int world_call(
	struct world *w, const char *method, const char *target, const char *body)
{
	return world_call_with(w, method, target, body, world_loopback);
}

#define assert_body(w, text) assert_string_equal((w)->rp.body.data, text)
#define assert_body_has(w, text) assert_non_null(strstr((w)->rp.body.data, text))

#endif
