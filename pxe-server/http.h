/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network side: libmicrohttpd, which no other file knows. Threads of its
 * own move the bytes; server_answer() is called by one of them at a time.
 */
#ifndef TENFOLD_HTTP_H
#define TENFOLD_HTTP_H

#include "lib/err.h"
#include "server.h"

struct http;

/* Serves on fd (owned from now on) until http_stop(). */
int http_start(struct server *server, int fd, struct http **ret_http, struct err *err);
void http_stop(struct http *http);

#endif
