// SPDX-License-Identifier: GPL-2.0-or-later
/* Boots and events as text and JSON, and an event's way in. */
#include "boots.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/clock.h"
#include "logs.h"
#include "reply.h"
#include "request.h"

static const char *const keys[] = {
	"stage", "image", "detail", "release", "build_id", "uptime", "init"};

static bool is_key(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

/* Seconds: digits and one point, nothing that only strtod() takes for a number. */
static int set_seconds(double *ret, const char *key, const char *text, struct err *err)
{
	char *end;
	double value;

	if (!*text)
		return 0;
	value = strtod(text, &end);
	if (*end || text[strspn(text, "0123456789.")] || value > 1e9)
		return err_set(
			err, -EINVAL, "'%s' must be seconds, not '%.50s'", key, text);
	*ret = value;
	return 0;
}

static int set_stage(enum stage *ret, const char *text, struct err *err)
{
	int stage = stage_parse(text);

	if (stage < 0)
		return err_set(err, -EINVAL, "there is no stage '%.50s'", text);
	*ret = stage;
	return 0;
}

static int set_image(const char **ret, const char *text, struct err *err)
{
	struct image_id id;

	if (*text && strcmp(text, "local") != 0 && image_id_parse(text, &id, err) < 0)
		return -EINVAL;
	*ret = text;
	return 0;
}

static int set_text(
	const char **ret, const char *key, const char *text, size_t max, struct err *err)
{
	if (strlen(text) >= max)
		return err_set(err, -EINVAL, "'%s' may have %zu bytes", key, max - 1);
	*ret = text;
	return 0;
}

static int set(struct event *e, const struct request_pair *pair, struct err *err)
{
	const char *key = pair->key, *value = pair->value;

	if (!strcmp(key, "stage"))
		return set_stage(&e->stage, value, err);
	if (!strcmp(key, "image"))
		return set_image(&e->image, value, err);
	if (!strcmp(key, "detail"))
		return set_text(&e->detail, key, value, BOOT_DETAIL_TEXT, err);
	if (!strcmp(key, "release"))
		return set_text(&e->release, key, value, 128, err);
	if (!strcmp(key, "build_id"))
		return set_text(&e->build_id, key, value, 128, err);
	if (!strcmp(key, "uptime"))
		return set_seconds(&e->uptime, key, value, err);
	if (!strcmp(key, "init"))
		return set_seconds(&e->init, key, value, err);
	return 0;
}

struct event event_plain(enum stage stage)
{
	return (struct event){.stage = stage,
		.image = "",
		.detail = "",
		.release = "",
		.build_id = "",
		.uptime = NAN,
		.init = NAN};
}

int event_parse(char *text, struct event *ret_event, struct err *err)
{
	struct event event = event_plain(STAGES);
	struct request_pair pair;
	int r;

	while ((r = request_next_pair(&text, is_key, &pair, err)) > 0) {
		r = set(&event, &pair, err);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	if (event.stage == STAGES)
		return err_set(err, -EINVAL, "'stage' is missing from the event");
	*ret_event = event;
	return 0;
}

/* One row of events, in the order of their numbers. */
static sqlite3_stmt *query_events(struct db *db, const struct boot *boot, struct err *err)
{
	return db_query(db, err,
		"SELECT stage, time, uptime, init, image, detail, release, build_id"
		" FROM events WHERE boot = ? ORDER BY number",
		"i", boot->seq);
}

static double number_or_nan(sqlite3_stmt *stmt, int column)
{
	return sqlite3_column_type(stmt, column) == SQLITE_NULL
		       ? NAN
		       : sqlite3_column_double(stmt, column);
}

int boots_breakdown(struct db *db, const struct boot *boot,
	struct breakdown *ret_breakdown, struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = query_events(db, boot, err);
	struct boot_event events[BOOT_EVENTS_MAX + 1];
	size_t n = 0;
	int r = stmt ? 0 : -EIO;

	while (!r && n < ARRAY_SIZE(events) && (r = db_step(db, stmt, err)) > 0) {
		int stage = stage_parse(db_text(stmt, 0));

		r = 0;
		if (stage < 0)
			continue;
		events[n++] = (struct boot_event){.stage = stage,
			.time = number_or_nan(stmt, 1),
			.uptime = number_or_nan(stmt, 2),
			.init = number_or_nan(stmt, 3)};
	}
	if (r < 0)
		return r;
	*ret_breakdown = breakdown_of(events, n);
	return 0;
}

int boot_format(
	const struct logs *logs, const struct boot *boot, struct buf *b, struct err *err)
{
	char started[CLOCK_ISO_TEXT];
	struct breakdown breakdown;
	int r = boots_breakdown(logs->db, boot, &breakdown, err);

	if (r < 0)
		return r;
	clock_iso((int64_t)boot->started, started);
	buf_addf(b, "%s\t%s\t%s\t%s\t", boot->id, boot->state, boot->image, started);
	buf_add_clean(b, boot->release);
	buf_addc(b, '\t');
	buf_add_clean(b, boot->build_id);
	buf_addc(b, '\t');
	for (int i = 0; i < PARTS; i++) {
		buf_addf(b, "%s%s=", i ? " " : "", part_name(i));
		if (isnan(breakdown.seconds[i]))
			buf_addc(b, '-');
		else
			buf_addf(b, "%.2f", breakdown.seconds[i]);
	}
	buf_addc(b, '\t');
	logs_format(logs, boot, b);
	buf_addc(b, '\n');
	return 0;
}

static void add_text(json_t *json, const char *key, const char *text)
{
	if (*text)
		json_object_set_new(json, key, reply_json_text(text));
}

static json_t *event_to_json(sqlite3_stmt *stmt)
{
	json_t *json = json_object();

	json_object_set_new(json, "stage", reply_json_text(db_text(stmt, 0)));
	json_object_set_new(json, "time", json_real(sqlite3_column_double(stmt, 1)));
	if (sqlite3_column_type(stmt, 2) != SQLITE_NULL)
		json_object_set_new(
			json, "uptime", json_real(sqlite3_column_double(stmt, 2)));
	if (sqlite3_column_type(stmt, 3) != SQLITE_NULL)
		json_object_set_new(
			json, "init", json_real(sqlite3_column_double(stmt, 3)));
	add_text(json, "image", db_text(stmt, 4));
	json_object_set_new(json, "detail", reply_json_text(db_text(stmt, 5)));
	add_text(json, "release", db_text(stmt, 6));
	add_text(json, "build_id", db_text(stmt, 7));
	return json;
}

static json_t *events_to_json(struct db *db, const struct boot *boot)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = query_events(db, boot, NULL);
	json_t *events = json_array();

	while (stmt && db_step(db, stmt, NULL) > 0)
		json_array_append_new(events, event_to_json(stmt));
	return events;
}

static json_t *breakdown_to_json(const struct breakdown *breakdown)
{
	json_t *json = json_object();

	for (int i = 0; i < PARTS; i++)
		if (!isnan(breakdown->seconds[i]))
			json_object_set_new(
				json, part_name(i), json_real(breakdown->seconds[i]));
	return json;
}

json_t *boot_to_json(const struct logs *logs, const struct boot *boot)
{
	char started[CLOCK_ISO_TEXT];
	struct breakdown breakdown;
	json_t *json;

	if (boots_breakdown(logs->db, boot, &breakdown, NULL) < 0)
		return NULL;
	clock_iso((int64_t)boot->started, started);
	json = json_object();
	json_object_set_new(json, "boot", json_string(boot->id));
	json_object_set_new(json, "host", json_string(boot->mac.text));
	json_object_set_new(json, "state", json_string(boot->state));
	json_object_set_new(json, "image", reply_json_text(boot->image));
	json_object_set_new(json, "started", json_string(started));
	json_object_set_new(json, "release", reply_json_text(boot->release));
	json_object_set_new(json, "build_id", reply_json_text(boot->build_id));
	json_object_set_new(
		json, "ok", boot->ok < 0 ? json_null() : json_boolean(boot->ok));
	json_object_set_new(json, "detail", reply_json_text(boot->detail));
	json_object_set_new(json, "events", events_to_json(logs->db, boot));
	json_object_set_new(json, "logs", logs_to_json(logs, boot));
	json_object_set_new(json, "breakdown", breakdown_to_json(&breakdown));
	return json;
}
