// SPDX-License-Identifier: GPL-2.0-or-later
/* /v1/holds: images that somebody is going to need, a bisection for example. */
#include "api.h"

#include <errno.h>
#include <string.h>

#include "lib/clock.h"

#define DAY 86400.0
#define DAYS_USUAL 14
#define DAYS_MAX 365
#define NAME_MAX_BYTES 64

static bool name_valid(const char *name)
{
	size_t len = strlen(name);

	return len && len <= NAME_MAX_BYTES &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			    "0123456789.:_-") == len;
}

/* ARCH/CONFIG/COMMIT40, or a range ARCH/CONFIG/COMMIT40..COMMIT40. */
static bool line_valid(char *line)
{
	char *dots = strstr(line, "..");
	struct image_id id;
	bool valid;

	if (dots)
		*dots = '\0';
	valid = image_id_parse(line, &id, NULL) == 0;
	if (dots) {
		*dots = '.';
		valid = valid && image_commit_valid(dots + 2);
	}
	return valid;
}

static int insert(struct server *server, const char *name, const char *image,
	double until, struct err *err)
{
	return db_run(&server->db, err,
		"INSERT OR REPLACE INTO holds(name, image, until) VALUES(?, ?, ?)", "ttd",
		name, image, until);
}

static int remove_all(struct server *server, const char *name, struct err *err)
{
	return db_run(&server->db, err, "DELETE FROM holds WHERE name = ?", "t", name);
}

/* -EINVAL with a sentence for a line that names nothing. */
static int replace(struct server *server, const char *name, char *text, double until,
	struct err *err)
{
	int r = remove_all(server, name, err);

	for (char *line = strtok_r(text, "\r\n", &text); !r && line;
		line = strtok_r(NULL, "\r\n", &text))
		r = line_valid(line)
			    ? insert(server, name, line, until, err)
			    : err_set(err, -EINVAL,
				      "'%.200s' is neither ARCH/CONFIG/COMMIT40 nor a "
				      "range ARCH/CONFIG/COMMIT40..COMMIT40",
				      line);
	return r;
}

void api_put_hold(struct server *server, struct request *rq, struct reply *rp)
{
	const char *name = rq->params[0];
	CLEANUP_FREE char *text = NULL;
	struct err err = ERR_INIT;
	unsigned int days;
	int r;

	if (!name_valid(name)) {
		reply_say(rp, 400, "a hold's name is made of letters, digits and .:_-");
		return;
	}
	if (!api_query_number(rq, rp, "days", DAYS_USUAL, DAYS_MAX, &days))
		return;
	text = api_body(rq, rp, REQUEST_BODY_MAX);
	if (!text)
		return;
	r = db_begin(&server->db, &err);
	if (!r) {
		r = replace(server, name, text, server->now() + days * DAY, &err);
		if (r < 0)
			db_end(&server->db, false, NULL);
		else
			r = db_end(&server->db, true, &err);
	}
	if (r < 0)
		reply_error(rp, r, &err);
	else
		rp->status = 204;
}

void api_delete_hold(struct server *server, struct request *rq, struct reply *rp)
{
	const char *name = rq->params[0];
	struct err err = ERR_INIT;
	int r = remove_all(server, name, &err);

	if (r < 0)
		reply_error(rp, r, &err);
	else if (!db_changes(&server->db))
		reply_say(rp, 404, "there is no hold '%.100s'", name);
	else
		rp->status = 204;
}

void api_list_holds(struct server *server, struct request *rq, struct reply *rp)
{
	struct err err = ERR_INIT;
	CLEANUP_STATEMENT sqlite3_stmt *stmt = db_query(&server->db, &err,
		"SELECT name, image, until FROM holds WHERE until > ? ORDER BY name, "
		"image",
		"d", server->now());
	CLEANUP_JSON json_t *json = request_wants_json(rq) ? json_array() : NULL;
	int r = stmt ? 0 : -EIO;

	while (!r && (r = db_step(&server->db, stmt, &err)) > 0) {
		const char *name = db_text(stmt, 0), *image = db_text(stmt, 1);
		char until[CLOCK_ISO_TEXT];

		r = 0;
		clock_iso((int64_t)sqlite3_column_double(stmt, 2), until);
		if (json)
			json_array_append_new(
				json, json_pack("{s:s, s:s, s:s}", "name", name, "image",
					      image, "until", until));
		else
			buf_addf(&rp->body, "%s\t%s\t%s\n", name, image, until);
	}
	if (r < 0)
		reply_error(rp, r, &err);
	else if (json)
		reply_json(rp, json_pack("{s:O}", "holds", json));
}
