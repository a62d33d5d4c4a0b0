/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request as the handlers see it: plain text, no library's types, so that tests make
 * one by hand. All of it is what a stranger sent; only its length is bounded.
 */
#ifndef TENFOLD_REQUEST_H
#define TENFOLD_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/strvec.h"

#define REQUEST_BODY_MAX (64 * 1024)  /* bytes; more is 413 */
#define REQUEST_LOG_MAX (1024 * 1024) /* the same of a log */
#define REQUEST_PARAMS_MAX 4
#define REQUEST_ADDRESS_TEXT 46

struct request {
	const char *method;
	char *path;          /* owned; percent-decoded */
	struct strvec names; /* of the query, decoded; as many as values */
	struct strvec values;
	const char *body; /* "" if there is none; terminated */
	size_t body_len;
	/* headers; "" if not sent */
	const char *accept, *authorization, *content_type, *host, *if_match,
		*if_none_match, *range, *user_agent;
	char peer[REQUEST_ADDRESS_TEXT];  /* who asks: an address without a port */
	char local[REQUEST_ADDRESS_TEXT]; /* the address of ours that was asked */
	bool loopback;                    /* the peer is this machine itself */
	char *params[REQUEST_PARAMS_MAX]; /* owned; what the route's pattern caught */
};

/* Sets path and query from the request line's target ("/v1/kernels?mac=..."); the other
 * fields become empty. -EINVAL with a sentence on bad percent-encoding or a NUL. */
int request_init(
	struct request *rq, const char *method, const char *target, struct err *err);
void request_release(struct request *rq);

/* How many bytes a body to that target may have. */
size_t request_body_max(const char *target);

/* The value of a query's name; "" if it is not there. */
const char *request_query(const struct request *rq, const char *name);

/* Accept asks for JSON / Content-Type says that the body is. */
bool request_wants_json(const struct request *rq);
bool request_has_json(const struct request *rq);

/* The peer is this machine and asks by one of loopback's own names: any other may be one
 * of a stranger's domain, which leads a browser here. */
bool request_is_ours(const struct request *rq);

/* Writes an address that both ends know as IPv4 as IPv4 (::ffff:10.0.0.1). */
void request_set_peer(struct request *rq, const char *address);
void request_set_local(struct request *rq, const char *address);

/* One line of a "key=value" body. */
struct request_pair {
	char *key, *value;
};

/* Takes the next pair from *text, which it cuts up in place: lines, or, as `curl -d a=1
 * -d b=2` sends them, parts between '&' of which is_key() knows the key. 1: a pair,
 * 0: the end, -EINVAL with a sentence (no '=', control characters). */
int request_next_pair(char **text, bool (*is_key)(const char *key),
	struct request_pair *ret_pair, struct err *err);

#define CLEANUP_REQUEST CLEANUP(request_release)

#endif
