// SPDX-License-Identifier: GPL-2.0-or-later
/* /v1/hosts/HOST/boots: boots, and the events that lab machines post. */
#include "api.h"

#include <errno.h>
#include <string.h>

#include "boots.h"
#include "log-owner.h"

#define LIMIT_USUAL 20

struct listing {
	struct logs logs;
	struct reply *rp;
	json_t *json; /* NULL: text */
	struct err *err;
};

static int put_boot(void *ctx, const struct boot *boot)
{
	struct listing *l = ctx;

	if (!l->json)
		return boot_format(&l->logs, boot, &l->rp->body, l->err);
	return json_array_append_new(l->json, boot_to_json(&l->logs, boot)) ? -ENOMEM : 0;
}

void api_list_boots(struct server *server, struct request *rq, struct reply *rp)
{
	struct err err = ERR_INIT;
	struct listing l = {.logs = api_logs(server), .rp = rp, .err = &err};
	struct host host;
	unsigned int limit;
	int r;

	if (!api_query_number(rq, rp, "limit", LIMIT_USUAL, BOOTS_KEPT, &limit) ||
		!api_path_host(server, rq, rp, &host))
		return;
	l.json = request_wants_json(rq) ? json_array() : NULL;
	r = boots_each(&server->db, &host.mac, limit, put_boot, &l, &err);
	if (r < 0) {
		json_decref(l.json);
		reply_error(rp, r, &err);
	} else if (l.json) {
		reply_json(rp, json_pack("{s:o}", "boots", l.json));
	}
}

void api_get_boot(struct server *server, struct request *rq, struct reply *rp)
{
	struct err err = ERR_INIT;
	struct host host;
	struct logs logs = api_logs(server);
	struct boot boot;
	int r;

	if (!api_path_host(server, rq, rp, &host))
		return;
	r = boots_find(&server->db, &host.mac, rq->params[1], &boot, &err);
	if (!r && !request_wants_json(rq))
		r = boot_format(&logs, &boot, &rp->body, &err);
	if (r < 0)
		reply_error(rp, r, &err);
	else if (request_wants_json(rq))
		reply_json(rp, boot_to_json(&logs, &boot));
}

void api_make_boot(struct server *server, struct request *rq, struct reply *rp)
{
	CLEANUP_FREE char *text = NULL;
	struct err err = ERR_INIT;
	struct host host;
	struct boot boot;
	bool reset;
	int r;

	if (!api_path_machine(server, rq, rp, &host))
		return;
	text = api_body(rq, rp, BOOT_EVENT_BODY_MAX);
	if (!text)
		return;
	reset = !strcmp(text, "stage=reset");
	if (*text && !reset) {
		reply_say(rp, 400, "the body of a new boot is empty or 'stage=reset'");
		return;
	}
	r = boots_make(&server->db, &host.mac, reset, server->now(), &boot, &err);
	if (r < 0) {
		reply_error(rp, r, &err);
		return;
	}
	server->say("host %s: boot %s%s", host_label(&host), boot.id,
		reset ? ", reset is announced" : "");
	reply_say(rp, 201, "%s", boot.id);
}

/* What the log and the metrics keep of an event. */
static void note_event(struct server *server, const struct host *host,
	const struct boot *boot, const struct event *event)
{
	struct breakdown breakdown;

	server->say("host %s: boot %s: %s%s%s%s%s", host_label(host), boot->id,
		stage_name(event->stage), *event->image ? " " : "", event->image,
		*event->detail ? ": " : "", event->detail);
	if (event->stage != STAGE_UP)
		return;
	if (boot->ok == 0)
		server->say("host %s: boot %s is not what was sent: %s", host_label(host),
			boot->id, boot->detail);
	if (!boots_breakdown(&server->db, boot, &breakdown, NULL))
		metrics_boot(&server->metrics, &breakdown, boot->ok == 1);
}

void api_add_event(struct server *server, struct request *rq, struct reply *rp)
{
	CLEANUP_FREE char *text = NULL;
	struct err err = ERR_INIT;
	struct event event;
	struct host host;
	struct boot boot;
	int r;

	if (!api_path_machine(server, rq, rp, &host))
		return;
	if (!boot_id_valid(rq->params[1])) {
		reply_say(rp, 400, "'%.50s' is not a boot id", rq->params[1]);
		return;
	}
	text = api_body(rq, rp, BOOT_EVENT_BODY_MAX);
	if (!text)
		return;
	r = event_parse(text, &event, &err);
	if (!r)
		r = boots_event(&server->db, &host.mac, rq->params[1], &event,
			server->now(), &boot, &err);
	if (!r && !rq->loopback)
		r = log_owner_note(&server->db, &boot, rq->peer, &err);
	if (r < 0) {
		reply_error(rp, r, &err);
		return;
	}
	note_event(server, &host, &boot, &event);
	rp->status = 204;
}
