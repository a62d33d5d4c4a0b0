// SPDX-License-Identifier: GPL-2.0-or-later
#include "route.h"

#include <string.h>

#include "token.h"

static void drop(char *params[REQUEST_PARAMS_MAX], size_t n)
{
	while (n)
		free(params[--n]);
}

/* One part of both, up to the next slash; false if they differ. */
static bool match_part(const char **pattern, const char **path, char **caught, size_t *n)
{
	size_t want = strcspn(*pattern, "/"), have = strcspn(*path, "/");
	bool star = want == 1 && **pattern == '*';

	if (!star && (want != have || memcmp(*pattern, *path, want) != 0))
		return false;
	if (star) {
		if (!have || *n == REQUEST_PARAMS_MAX)
			return false;
		caught[*n] = strndup(*path, have);
		if (!caught[(*n)++])
			return false;
	}
	*pattern += want;
	*path += have;
	return true;
}

bool route_match(const char *pattern, const char *path, char *params[REQUEST_PARAMS_MAX])
{
	char *caught[REQUEST_PARAMS_MAX] = {NULL};
	size_t n = 0;

	while (*pattern == '/' && *path == '/') {
		pattern++;
		path++;
		if (!strcmp(pattern, "**") && *path && n < REQUEST_PARAMS_MAX) {
			caught[n++] = strdup(path);
			pattern = path = "";
			break;
		}
		if (!match_part(&pattern, &path, caught, &n))
			break;
	}
	if (*pattern || *path || (n && !caught[n - 1])) {
		drop(caught, n);
		return false;
	}
	for (size_t i = 0; i < n; i++)
		params[i] = caught[i];
	return true;
}

static void add_allow(struct buf *allow, const char *method)
{
	buf_addf(allow, "%s%s", allow->len ? ", " : "", method);
	if (!strcmp(method, "GET"))
		buf_adds(allow, ", HEAD");
}

/* The route, or NULL with allow holding the methods that the path does know. */
static const struct route *find(
	const struct route *routes, struct request *rq, struct buf *allow)
{
	const char *method = strcmp(rq->method, "HEAD") ? rq->method : "GET";

	for (; routes->method; routes++) {
		char *params[REQUEST_PARAMS_MAX] = {NULL};

		if (!route_match(routes->pattern, rq->path, params))
			continue;
		if (!strcmp(routes->method, method)) {
			memcpy(rq->params, params, sizeof(params));
			return routes;
		}
		drop(params, REQUEST_PARAMS_MAX);
		add_allow(allow, routes->method);
	}
	return NULL;
}

/* Answers and returns false if the request may not write. */
static bool may_write(const struct request *rq, struct reply *rp, const char *token)
{
	static const char bearer[] = "Bearer ";
	size_t len = sizeof(bearer) - 1;

	if (request_is_ours(rq))
		return true;
	if (!*rq->authorization) {
		reply_say(rp, 401,
			"writing needs the server's token: 'Authorization: Bearer "
			"TOKEN'");
		rp->challenge = true;
		return false;
	}
	if (strncasecmp(rq->authorization, bearer, len) != 0 ||
		!token_equal(rq->authorization + len, token)) {
		reply_say(rp, 403, "this is not the server's token");
		return false;
	}
	return true;
}

void route_dispatch(const struct route *routes, struct server *server, const char *token,
	struct request *rq, struct reply *rp)
{
	const struct route *route = find(routes, rq, &rp->allow);

	if (route) {
		buf_reset(&rp->allow);
		if (!route->write || may_write(rq, rp, token))
			route->handle(server, rq, rp);
	} else if (rp->allow.len) {
		reply_say(rp, 405, "'%.200s' takes %s, not %.20s", rq->path,
			rp->allow.data, rq->method);
	} else {
		reply_say(rp, 404, "there is nothing at '%.200s'", rq->path);
	}
	if (buf_check(&rp->body))
		reply_say(rp, 500, "the answer is too long");
}
