/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTP requests to tenfold-server, by libcurl; the only file that includes curl.h is
 * http.c. Answers with a status of 400 and more are errors, with the server's sentence.
 */
#ifndef TENFOLD_BISECT_HTTP_H
#define TENFOLD_BISECT_HTTP_H

#include <stdbool.h>

#include "lib/buf.h"
#include "lib/err.h"

struct http;

/* base: http://HOST:PORT; token may be NULL. */
int http_new(
	const char *base, const char *token, struct http **ret_http, struct err *err);
void http_free(struct http *http);

struct http_request {
	const char *method;
	const char *path;     /* "/v1/..." */
	const char *body;     /* NULL: none */
	const char *if_match; /* NULL: none */
	bool if_none;         /* only if there is nothing there */
};

/* The answer's body goes into answer (reset first; NULL: not wanted), its ETag into
 * ret_etag (may be NULL). -ECONNREFUSED: no answer; -ENOENT: 404; -EEXIST: 412;
 * -EACCES: 401 and 403; -EIO: other status. */
int http_do(struct http *http, const struct http_request *request, struct buf *answer,
	char ret_etag[128], struct err *err);

#endif
