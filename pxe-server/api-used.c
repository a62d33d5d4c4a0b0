// SPDX-License-Identifier: GPL-2.0-or-later
/* GET /v1/used, the images that somebody counts on; and cold ones, asked back. */
#include "api.h"

#include <errno.h>
#include <string.h>

#define RECENT 86400.0 /* seconds that a boot's image counts as used */

/* Choices, recent boots and the last boot of all hosts, and what is held. */
static int put_named(struct server *server, struct reply *rp, struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = db_query(&server->db, err,
		"SELECT default_image FROM hosts UNION SELECT next_image FROM hosts"
		" UNION SELECT good_image FROM hosts"
		" UNION SELECT image FROM boots WHERE started > ?1"
		" UNION SELECT image FROM boots"
		" WHERE seq IN (SELECT max(seq) FROM boots GROUP BY mac)"
		" UNION SELECT image FROM holds WHERE until > ?2 ORDER BY 1",
		"dd", server->now() - RECENT, server->now());
	int r = stmt ? 0 : -EIO;

	while (!r && (r = db_step(&server->db, stmt, err)) > 0) {
		const char *id = db_text(stmt, 0);

		r = 0;
		if (*id && strcmp(id, "local") != 0)
			buf_addf(&rp->body, "%s\n", id);
	}
	return r;
}

void api_used(struct server *server, struct request *rq, struct reply *rp)
{
	const struct host nobody = {0};
	struct api_choices choices;
	struct err err = ERR_INIT;
	int r = put_named(server, rp, &err);

	(void)rq;
	if (r < 0) {
		reply_error(rp, r, &err);
		return;
	}
	/* what the server's own default means now */
	api_choices(server, &nobody, &choices);
	if (strcmp(choices.usual, "local") != 0)
		buf_addf(&rp->body, "%s\n", choices.usual);
}

bool api_needs_thaw(
	struct server *server, const struct image *image, struct reply *rp, bool wait)
{
	if (store_is_hot(&server->store, image))
		return false;
	if (image->same_as && *image->same_as)
		snprintf(rp->thaw, sizeof(rp->thaw), "%s", image->same_as);
	else
		image_id_format(&image->id, rp->thaw);
	rp->thaw_waits = wait;
	return true;
}

void api_thaw_soon(struct server *server, const char *image_id, struct reply *rp)
{
	CLEANUP_IMAGE struct image image = {0};
	struct image_id id;

	if (!image_id_parse(image_id, &id, NULL) &&
		!store_load(&server->store, &id, true, &image, NULL))
		api_needs_thaw(server, &image, rp, false);
}
