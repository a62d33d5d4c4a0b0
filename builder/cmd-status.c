// SPDX-License-Identifier: GPL-2.0-or-later
/* status: what is built, failed, queued and running. It looks and changes nothing. */
#include "builder.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cold/freeze.h"
#include "keep/full.h"
#include "lib/clock.h"
#include "queue/activity.h"
#include "queue/wanted.h"

#define LISTED 10 /* of each kind, for people */

struct status {
	struct builder *b;
	struct queue queue;
	struct activity activity;
	json_t *failed;           /* newest first */
	size_t built, hot, packs; /* images; with all files; packs, of hot ones too */
	uint64_t hot_bytes, pack_bytes;
};

static json_t *id_object(const struct image_id *id)
{
	char text[IMAGE_ID_TEXT];

	image_id_format(id, text);
	return json_pack("{s:s}", "id", text);
}

static int add_failed(void *ctx, const struct image_id *id)
{
	struct status *status = ctx;
	CLEANUP_IMAGE struct image image = {0};
	json_t *object;

	if (store_load(&status->b->store, id, false, &image, NULL) < 0)
		return 0;
	object = id_object(id);
	json_object_set_new(object, "subject", json_string(image.subject));
	json_object_set_new(object, "error", json_string(image.error));
	json_object_set_new(object, "published", json_string(image.published));
	json_array_append_new(status->failed, object);
	return 0;
}

static int add_built(void *ctx, const struct image_id *id)
{
	struct status *status = ctx;
	CLEANUP_IMAGE struct image image = {0};

	status->built++;
	if (store_load(&status->b->store, id, true, &image, NULL) < 0 ||
		!store_is_hot(&status->b->store, &image))
		return 0;
	status->hot++;
	for (size_t i = 0; i < image.n_files; i++)
		status->hot_bytes += image.files[i].size;
	return 0;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static int newest_first(const void *a, const void *b)
{
	return strcmp(text_of(*(json_t *const *)b, "published"),
		text_of(*(json_t *const *)a, "published"));
}

static int sort_failed(struct status *status)
{
	size_t n = json_array_size(status->failed);
	CLEANUP_FREE json_t **list = calloc(n + 1, sizeof(json_t *));
	json_t *sorted = json_array();

	if (!list || !sorted)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		list[i] = json_array_get(status->failed, i);
	qsort(list, n, sizeof(json_t *), newest_first);
	for (size_t i = 0; i < n; i++)
		json_array_append(sorted, list[i]);
	json_decref(status->failed);
	status->failed = sorted;
	return 0;
}

static int gather(struct status *status, struct err *err)
{
	struct builder *b = status->b;
	struct recent recent;
	int r = store_each(&b->store, true, add_built, status, err);

	if (!r)
		r = store_each(&b->store, false, add_failed, status, err);
	if (!r)
		r = sort_failed(status);
	freeze_count(&b->store, &status->packs, &status->pack_bytes);
	if (!r)
		r = wanted_collect(b, false, &status->queue, err);
	if (!r)
		r = recent_scan(&b->store, clock_wall(), &recent, err);
	return r ? r
		 : activity_gather(b, &status->queue, &recent, &status->activity, err);
}

static void show_running(const struct activity *activity)
{
	for (size_t i = 0; i < activity->n_running; i++) {
		const struct progress_report *now = &activity->running[i];
		CLEANUP_BUF struct buf since = {0}, left = {0};
		char id[IMAGE_ID_TEXT];

		buf_init(&since, 64);
		buf_init(&left, 64);
		image_id_format(&now->id, id);
		progress_duration(now->elapsed, &since);
		progress_duration(now->left, &left);
		printf("running\t%s\t%s\t%d %%\tsince %s\t%s left\n", id, now->phase,
			now->percent, since.data, left.data);
	}
}

static void show_queue(const struct activity *activity)
{
	const struct queue *queue = &activity->queue;

	for (size_t i = 0; i < queue->n && i < LISTED; i++) {
		CLEANUP_BUF struct buf until = {0};
		char id[IMAGE_ID_TEXT];

		buf_init(&until, 64);
		progress_duration(activity->schedule.seconds[i], &until);
		image_id_format(&queue->v[i].id, id);
		printf("queued\t%s\t%s\tin %s\n", id, want_class_name(queue->v[i].class),
			until.data);
	}
	if (queue->n > LISTED)
		printf("queued\tand %zu more\n", queue->n - LISTED);
}

static void show_failed(const json_t *list)
{
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n && i < LISTED; i++) {
		const json_t *value = json_array_get(list, i);
		const char *error = text_of(value, "error");
		CLEANUP_BUF struct buf line = {0};

		buf_init(&line, 1024);
		buf_addf(&line, "%.*s", (int)strcspn(error, "\n") % 200, error);
		printf("failed\t%s%s%s\n", text_of(value, "id"), line.len ? "\t" : "",
			line.data);
	}
	if (n > LISTED)
		printf("failed\tand %zu more\n", n - LISTED);
}

static void show_stopped(const struct builder *b)
{
	CLEANUP_BUF struct buf why = {0};

	buf_init(&why, 4096);
	if (full_why(b->conf.state, &why))
		printf("building has stopped: %s\n", why.data);
}

static void show_counts(const struct status *status)
{
	const struct activity *activity = &status->activity;
	const struct recent_count *hour = &activity->recent.hour,
				  *day = &activity->recent.day;
	size_t of[WANT_CLASSES] = {0};
	CLEANUP_BUF struct buf left = {0};

	for (size_t i = 0; i < activity->queue.n; i++)
		of[activity->queue.v[i].class]++;
	buf_init(&left, 64);
	progress_duration(activity->schedule.all.seconds, &left);
	printf("built %zu, failed %zu, running %zu, queued %zu, about %s left%s\n",
		status->built, json_array_size(status->failed), activity->n_running,
		activity->queue.n, left.data,
		activity->schedule.all.partial ? " and what was never measured" : "");
	printf("queued: %zu wished for, %zu new, %zu back-fill; %s\n", of[WANT_WISH],
		of[WANT_NEW], of[WANT_BACKFILL],
		activity->watched ? "a builder watches" : "no builder watches");
	printf("last hour: %zu made, %zu without a make, %zu failed; last day: %zu, %zu, "
	       "%zu\n",
		hour->built, hour->same, hour->failed, day->built, day->same,
		day->failed);
	printf("hot %zu in %.1f MB, cold %zu, packs %zu in %.1f MB; disk %.1f GB used, "
	       "%.1f GB free\n",
		status->hot, (double)status->hot_bytes / 1e6, status->built - status->hot,
		status->packs, (double)status->pack_bytes / 1e6,
		(double)activity->disk.used / 1e9, (double)activity->disk.free / 1e9);
}

static json_t *queued_json(const struct activity *activity)
{
	json_t *list = json_array();

	for (size_t i = 0; i < activity->queue.n; i++) {
		const struct want *want = &activity->queue.v[i];
		double seconds = activity->schedule.seconds[i];
		json_t *object = id_object(&want->id);

		json_object_set_new(
			object, "class", json_string(want_class_name(want->class)));
		json_object_set_new(object, "seconds",
			seconds < 0 ? json_null() : json_real(seconds));
		json_array_append_new(list, object);
	}
	return list;
}

static int show_json(const struct status *status)
{
	CLEANUP_JSON json_t *all = activity_json(&status->activity);
	json_t *disk = json_object_get(all, "disk");
	CLEANUP_BUF struct buf stopped = {0};

	buf_init(&stopped, 4096);
	full_why(status->b->conf.state, &stopped);
	json_object_set_new(all, "stopped", json_string(stopped.data));
	json_object_set_new(all, "built", json_integer((json_int_t)status->built));
	json_object_set(all, "failed", status->failed);
	json_object_set_new(all, "queued", queued_json(&status->activity));
	json_object_set_new(disk, "hot", json_integer((json_int_t)status->hot));
	json_object_set_new(
		disk, "hot_bytes", json_integer((json_int_t)status->hot_bytes));
	json_object_set_new(
		disk, "cold", json_integer((json_int_t)(status->built - status->hot)));
	json_object_set_new(disk, "packs", json_integer((json_int_t)status->packs));
	json_object_set_new(
		disk, "pack_bytes", json_integer((json_int_t)status->pack_bytes));
	if (!all || json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) < 0)
		return EXIT_INFRA;
	putchar('\n');
	return EXIT_THERE;
}

int builder_status(struct builder *b, const struct strvec *words, struct err *err)
{
	struct status status = {.b = b, .failed = json_array()};
	int code = EXIT_THERE;

	if (words->n) {
		err_set(err, -1, "status takes no '%.100s'", words->v[0]);
		code = EXIT_INPUT;
	} else if (gather(&status, err) < 0) {
		code = EXIT_INFRA;
	} else if (b->conf.json) {
		code = show_json(&status);
	} else {
		show_counts(&status);
		show_stopped(b);
		show_running(&status.activity);
		show_queue(&status.activity);
		show_failed(status.failed);
	}
	activity_release(&status.activity);
	queue_release(&status.queue);
	json_decref(status.failed);
	return code;
}
