/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one context of tenfold-server: what the handlers work with. */
#ifndef TENFOLD_SERVER_H
#define TENFOLD_SERVER_H

#include "config.h"
#include "db.h"
#include "lib/store.h"
#include "metrics.h"
#include "reply.h"
#include "request.h"
#include "subnet.h"
#include "sums.h"
#include "token.h"

struct thaws;

struct server {
	struct config config;
	struct store store;
	struct db db; /* the HTTP side's connection */
	struct sums sums;
	struct metrics metrics;
	struct thaws *thaws; /* NULL while there is no HTTP */
	char token[TOKEN_FILE_MAX];
	/* the world, for tests to replace */
	double (*now)(void); /* seconds since 1970 */
	int (*netmask)(const char *address, char ret_netmask[SUBNET_TEXT]);
	void (*say)(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
};

/* Folders, token, database, one look at the store. Config must have been read. */
int server_open(struct server *server, struct err *err);
void server_close(struct server *server);

/* Answers one request; one call at a time. */
void server_answer(struct server *server, struct request *rq, struct reply *rp);

/* Serves until SIGTERM or SIGINT; logs. Returns the exit status. */
int server_run(struct server *server);

#endif
