// SPDX-License-Identifier: GPL-2.0-or-later
#include "http.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <string.h>

#include "address.h"
#include "lib/log.h"
#include "listen.h"
#include "segments.h"
#include "thaws.h"

#define CONNECTIONS_MAX 4096
#define IDLE_SECONDS 10u
#define PATIENCE 30u /* seconds for a byte of a request or its answer */

/* What a body may announce and still be read to its end, to be answered politely. */
#define BODY_POLITE REQUEST_LOG_MAX

struct http {
	struct server *server;
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock; /* over server_answer() and sent() */
};

/* One request on its way through libmicrohttpd. */
struct exchange {
	char *target; /* path and query as they came */
	struct buf body;
	struct reply reply;
	bool begun, is_head;
	bool thawed; /* it has waited for a cold image once */
};

static void *begin(void *cls, const char *target, struct MHD_Connection *connection)
{
	struct exchange *x = calloc(1, sizeof(*x));

	(void)cls;
	(void)connection;
	if (!x)
		return NULL;
	x->target = strdup(target);
	buf_init(&x->body, request_body_max(target));
	reply_init(&x->reply);
	return x;
}

static void set_timeout(struct MHD_Connection *connection, unsigned int seconds)
{
	MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, seconds);
}

static void end(void *cls, struct MHD_Connection *connection, void **con_cls,
	enum MHD_RequestTerminationCode code)
{
	struct exchange *x = *con_cls;
	struct http *http = cls;

	if (code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
		set_timeout(connection, IDLE_SECONDS);
	if (!x)
		return;
	if (x->reply.sent && !x->is_head) {
		pthread_mutex_lock(&http->lock);
		x->reply.sent(x->reply.ctx, &x->reply,
			code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
		pthread_mutex_unlock(&http->lock);
	}
	free(x->target);
	buf_release(&x->body);
	reply_release(&x->reply);
	free(x);
	*con_cls = NULL;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	const char *value =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);

	return value ? value : "";
}

static void set_addresses(struct MHD_Connection *connection, struct request *rq)
{
	const union MHD_ConnectionInfo *info;
	char text[REQUEST_ADDRESS_TEXT];
	struct sockaddr_storage local;
	socklen_t len = sizeof(local);

	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (info && info->client_addr) {
		address_text(info->client_addr, text);
		request_set_peer(rq, text);
	}
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (info && !getsockname(info->connect_fd, (struct sockaddr *)&local, &len)) {
		address_text((const struct sockaddr *)&local, text);
		request_set_local(rq, text);
	}
}

static bool is_grub(struct MHD_Connection *connection)
{
	return strstr(header(connection, "User-Agent"), "GRUB");
}

/* GRUB gets whole frames; all others more time, for the peer to acknowledge a byte and to
 * move one. */
static void suit_peer(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	unsigned int ms = PATIENCE * 1000;

	if (!info)
		return;
	if (is_grub(connection)) {
		segments_suit_grub(info->connect_fd);
		return;
	}
	(void)setsockopt(
		info->connect_fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	set_timeout(connection, PATIENCE);
}

static void set_headers(struct MHD_Connection *connection, struct request *rq)
{
	rq->accept = header(connection, "Accept");
	rq->authorization = header(connection, "Authorization");
	rq->content_type = header(connection, "Content-Type");
	rq->host = header(connection, "Host");
	rq->if_match = header(connection, "If-Match");
	rq->if_none_match = header(connection, "If-None-Match");
	rq->range = header(connection, "Range");
	rq->user_agent = header(connection, "User-Agent");
}

static void answer(struct http *http, struct MHD_Connection *connection,
	const char *method, struct exchange *x)
{
	CLEANUP_REQUEST struct request rq;
	struct err err = ERR_INIT;
	int r = request_init(&rq, method, x->target, &err);

	if (!r && buf_check(&x->body))
		r = err_set(&err, buf_check(&x->body), "the body may have %zu bytes",
			x->body.max);
	if (r < 0) {
		reply_error(&x->reply, r, &err);
		return;
	}
	set_headers(connection, &rq);
	set_addresses(connection, &rq);
	rq.body = x->body.data;
	rq.body_len = x->body.len;
	pthread_mutex_lock(&http->lock);
	server_answer(http->server, &rq, &x->reply);
	pthread_mutex_unlock(&http->lock);
}

/* Bytes of a reply of several parts, from where pos points into what is sent. */
static ssize_t read_parts(void *cls, uint64_t pos, char *to, size_t max)
{
	struct reply *rp = cls;

	pos += rp->offset;
	for (size_t i = 0; i < rp->n_parts; i++) {
		const struct reply_part *part = &rp->parts[i];
		ssize_t n;

		if (pos >= part->size) {
			pos -= part->size;
			continue;
		}
		if (max > part->size - pos)
			max = part->size - pos;
		if (part->fd < 0) {
			memset(to, 0, max);
			return (ssize_t)max;
		}
		n = pread(part->fd, to, max, (off_t)pos);
		return n > 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR;
	}
	return MHD_CONTENT_READER_END_OF_STREAM;
}

static struct MHD_Response *make_response(struct reply *rp)
{
	struct MHD_Response *response;
	size_t len = rp->body.len;
	char *body;

	if (rp->n_parts == 1) {
		response = MHD_create_response_from_fd_at_offset64(
			rp->size, rp->parts[0].fd, rp->offset);
		if (response)
			rp->parts[0].fd = -1; /* libmicrohttpd's from now on */
		return response;
	}
	if (rp->n_parts)
		return MHD_create_response_from_callback(
			rp->size, 256 * 1024, read_parts, rp, NULL);
	body = buf_take(&rp->body);
	if (!body)
		return NULL;
	response = MHD_create_response_from_buffer(len, body, MHD_RESPMEM_MUST_FREE);
	if (!response)
		free(body);
	return response;
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
	if (*value)
		MHD_add_response_header(response, name, value);
}

static void add_headers(struct MHD_Connection *connection, struct MHD_Response *response,
	const struct reply *rp)
{
	add_header(response, "Content-Type", rp->status == 204 ? "" : rp->type);
	add_header(response, "ETag", rp->etag);
	add_header(response, "Allow", rp->allow.data);
	add_header(response, "Link", rp->link.data);
	add_header(response, "Content-Range", rp->range.data);
	add_header(response, "WWW-Authenticate", rp->challenge ? "Bearer" : "");
	add_header(response, "Accept-Ranges", rp->n_parts ? "bytes" : "");
	add_header(response, "X-Content-Type-Options", "nosniff");
	add_header(response, "Cache-Control", "no-store");
	if (!strncmp(rp->type, "text/html", 9))
		add_header(response, "Content-Security-Policy",
			"default-src 'none'; style-src 'unsafe-inline'");
	/* GRUB never asks twice on a connection: end it from here, at once */
	if (is_grub(connection))
		add_header(response, "Connection", "close");
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct reply *rp)
{
	struct MHD_Response *response = make_response(rp);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	add_headers(connection, response, rp);
	result = MHD_queue_response(connection, rp->status, response);
	MHD_destroy_response(response);
	return result;
}

static void go_on(void *ctx)
{
	MHD_resume_connection(ctx);
}

/* What the request waited for has not come. */
static void say_why(struct http *http, struct reply *rp)
{
	char id[IMAGE_ID_TEXT];
	struct err err = ERR_INIT;

	memcpy(id, rp->thaw, sizeof(id));
	if (!thaws_why(http->server->thaws, id, &err))
		err_set(&err, -EIO, "its files are not there");
	reply_release(rp);
	reply_init(rp);
	reply_say(rp, 503, "the image '%s' cannot be brought back: %s", id, err.text);
	pthread_mutex_lock(&http->lock);
	metrics_answer(&http->server->metrics, rp->status);
	pthread_mutex_unlock(&http->lock);
}

/* Sees to the cold image that the handler wants. True if the request waits for it: it is
 * handled again from its beginning when the image is there, or cannot be. The thread goes
 * on with other connections meanwhile. */
static bool wait_for_thaw(
	struct http *http, struct MHD_Connection *connection, struct exchange *x)
{
	struct thaws *thaws = http->server->thaws;
	char id[IMAGE_ID_TEXT];

	if (!x->reply.thaw[0])
		return false;
	if (!x->reply.thaw_waits) {
		thaws_ask(thaws, x->reply.thaw, NULL, NULL);
		return false;
	}
	if (x->thawed) {
		say_why(http, &x->reply);
		return false;
	}
	x->thawed = true;
	memcpy(id, x->reply.thaw, sizeof(id));
	reply_release(&x->reply);
	reply_init(&x->reply);
	MHD_suspend_connection(connection);
	if (thaws_ask(thaws, id, go_on, connection) < 0)
		MHD_resume_connection(connection);
	return true;
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection,
	const char *url, const char *method, const char *version, const char *data,
	size_t *size, void **con_cls)
{
	struct exchange *x = *con_cls;

	(void)url;
	(void)version;
	if (!x || !x->target)
		return MHD_NO;
	if (!x->begun) {
		x->begun = true;
		suit_peer(connection);
		x->is_head = !strcmp(method, "HEAD");
		if (strtoull(header(connection, "Content-Length"), NULL, 10) <=
			BODY_POLITE)
			return MHD_YES;
		reply_say(&x->reply, 413, "the body may have %zu bytes", x->body.max);
		return send_reply(connection, &x->reply);
	}
	if (*size) {
		buf_add(&x->body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	answer(cls, connection, method, x);
	if (wait_for_thaw(cls, connection, x))
		return MHD_YES;
	return send_reply(connection, &x->reply);
}

/* Paths and queries are decoded in request.c, where tests see it. */
static size_t leave_escaped(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return strlen(text);
}

__attribute__((format(printf, 2, 0))) static void tell(
	void *cls, const char *fmt, va_list ap)
{
	CLEANUP_BUF struct buf text = {0};

	(void)cls;
	buf_init(&text, 1024);
	buf_vaddf(&text, fmt, ap);
	if (text.len && text.data[text.len - 1] == '\n')
		text.data[text.len - 1] = '\0';
	log_warn("http: %s", text.data);
}

int http_start(struct server *server, int fd, struct http **ret_http, struct err *err)
{
	unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG |
			     MHD_ALLOW_SUSPEND_RESUME;
	unsigned int threads = server->config.threads;
	struct http *http = calloc(1, sizeof(*http));

	if (!http) {
		close(fd);
		return err_set(err, -ENOMEM, "out of memory");
	}
	listen_allow(CONNECTIONS_MAX);
	http->server = server;
	pthread_mutex_init(&http->lock, NULL);
	http->daemon = MHD_start_daemon(flags, 0, NULL, NULL, handle, http,
		MHD_OPTION_EXTERNAL_LOGGER, tell, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_THREAD_POOL_SIZE, threads > 1 ? threads : 0,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS, MHD_OPTION_URI_LOG_CALLBACK,
		begin, NULL, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, end, http, MHD_OPTION_END);
	if (http->daemon) {
		*ret_http = http;
		return 0;
	}
	close(fd);
	pthread_mutex_destroy(&http->lock);
	free(http);
	return err_set(err, -EIO, "the HTTP server cannot start");
}

void http_stop(struct http *http)
{
	MHD_stop_daemon(http->daemon);
	pthread_mutex_destroy(&http->lock);
	free(http);
}
