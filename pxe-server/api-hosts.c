// SPDX-License-Identifier: GPL-2.0-or-later
/* /v1/hosts: settings, and what a host boots by default and next. */
#include "api.h"

#include <errno.h>
#include <string.h>

#include "lib/clock.h"

#define IMAGE_BODY_MAX 1024

struct listing {
	struct server *server;
	struct reply *rp;
	json_t *json; /* NULL: text */
};

static void iso_or_empty(double seconds, char ret_text[CLOCK_ISO_TEXT])
{
	ret_text[0] = '\0';
	if (seconds > 0)
		clock_iso((int64_t)seconds, ret_text);
}

static int put_host(void *ctx, const struct host *host, const char *last_state)
{
	struct listing *l = ctx;
	char seen[CLOCK_ISO_TEXT];
	json_t *json;

	iso_or_empty(host->seen, seen);
	if (!l->json) {
		buf_addf(&l->rp->body, "%s\t%s\t%s/%s\t%s\t%s\t%s\t%s\n", host->mac.text,
			host->name, host->arch, host->config, host->default_image,
			host->next_image, last_state, seen);
		return 0;
	}
	json = host_to_json(host);
	json_object_set_new(json, "next", json_string(host->next_image));
	json_object_set_new(json, "good", json_string(host->good_image));
	json_object_set_new(json, "last_state", json_string(last_state));
	json_object_set_new(json, "last_seen", json_string(seen));
	json_array_append_new(l->json, json);
	return 0;
}

void api_list_hosts(struct server *server, struct request *rq, struct reply *rp)
{
	struct listing l = {.server = server, .rp = rp};
	struct err err = ERR_INIT;
	int r;

	l.json = request_wants_json(rq) ? json_array() : NULL;
	r = hosts_each(&server->db, put_host, &l, &err);
	if (r < 0) {
		json_decref(l.json);
		reply_error(rp, r, &err);
	} else if (l.json) {
		reply_json(rp, json_pack("{s:o}", "hosts", l.json));
	}
}

/* The etag of settings as they are shown in text. */
static void set_host_etag(struct reply *rp, const struct host *host)
{
	CLEANUP_BUF struct buf text = {0};

	buf_init(&text, HOST_SETTINGS_MAX);
	host_format(host, &text);
	reply_set_etag(rp, text.data);
}

static void show_host(const struct request *rq, struct reply *rp, const struct host *host)
{
	set_host_etag(rp, host);
	if (request_wants_json(rq))
		reply_json(rp, host_to_json(host));
	else
		host_format(host, &rp->body);
}

void api_get_host(struct server *server, struct request *rq, struct reply *rp)
{
	struct host host;

	if (api_path_host(server, rq, rp, &host))
		show_host(rq, rp, &host);
}

/* A new host's MAC is no other's: to write over that one would take its name away. */
static int check_new(
	struct server *server, const struct host *host, const char *word, struct err *err)
{
	struct host other;
	int r;

	if (!host->mac.text[0])
		return err_set(err, -ENOENT,
			"there is no host '%s'; to make it, say its 'mac'", word);
	r = hosts_find(&server->db, host->mac.text, &other, NULL);
	if (r == -ENOENT)
		return 0;
	return r < 0 ? r
		     : err_set(err, -EEXIST,
			       "%s is that of the host '%s' already; to rename it, PATCH "
			       "its 'name'",
			       other.mac.text, host_label(&other));
}

/* Checks, reads and saves the body's settings over host. is_new: answer 201. */
static void write_host(struct server *server, const struct request *rq, struct reply *rp,
	struct host *host, bool is_new)
{
	CLEANUP_FREE char *text = api_body(rq, rp, HOST_SETTINGS_MAX);
	struct err err = ERR_INIT;
	int r;

	if (!text)
		return;
	r = host_parse(host, text, request_has_json(rq), &err);
	if (!r && is_new)
		r = check_new(server, host, rq->params[0], &err);
	if (!r)
		r = hosts_save(&server->db, host, &err);
	if (r < 0) {
		reply_error(rp, r, &err);
		return;
	}
	server->say("host %s: settings written by %s", host_label(host), rq->peer);
	show_host(rq, rp, host);
	rp->status = is_new ? 201 : 200;
}

/* What PUT leaves of a host: who it is and what it boots, not its settings. */
static struct host stripped(const struct host *host, const char *word)
{
	struct host bare = {.mac = host->mac};

	memcpy(bare.default_image, host->default_image, sizeof(bare.default_image));
	if (host_name_valid(word))
		memcpy(bare.name, word, strlen(word) + 1);
	return bare;
}

void api_put_host(struct server *server, struct request *rq, struct reply *rp)
{
	struct err err = ERR_INIT;
	struct host host, bare;
	int r = hosts_find(&server->db, rq->params[0], &host, &err);

	if (r < 0 && r != -ENOENT) {
		reply_error(rp, r, &err);
		return;
	}
	if (!r)
		set_host_etag(rp, &host);
	if (!api_may_change(rq, rp, rp->etag))
		return;
	bare = stripped(&host, rq->params[0]);
	write_host(server, rq, rp, &bare, r == -ENOENT);
}

void api_patch_host(struct server *server, struct request *rq, struct reply *rp)
{
	struct host host;

	if (!api_path_host(server, rq, rp, &host))
		return;
	set_host_etag(rp, &host);
	if (api_may_change(rq, rp, rp->etag))
		write_host(server, rq, rp, &host, false);
}

void api_delete_host(struct server *server, struct request *rq, struct reply *rp)
{
	struct err err = ERR_INIT;
	struct logs logs;
	struct host host;
	int r;

	if (!api_path_host(server, rq, rp, &host))
		return;
	set_host_etag(rp, &host);
	if (!api_may_change(rq, rp, rp->etag))
		return;
	rp->etag[0] = '\0';
	r = hosts_delete(&server->db, &host.mac, &err);
	if (r < 0) {
		reply_error(rp, r, &err);
		return;
	}
	logs = api_logs(server);
	logs_forget(&logs, &host.mac);
	server->say("host %s: deleted by %s", host_label(&host), rq->peer);
	rp->status = 204;
}

static const char *slot_name(enum host_slot slot)
{
	return slot == HOST_DEFAULT ? "default" : "next";
}

static const char *slot_image(const struct host *host, enum host_slot slot)
{
	return slot == HOST_DEFAULT ? host->default_image : host->next_image;
}

/* The etag of a choice; "" of none. */
static void set_slot_etag(struct reply *rp, const struct host *host, enum host_slot slot)
{
	CLEANUP_BUF struct buf text = {0};

	rp->etag[0] = '\0';
	if (!*slot_image(host, slot))
		return;
	buf_init(&text, 512);
	buf_addf(&text, "%s %s %d", slot_name(slot), slot_image(host, slot),
		slot == HOST_NEXT && !host->next_waits);
	reply_set_etag(rp, text.data);
}

static void show_slot(const struct request *rq, struct reply *rp, const struct host *host,
	enum host_slot slot)
{
	set_slot_etag(rp, host, slot);
	if (!request_wants_json(rq)) {
		reply_say(rp, 200, "%s", slot_image(host, slot));
		return;
	}
	if (slot == HOST_DEFAULT)
		reply_json(rp, json_pack("{s:s}", "image", host->default_image));
	else
		reply_json(rp, json_pack("{s:s, s:b}", "image", host->next_image, "wait",
				       host->next_waits));
}

static void get_slot(
	struct server *server, struct request *rq, struct reply *rp, enum host_slot slot)
{
	struct host host;

	if (!api_path_host(server, rq, rp, &host))
		return;
	if (*slot_image(&host, slot))
		show_slot(rq, rp, &host, slot);
	else if (slot == HOST_DEFAULT)
		reply_say(rp, 404, "'%s' has no default of its own; the server's is '%s'",
			rq->params[0], server->config.default_image);
	else
		reply_say(rp, 404, "'%s' has no next image", rq->params[0]);
}

/* {"image": SPELLING} as the spelling alone, in place. */
static int spelling_of_json(char *text, struct err *err)
{
	CLEANUP_JSON json_t *json = json_loads(text, 0, NULL);
	const char *image = json_string_value(json_object_get(json, "image"));

	if (!image || strlen(image) > strlen(text))
		return err_set(
			err, -EINVAL, "the body is no JSON object with an 'image'");
	memmove(text, image, strlen(image) + 1);
	return 0;
}

/* Resolves the body and writes the choice; host then has it. */
static int choose(struct server *server, const struct request *rq, struct host *host,
	char *text, enum host_slot slot, struct err *err)
{
	struct resolve_hint hint = api_hint(server, host);
	char id[IMAGE_ID_TEXT];
	int r = request_has_json(rq) ? spelling_of_json(text, err) : 0;

	if (!r)
		r = resolve_choice(&server->db, text, &hint, id, err);
	if (!r)
		r = hosts_ensure(&server->db, &host->mac, err);
	if (slot == HOST_NEXT)
		host->next_waits = strcmp(request_query(rq, "wait"), "0") != 0;
	if (!r)
		r = hosts_set_image(
			&server->db, &host->mac, slot, id, host->next_waits, err);
	if (!r)
		memcpy(slot == HOST_DEFAULT ? host->default_image : host->next_image, id,
			sizeof(id));
	return r;
}

static void put_slot(
	struct server *server, struct request *rq, struct reply *rp, enum host_slot slot)
{
	CLEANUP_FREE char *text = NULL;
	struct err err = ERR_INIT;
	struct host host;
	int r = hosts_find(&server->db, rq->params[0], &host, &err);

	/* a MAC that nobody has seen is a host from now on; a name is none */
	if (r < 0 && !(r == -ENOENT && host.mac.text[0])) {
		reply_error(rp, r, &err);
		return;
	}
	set_slot_etag(rp, &host, slot);
	if (!api_may_change(rq, rp, rp->etag))
		return;
	text = api_body(rq, rp, IMAGE_BODY_MAX);
	if (!text)
		return;
	r = choose(server, rq, &host, text, slot, &err);
	if (r < 0) {
		rp->etag[0] = '\0';
		reply_error(rp, r, &err);
		return;
	}
	server->say("host %s: %s is %s, says %s", host_label(&host), slot_name(slot),
		slot_image(&host, slot), rq->peer);
	api_thaw_soon(server, slot_image(&host, slot), rp);
	show_slot(rq, rp, &host, slot);
}

static void delete_slot(
	struct server *server, struct request *rq, struct reply *rp, enum host_slot slot)
{
	struct err err = ERR_INIT;
	struct host host;
	int r;

	if (!api_path_host(server, rq, rp, &host))
		return;
	set_slot_etag(rp, &host, slot);
	if (!api_may_change(rq, rp, rp->etag))
		return;
	rp->etag[0] = '\0';
	r = hosts_set_image(&server->db, &host.mac, slot, "", true, &err);
	if (r < 0)
		reply_error(rp, r, &err);
	else
		rp->status = 204;
}

void api_get_default(struct server *server, struct request *rq, struct reply *rp)
{
	get_slot(server, rq, rp, HOST_DEFAULT);
}

void api_put_default(struct server *server, struct request *rq, struct reply *rp)
{
	put_slot(server, rq, rp, HOST_DEFAULT);
}

void api_delete_default(struct server *server, struct request *rq, struct reply *rp)
{
	delete_slot(server, rq, rp, HOST_DEFAULT);
}

void api_get_next(struct server *server, struct request *rq, struct reply *rp)
{
	get_slot(server, rq, rp, HOST_NEXT);
}

void api_put_next(struct server *server, struct request *rq, struct reply *rp)
{
	put_slot(server, rq, rp, HOST_NEXT);
}

void api_delete_next(struct server *server, struct request *rq, struct reply *rp)
{
	delete_slot(server, rq, rp, HOST_NEXT);
}
