// SPDX-License-Identifier: GPL-2.0-or-later
#include "server.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define ANSWER_MAX (1024 * 1024)

static int ask(struct server *server, const char *method, const char *what,
	const char *body, struct buf *answer, struct err *err)
{
	CLEANUP_BUF struct buf path;
	struct http_request request = {.method = method, .body = body};

	buf_init(&path, 1024);
	buf_addf(&path, "/v1/hosts/%s%s", server->host, what);
	request.path = path.data;
	return http_do(server->http, &request, answer, NULL, err);
}

static void copy_text(char *ret, size_t size, const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	snprintf(ret, size, "%s", text ? text : "");
}

int server_find_host(struct server *server, struct server_host *ret_host, struct err *err)
{
	CLEANUP_JSON json_t *json = NULL;
	CLEANUP_BUF struct buf answer;
	char mac[32];
	int r;

	buf_init(&answer, ANSWER_MAX);
	r = ask(server, "GET", "", NULL, &answer, err);
	if (r == -ENOENT)
		return err_set(err, r, "the server knows no host '%s'", server->host);
	if (r < 0)
		return r;
	*ret_host = (struct server_host){0};
	json = json_loadb(answer.data, answer.len, 0, NULL);
	copy_text(mac, sizeof(mac), json, "mac");
	if (mac_parse(mac, &ret_host->mac) < 0)
		return err_set(err, -EINVAL,
			"what the server tells of host '%s' has no MAC in it",
			server->host);
	copy_text(ret_host->arch, sizeof(ret_host->arch), json, "arch");
	copy_text(ret_host->config, sizeof(ret_host->config), json, "config");
	return 0;
}

static int set_next(void *ctx, const char *image, struct err *err)
{
	return ask(ctx, "PUT", "/next?wait=0", image, NULL, err);
}

/* The answer of GET next: the image's id, bare or as JSON. */
static bool names_image(const struct buf *answer, const char *image)
{
	CLEANUP_JSON json_t *json = json_loadb(answer->data, answer->len, 0, NULL);
	const char *text = json_string_value(json_object_get(json, "image"));
	size_t len = strlen(image);

	if (!text)
		text = json_string_value(json_object_get(json, "next"));
	if (!text)
		text = json_string_value(json_object_get(json, "id"));
	if (text)
		return !strcmp(text, image);
	return !strncmp(answer->data, image, len) &&
	       (!answer->data[len] || answer->data[len] == '\n');
}

static int clear_next(void *ctx, const char *image, struct err *err)
{
	struct server *server = ctx;
	CLEANUP_BUF struct buf path, answer;
	struct http_request request = {.method = "GET"};
	char etag[128] = "";
	int r;

	buf_init(&path, 1024);
	buf_init(&answer, ANSWER_MAX);
	buf_addf(&path, "/v1/hosts/%s/next", server->host);
	request.path = path.data;
	r = http_do(server->http, &request, &answer, etag, err);
	if (r == -ENOENT || (r == 0 && !names_image(&answer, image)))
		return 0; /* somebody else's by now, or used up */
	if (r < 0)
		return r;
	request.method = "DELETE";
	request.if_match = *etag ? etag : NULL;
	r = http_do(server->http, &request, NULL, NULL, err);
	return r == -ENOENT || r == -EEXIST ? 0 : r;
}

static int get_next(void *ctx, struct chosen *ret_chosen, struct err *err)
{
	CLEANUP_JSON json_t *json = NULL;
	struct chosen chosen = {0};
	CLEANUP_BUF struct buf answer;
	int r;

	buf_init(&answer, ANSWER_MAX);
	r = ask(ctx, "GET", "/next", NULL, &answer, err);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0) {
		json = json_loadb(answer.data, answer.len, 0, NULL);
		copy_text(chosen.image, sizeof(chosen.image), json, "image");
		chosen.wait = json_is_true(json_object_get(json, "wait"));
	}
	*ret_chosen = chosen;
	return 0;
}

static int give_next(void *ctx, const struct chosen *chosen, struct err *err)
{
	struct server *server = ctx;
	CLEANUP_BUF struct buf path;
	struct http_request request = {
		.method = "PUT", .body = chosen->image, .if_none = true};

	buf_init(&path, 1024);
	buf_addf(&path, "/v1/hosts/%s/next%s", server->host,
		chosen->wait ? "" : "?wait=0");
	request.path = path.data;
	return http_do(server->http, &request, NULL, NULL, err);
}

static int announce(void *ctx, char ret_boot[BOOT_ID_TEXT], struct err *err)
{
	CLEANUP_JSON json_t *json = NULL;
	CLEANUP_BUF struct buf answer;
	const char *id;
	int r;

	buf_init(&answer, ANSWER_MAX);
	r = ask(ctx, "POST", "/boots", "stage=reset", &answer, err);
	if (r < 0)
		return r;
	json = json_loadb(answer.data, answer.len, 0, NULL);
	id = json_string_value(json_object_get(json, "boot"));
	if (!id) {
		answer.data[strcspn(answer.data, "\r\n")] = '\0';
		id = answer.data;
	}
	if (strspn(id, "0123456789abcdef") != 16 || id[16])
		return err_set(
			err, -EINVAL, "the server's answer '%.40s' is no boot id", id);
	snprintf(ret_boot, BOOT_ID_TEXT, "%s", id);
	return 0;
}

static int boots(void *ctx, struct boots *ret_boots, struct err *err)
{
	CLEANUP_BUF struct buf answer;
	int r;

	buf_init(&answer, ANSWER_MAX);
	r = ask(ctx, "GET", "/boots?limit=8", NULL, &answer, err);
	return r < 0 ? r : boots_parse(answer.data, answer.len, ret_boots, err);
}

static int get_mode(void *ctx, char ret_mode[BOOT_MODE_TEXT], struct err *err)
{
	CLEANUP_JSON json_t *json = NULL;
	CLEANUP_BUF struct buf answer;
	int r;

	buf_init(&answer, ANSWER_MAX);
	r = ask(ctx, "GET", "", NULL, &answer, err);
	if (r < 0)
		return r;
	json = json_loadb(answer.data, answer.len, 0, NULL);
	copy_text(ret_mode, BOOT_MODE_TEXT, json, "boot");
	return 0;
}

static int set_mode(void *ctx, const char *mode, struct err *err)
{
	CLEANUP_BUF struct buf body;

	buf_init(&body, 64);
	buf_addf(&body, "boot=%s", mode);
	return ask(ctx, "PATCH", "", body.data, NULL, err);
}

static int get_log(
	void *ctx, const char *boot, enum boot_log log, struct buf *text, struct err *err)
{
	CLEANUP_BUF struct buf what;

	buf_init(&what, 256);
	buf_addf(&what, "/boots/%s/logs/%s", boot, boot_log_name(log));
	return ask(ctx, "GET", what.data, NULL, text, err);
}

const struct server_ops server_ops = {
	.log = get_log,
	.set_next = set_next,
	.clear_next = clear_next,
	.get_next = get_next,
	.give_next = give_next,
	.announce = announce,
	.boots = boots,
	.get_mode = get_mode,
	.set_mode = set_mode,
};
