/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tenfold-server as a bisection sees it: one host's `next` and boots (docs/http-api.md).
 */
#ifndef TENFOLD_BISECT_SERVER_H
#define TENFOLD_BISECT_SERVER_H

#include "bisect/world.h"
#include "http.h"
#include "lib/mac.h"

struct server {
	struct http *http;
	const char *host; /* as it stands in URLs: a name or a MAC; borrowed */
};

/* What the server knows of a host; "" where it does not. */
struct server_host {
	struct mac mac;
	char arch[IMAGE_ARCH_TEXT];
	char config[IMAGE_CONFIG_TEXT];
};

/* -ENOENT: the server does not know it; -ECONNREFUSED: it does not answer. */
int server_find_host(
	struct server *server, struct server_host *ret_host, struct err *err);

/* The context is a struct server. */
extern const struct server_ops server_ops;

#endif
