/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The handlers of the HTTP interface (docs/http-api.md). Each takes plain structs and is
 * tested without a socket; the table of them is api_routes.
 */
#ifndef TENFOLD_API_H
#define TENFOLD_API_H

#include "hosts.h"
#include "list.h"
#include "logs.h"
#include "resolve.h"
#include "route.h"
#include "server.h"

extern const struct route api_routes[];

/* kernels */
void api_list_kernels(struct server *server, struct request *rq, struct reply *rp);
void api_get_kernel(struct server *server, struct request *rq, struct reply *rp);

void api_used(struct server *server, struct request *rq, struct reply *rp);

/* images that somebody is going to need */
void api_list_holds(struct server *server, struct request *rq, struct reply *rp);
void api_put_hold(struct server *server, struct request *rq, struct reply *rp);
void api_delete_hold(struct server *server, struct request *rq, struct reply *rp);

/* hosts */
void api_list_hosts(struct server *server, struct request *rq, struct reply *rp);
void api_get_host(struct server *server, struct request *rq, struct reply *rp);
void api_put_host(struct server *server, struct request *rq, struct reply *rp);
void api_patch_host(struct server *server, struct request *rq, struct reply *rp);
void api_delete_host(struct server *server, struct request *rq, struct reply *rp);

/* a host's default and next */
void api_get_default(struct server *server, struct request *rq, struct reply *rp);
void api_put_default(struct server *server, struct request *rq, struct reply *rp);
void api_delete_default(struct server *server, struct request *rq, struct reply *rp);
void api_get_next(struct server *server, struct request *rq, struct reply *rp);
void api_put_next(struct server *server, struct request *rq, struct reply *rp);
void api_delete_next(struct server *server, struct request *rq, struct reply *rp);

/* boots */
void api_list_boots(struct server *server, struct request *rq, struct reply *rp);
void api_get_boot(struct server *server, struct request *rq, struct reply *rp);
void api_make_boot(struct server *server, struct request *rq, struct reply *rp);
void api_add_event(struct server *server, struct request *rq, struct reply *rp);

/* logs of boots */
void api_list_logs(struct server *server, struct request *rq, struct reply *rp);
void api_get_log(struct server *server, struct request *rq, struct reply *rp);
void api_add_log(struct server *server, struct request *rq, struct reply *rp);

/* GRUB and its files */
void api_grub_cfg(struct server *server, struct request *rq, struct reply *rp);
void api_get_file(struct server *server, struct request *rq, struct reply *rp);
void api_get_initrd(struct server *server, struct request *rq, struct reply *rp);

/* the server itself */
void api_healthz(struct server *server, struct request *rq, struct reply *rp);
void api_metrics(struct server *server, struct request *rq, struct reply *rp);
void api_page(struct server *server, struct request *rq, struct reply *rp);

/* --- what several of them share --- */

/* A cell of a table of the page. */
void api_add_cell(struct buf *b, const char *text);

/* What is known of builds, for GET / and GET /metrics. */
void api_builder_html(struct server *server, struct buf *b);
void api_builder_metrics(struct server *server, struct buf *b);

/* A host's choices as full ids, the server's default included. */
struct api_choices {
	struct list_choices list;
	char usual[IMAGE_ID_TEXT]; /* what list.usual points to */
};
void api_choices(struct server *server, const struct host *host, struct api_choices *ret);

struct resolve_hint api_hint(const struct server *server, const struct host *host);

/* True if files of the image are in a pack alone: the reply then asks for them. wait: the
 * request is made again when they are there, and what the handler answers now is lost. */
bool api_needs_thaw(
	struct server *server, const struct image *image, struct reply *rp, bool wait);
/* The same for an image that a machine will want next, if it is one. */
void api_thaw_soon(struct server *server, const char *image_id, struct reply *rp);

/* The host that a query's mac= names, made up if it is not known. False: answered 400. */
bool api_query_host(struct server *server, const struct request *rq, struct reply *rp,
	struct host *ret_host);

/* The host of the path's first part. False: answered. */
bool api_path_host(struct server *server, const struct request *rq, struct reply *rp,
	struct host *ret_host);

/* ADDR:PORT of this server, as the host sees it. */
void api_address(const struct server *server, const struct request *rq, struct buf *b);

/* The candidate's command line, its static ip= included. client: the host's address. */
int api_cmdline(struct server *server, const struct host *host,
	const char *server_address, const char *client, const char *boot,
	const char *image, struct buf *b);

/* The netmask for a host at that address: its own, the server's, the interface's; "". */
const char *api_netmask(struct server *server, const struct host *host,
	const char *client, char room[SUBNET_TEXT]);
const char *api_gateway(const struct server *server, const struct host *host);

/* Where the logs of boots are. */
struct logs api_logs(struct server *server);

/* A machine of the path, which may name itself by a MAC nobody has seen. False: answered.
 */
bool api_path_machine(struct server *server, const struct request *rq, struct reply *rp,
	struct host *ret_host);

/* A number of the query from min to max; false: answered 400. */
bool api_query_number(const struct request *rq, struct reply *rp, const char *name,
	unsigned int usual, unsigned int max, unsigned int *ret);

/* If-Match and If-None-Match against the etag of what is there (""): false: answered. */
bool api_may_change(const struct request *rq, struct reply *rp, const char *etag);

/* The body as a text that may be cut up, without the newline at its end. NULL:
 * answered.*/
char *api_body(const struct request *rq, struct reply *rp, size_t max);

#endif
