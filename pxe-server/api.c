// SPDX-License-Identifier: GPL-2.0-or-later
#include "api.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "netconsole.h"

const struct route api_routes[] = {
	{"GET", "/", api_page, false},
	{"GET", "/grub.cfg", api_grub_cfg, false},
	{"GET", "/healthz", api_healthz, false},
	{"GET", "/metrics", api_metrics, false},
	{"GET", "/boot/**", api_get_file, false},
	{"GET", "/images/**", api_get_file, false},
	{"GET", "/initrd/**", api_get_initrd, false},
	{"GET", "/v1/kernels", api_list_kernels, false},
	{"GET", "/v1/kernels/**", api_get_kernel, false},
	{"GET", "/v1/used", api_used, false},
	{"GET", "/v1/holds", api_list_holds, false},
	{"PUT", "/v1/holds/*", api_put_hold, true},
	{"DELETE", "/v1/holds/*", api_delete_hold, true},
	{"GET", "/v1/hosts", api_list_hosts, false},
	{"GET", "/v1/hosts/*", api_get_host, false},
	{"PUT", "/v1/hosts/*", api_put_host, true},
	{"PATCH", "/v1/hosts/*", api_patch_host, true},
	{"DELETE", "/v1/hosts/*", api_delete_host, true},
	{"GET", "/v1/hosts/*/default", api_get_default, false},
	{"PUT", "/v1/hosts/*/default", api_put_default, true},
	{"DELETE", "/v1/hosts/*/default", api_delete_default, true},
	{"GET", "/v1/hosts/*/next", api_get_next, false},
	{"PUT", "/v1/hosts/*/next", api_put_next, true},
	{"DELETE", "/v1/hosts/*/next", api_delete_next, true},
	{"GET", "/v1/hosts/*/boots", api_list_boots, false},
	{"POST", "/v1/hosts/*/boots", api_make_boot, false},
	{"GET", "/v1/hosts/*/boots/*", api_get_boot, false},
	{"POST", "/v1/hosts/*/boots/*/events", api_add_event, false},
	{"GET", "/v1/hosts/*/boots/*/logs", api_list_logs, false},
	{"GET", "/v1/hosts/*/boots/*/logs/*", api_get_log, false},
	{"POST", "/v1/hosts/*/boots/*/logs/*", api_add_log, false},
	{NULL, NULL, NULL, false},
};

void server_answer(struct server *server, struct request *rq, struct reply *rp)
{
	route_dispatch(api_routes, server, server->token, rq, rp);
	if (!rp->thaw_waits)
		metrics_answer(&server->metrics, rp->status);
}

struct resolve_hint api_hint(const struct server *server, const struct host *host)
{
	return (struct resolve_hint){
		.arch = host->arch,
		.config = host->config,
		.usual_arch = server->config.arch,
		.usual_config = server->config.config,
	};
}

void api_choices(struct server *server, const struct host *host, struct api_choices *ret)
{
	struct resolve_hint hint = api_hint(server, host);
	struct err err = ERR_INIT;

	if (*host->default_image)
		memcpy(ret->usual, host->default_image, sizeof(ret->usual));
	else if (resolve_choice(&server->db, server->config.default_image, &hint,
			 ret->usual, &err) < 0)
		memcpy(ret->usual, "local", sizeof("local"));
	ret->list = (struct list_choices){
		.next = host->next_image,
		.next_waits = host->next_waits,
		.usual = ret->usual,
		.good = host->good_image,
	};
}

bool api_query_host(struct server *server, const struct request *rq, struct reply *rp,
	struct host *ret_host)
{
	const char *text = request_query(rq, "mac");
	struct err err = ERR_INIT;
	struct mac mac;
	int r;

	if (mac_parse(text, &mac) < 0) {
		reply_say(rp, 400, "'%.100s' is not a MAC", text);
		return false;
	}
	r = hosts_find(&server->db, mac.text, ret_host, &err);
	if (!r || r == -ENOENT)
		return true;
	reply_error(rp, r, &err);
	return false;
}

bool api_path_host(struct server *server, const struct request *rq, struct reply *rp,
	struct host *ret_host)
{
	struct err err = ERR_INIT;
	int r = hosts_find(&server->db, rq->params[0], ret_host, &err);

	if (!r)
		return true;
	reply_error(rp, r, &err);
	return false;
}

bool api_path_machine(struct server *server, const struct request *rq, struct reply *rp,
	struct host *ret_host)
{
	struct err err = ERR_INIT;
	int r = hosts_find(&server->db, rq->params[0], ret_host, &err);

	if (!r || (r == -ENOENT && ret_host->mac.text[0]))
		return true;
	reply_error(rp, r, &err);
	return false;
}

struct logs api_logs(struct server *server)
{
	return (struct logs){.state = server->config.state, .db = &server->db};
}

void api_address(const struct server *server, const struct request *rq, struct buf *b)
{
	char address[46];
	unsigned int port = 0;

	if (server->config.address) {
		buf_adds(b, server->config.address);
		return;
	}
	config_split_listen(server->config.listen, address, &port);
	buf_addf(b, "%s:%u", rq->local, port);
}

const char *api_netmask(struct server *server, const struct host *host,
	const char *client, char room[SUBNET_TEXT])
{
	if (*host->netmask)
		return host->netmask;
	if (server->config.netmask)
		return server->config.netmask;
	return server->netmask(client, room) < 0 ? "" : room;
}

const char *api_gateway(const struct server *server, const struct host *host)
{
	if (*host->gateway)
		return host->gateway;
	return server->config.gateway ? server->config.gateway : "";
}

static void add_words(struct buf *b, const char *words)
{
	if (*words)
		buf_addf(b, "%s%s", b->len ? " " : "", words);
}

/* A host name for ip=: what cannot stand there becomes '-'. */
static void add_hostname(struct buf *b, const char *name)
{
	for (; *name; name++)
		buf_addc(b, *name == '_' ? '-' : *name);
}

static void add_netconsole(const struct server *server, const struct host *host,
	const char *server_address, const char *client, struct buf *b)
{
	bool usual = !strcmp(host->netconsole, "yes");
	CLEANUP_BUF struct buf option = {0};

	if (!*host->netconsole || !strcmp(host->netconsole, "no") ||
		!server->config.netconsole)
		return;
	buf_init(&option, 256);
	netconsole_option(server_address, server->config.netconsole, client,
		usual ? "eth0" : host->netconsole, &option);
	add_words(b, option.len ? option.data : "");
}

int api_cmdline(struct server *server, const struct host *host,
	const char *server_address, const char *client, const char *boot,
	const char *image, struct buf *b)
{
	char dashed[MAC_TEXT], room[SUBNET_TEXT];
	const char *netmask = api_netmask(server, host, client, room);
	unsigned char bin[4];

	mac_format(&host->mac, '-', dashed);
	add_words(b, server->config.cmdline);
	add_words(b, host->cmdline);
	buf_addf(b, "%stenfold.server=%s tenfold.host=%s", b->len ? " " : "",
		server_address, host->mac.text);
	if (*boot)
		buf_addf(b, " tenfold.boot=%s", boot);
	buf_addf(b, " tenfold.image=%s BOOTIF=01-%s", image, dashed);
	if (*netmask && inet_pton(AF_INET, client, bin) == 1) {
		buf_addf(b, " ip=%s::%s:%s:", client, api_gateway(server, host), netmask);
		add_hostname(b, host->name);
		buf_adds(b, "::none");
	} else {
		buf_adds(b, " ip=dhcp");
	}
	add_netconsole(server, host, server_address, client, b);
	return buf_check(b);
}

bool api_query_number(const struct request *rq, struct reply *rp, const char *name,
	unsigned int usual, unsigned int max, unsigned int *ret)
{
	const char *text = request_query(rq, name);
	size_t digits = strspn(text, "0123456789");

	*ret = usual;
	if (!*text)
		return true;
	if (!digits || digits > 9 || text[digits] || (unsigned int)atoi(text) > max) {
		reply_say(rp, 400, "'%s' takes a whole number up to %u, not '%.50s'",
			name, max, text);
		return false;
	}
	*ret = atoi(text);
	return true;
}

bool api_may_change(const struct request *rq, struct reply *rp, const char *etag)
{
	if (*rq->if_match && !reply_etag_matches(rq->if_match, etag)) {
		reply_say(rp, 412, "somebody has changed it since: read it again");
		return false;
	}
	if (*rq->if_none_match && reply_etag_matches(rq->if_none_match, etag)) {
		reply_say(rp, 412, "it is there already");
		return false;
	}
	return true;
}

char *api_body(const struct request *rq, struct reply *rp, size_t max)
{
	char *text;

	if (rq->body_len > max) {
		reply_say(rp, 413, "the body may have %zu bytes", max);
		return NULL;
	}
	if (strlen(rq->body) != rq->body_len) {
		reply_say(rp, 400, "the body holds a zero byte");
		return NULL;
	}
	text = strdup(rq->body);
	if (!text) {
		reply_say(rp, 500, "out of memory");
		return NULL;
	}
	for (size_t len = rq->body_len; len && strchr("\r\n", text[len - 1]); len--)
		text[len - 1] = '\0';
	return text;
}

void api_healthz(struct server *server, struct request *rq, struct reply *rp)
{
	struct err err = ERR_INIT;
	int64_t n;
	int r = db_number(&server->db, &n, &err, "SELECT count(*) FROM refs", "");

	(void)rq;
	if (r < 0)
		reply_error(rp, r, &err);
	else
		reply_say(rp, 200, "ok");
}
