// SPDX-License-Identifier: GPL-2.0-or-later
#include "hold.h"

#include <stdio.h>

#define TEXT_MAX (64 * 1024) /* what the server takes */

void hold_text(const struct params *settings, const struct strvec *goods,
	const struct strvec *releases, const char *bad, struct buf *b)
{
	const char *arch = settings->arch, *config = settings->config;

	buf_addf(b, "%s/%s/%s\n", arch, config, bad);
	for (size_t i = 0; i < goods->n; i++)
		buf_addf(b, "%s/%s/%s..%s\n", arch, config, goods->v[i], bad);
	for (size_t i = 0; !goods->n && i < releases->n; i++)
		buf_addf(b, "%s/%s/%s\n", arch, config, releases->v[i]);
}

/* One controller a host: its MAC is name enough. */
static void name_path(const struct session *s, struct buf *b)
{
	buf_init(b, 128);
	buf_addf(b, "/v1/holds/bisect-%s", s->host.mac.text);
}

static int ask(struct session *s, const char *method, const char *body, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	struct http_request request = {.method = method, .body = body};

	name_path(s, &path);
	request.path = path.data;
	return http_do(s->server.http, &request, NULL, NULL, err);
}

void hold_range(struct session *s)
{
	CLEANUP_BUF struct buf text = {0};
	struct err err = ERR_INIT;
	char line[1200];

	buf_init(&text, TEXT_MAX);
	hold_text(&s->settings, &s->goods, &s->releases.commits, s->bad, &text);
	if (!buf_check(&text) && ask(s, "PUT", text.data, &err) == 0)
		return;
	snprintf(line, sizeof(line), "the server does not hold the range's images: %s",
		err.text);
	view_ops.say(&s->view, line);
}

void hold_drop(struct session *s)
{
	ask(s, "DELETE", NULL, NULL);
}
