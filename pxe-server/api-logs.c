// SPDX-License-Identifier: GPL-2.0-or-later
/* /v1/hosts/HOST/boots/BOOT/logs: what a machine said during a boot. */
#include "api.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "boots.h"
#include "log-owner.h"

/* The boot of the path. False: answered. */
static bool path_boot(struct server *server, const struct request *rq, struct reply *rp,
	struct boot *ret_boot)
{
	struct err err = ERR_INIT;
	struct host host;
	int r;

	if (!api_path_host(server, rq, rp, &host))
		return false;
	r = boots_find(&server->db, &host.mac, rq->params[1], ret_boot, &err);
	if (r < 0)
		reply_error(rp, r, &err);
	return !r;
}

static bool path_kind(const struct request *rq, struct reply *rp, enum logs_kind *ret)
{
	int kind = logs_kind_parse(rq->params[2]);

	if (kind < 0) {
		reply_say(rp, 404,
			"there is no log '%.50s': console, netconsole, pstore or dmesg",
			rq->params[2]);
		return false;
	}
	*ret = kind;
	return true;
}

void api_list_logs(struct server *server, struct request *rq, struct reply *rp)
{
	struct logs logs = api_logs(server);
	int64_t sizes[LOGS_KINDS];
	struct boot boot;

	if (!path_boot(server, rq, rp, &boot))
		return;
	if (request_wants_json(rq)) {
		reply_json(rp, json_pack("{s:o}", "logs", logs_to_json(&logs, &boot)));
		return;
	}
	logs_sizes(&logs, &boot, sizes);
	for (int i = 0; i < LOGS_KINDS; i++)
		if (sizes[i] >= 0)
			buf_addf(&rp->body, "%s\t%" PRId64 "\n", logs_kind_name(i),
				sizes[i]);
}

void api_get_log(struct server *server, struct request *rq, struct reply *rp)
{
	struct logs logs = api_logs(server);
	struct err err = ERR_INIT;
	enum logs_kind kind;
	struct boot boot;
	uint64_t size;
	int fd, r;

	if (!path_boot(server, rq, rp, &boot) || !path_kind(rq, rp, &kind))
		return;
	r = logs_open(&logs, &boot, kind, &fd, &size, &err);
	if (r < 0) {
		reply_error(rp, r, &err);
		return;
	}
	reply_add_part(rp, fd, size);
	reply_set_range(rp, rq->range);
}

/* Whose log it is: of=previous is said by a first stage of what it has found. */
static int find_owner(struct server *server, const struct request *rq,
	const struct host *host, struct boot *ret_boot, struct err *err)
{
	const char *of = request_query(rq, "of");
	struct boot boot;
	int r = boots_find(&server->db, &host->mac, rq->params[1], &boot, err);

	if (r < 0)
		return r;
	if (!strcmp(of, "previous"))
		return log_owner_before(&server->db, &boot, ret_boot, err);
	if (*of)
		return err_set(err, -EINVAL, "'of' takes 'previous', not '%.50s'", of);
	*ret_boot = boot;
	return 0;
}

void api_add_log(struct server *server, struct request *rq, struct reply *rp)
{
	struct logs logs = api_logs(server);
	CLEANUP_FREE char *data = NULL;
	struct err err = ERR_INIT;
	enum logs_kind kind;
	struct host host;
	struct boot boot;
	int r;

	if (!api_path_machine(server, rq, rp, &host) || !path_kind(rq, rp, &kind))
		return;
	data = malloc(rq->body_len + 1);
	if (!data) {
		reply_say(rp, 500, "out of memory");
		return;
	}
	if (rq->body_len)
		memcpy(data, rq->body, rq->body_len);
	r = find_owner(server, rq, &host, &boot, &err);
	if (!r)
		r = logs_add(&logs, &boot, kind, data, rq->body_len, &err);
	if (r < 0) {
		reply_error(rp, r, &err);
		return;
	}
	server->say("host %s: boot %s: %zu bytes of %s", host_label(&host), boot.id,
		rq->body_len, logs_kind_name(kind));
	rp->status = 204;
}
