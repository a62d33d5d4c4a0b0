// SPDX-License-Identifier: GPL-2.0-or-later
#include "builder-report.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/text.h"
#include "metrics.h"

#define FILE_MAX (1024 * 1024)

const char *builder_class_name(int class)
{
	static const char *const names[BUILDER_CLASSES] = {"wish", "new", "backfill"};

	return names[class];
}

static double number(const json_t *object, const char *key, double usual)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : usual;
}

static double date(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	int64_t seconds = 0;

	return text && clock_parse_iso(text, &seconds) == 0 ? (double)seconds : 0;
}

static int percent_of(const json_t *object)
{
	double percent = number(object, "percent", 0);

	return percent < 0 ? 0 : percent > 100 ? 100 : (int)percent;
}

static bool parse_running(const json_t *object, struct builder_running *ret_running)
{
	const char *id = json_string_value(json_object_get(object, "id"));
	const char *phase = json_string_value(json_object_get(object, "phase"));
	struct image_id parsed;

	if (!id || !phase || image_id_parse(id, &parsed, NULL) < 0)
		return false;
	*ret_running = (struct builder_running){.percent = percent_of(object),
		.since = date(object, "since"),
		.left = number(object, "left", -1)};
	snprintf(ret_running->id, sizeof(ret_running->id), "%s", id);
	snprintf(ret_running->phase, sizeof(ret_running->phase), "%s", phase);
	return true;
}

int builder_report_parse(
	const char *text, size_t len, struct builder_report *ret_report, struct err *err)
{
	CLEANUP_JSON json_t *json = json_loadb(text, len, 0, NULL);
	const json_t *queue = json_object_get(json, "queue"), *value;
	struct builder_report report = {.time = date(json, "time"),
		.watched = json_is_true(json_object_get(json, "watched")),
		.left = number(json, "left", 0),
		.partial = json_is_true(json_object_get(json, "partial"))};
	size_t i;

	if (!report.time)
		return err_set(err, -EINVAL, "builder.json is not what a builder says");
	for (int c = 0; c < BUILDER_CLASSES; c++)
		report.queued[c] =
			json_integer_value(json_object_get(queue, builder_class_name(c)));
	json_array_foreach(json_object_get(json, "running"), i, value)
	{
		if (report.n_running < BUILDER_RUNNING_MAX &&
			parse_running(value, &report.running[report.n_running]))
			report.n_running++;
	}
	*ret_report = report;
	return 0;
}

int builder_report_read(
	const struct store *store, struct builder_report *ret_report, struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, text = {0};
	int r;

	buf_init(&path, STORE_PATH_MAX);
	buf_init(&text, FILE_MAX);
	buf_addf(&path, "%s/builder.json", store->root);
	r = buf_check(&path);
	if (!r)
		r = file_read(path.data, &text, err);
	return r ? r : builder_report_parse(text.data, text.len, ret_report, err);
}

static void add_duration(struct buf *b, double seconds)
{
	if (seconds < 0)
		buf_adds(b, "?");
	else if (seconds < 120)
		buf_addf(b, "%.0f s", seconds);
	else if (seconds < 7200)
		buf_addf(b, "%.0f min", seconds / 60);
	else
		buf_addf(b, "%.1f h", seconds / 3600);
}

static double later(double left, double age)
{
	return left < 0 ? left : left > age ? left - age : 0;
}

static void add_running(
	const struct builder_running *running, double now, double age, struct buf *b)
{
	buf_adds(b, "<tr><td><code>");
	text_add_html(b, running->id, strlen(running->id));
	buf_adds(b, "</code></td><td>");
	text_add_html(b, running->phase, strlen(running->phase));
	buf_addf(b, "</td><td>%d %%</td><td>", running->percent);
	add_duration(b, now > running->since ? now - running->since : 0);
	buf_adds(b, "</td><td>");
	add_duration(b, later(running->left, age));
	buf_adds(b, "</td></tr>\n");
}

void builder_report_html(const struct builder_report *report, double now, struct buf *b)
{
	double age = now > report->time ? now - report->time : 0;

	buf_addf(b,
		"<p>%s; queue: %" PRId64 " wished for, %" PRId64 " new, %" PRId64
		" back-fill, about ",
		report->watched ? "a builder watches" : "no builder watches",
		report->queued[0], report->queued[1], report->queued[2]);
	add_duration(b, later(report->left, age));
	buf_addf(b, " left%s <span class=\"dim\">(as of ",
		report->partial ? " and what was never measured" : "");
	add_duration(b, age);
	buf_adds(b, " ago)</span></p>\n");
	if (!report->n_running)
		return;
	buf_adds(b, "<table><tr><th>being made<th>step<th>done<th>for<th>left</tr>\n");
	for (size_t i = 0; i < report->n_running; i++)
		add_running(&report->running[i], now, age, b);
	buf_adds(b, "</table>\n");
}

void builder_report_metrics(const struct builder_report *report, struct buf *b)
{
	metrics_head(b, "tenfold_builder_report_time_seconds", "gauge",
		"When the builder last said what it is at.");
	buf_addf(b, "tenfold_builder_report_time_seconds %.0f\n", report->time);
	metrics_head(b, "tenfold_builder_watching", "gauge",
		"Whether a builder watched then.");
	buf_addf(b, "tenfold_builder_watching %d\n", report->watched);
	metrics_head(b, "tenfold_builder_running", "gauge", "Images being made then.");
	buf_addf(b, "tenfold_builder_running %zu\n", report->n_running);
	metrics_head(b, "tenfold_builder_queue", "gauge",
		"Images to be made, by why: a wish, new commits, back-fill.");
	for (int i = 0; i < BUILDER_CLASSES; i++)
		buf_addf(b, "tenfold_builder_queue{class=\"%s\"} %" PRId64 "\n",
			builder_class_name(i), report->queued[i]);
	metrics_head(b, "tenfold_builder_left_seconds", "gauge",
		"Seconds for the whole queue, from measured costs.");
	buf_addf(b, "tenfold_builder_left_seconds %.0f\n", report->left);
}
