// SPDX-License-Identifier: GPL-2.0-or-later
#include "activity.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "builder/job/workplace.h"
#include "builder/slurm/record.h"
#include "lib/clock.h"
#include "lib/file.h"

static int add_running(struct activity *activity, const struct progress_report *now)
{
	struct progress_report *more;

	more = reallocarray(activity->running, activity->n_running + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	activity->running = more;
	more[activity->n_running++] = *now;
	return 0;
}

static int look_at_place(struct activity *activity, const char *path)
{
	struct progress_report now;

	if (!workplace_busy(path) || progress_read(path, &now) < 0)
		return 0;
	return add_running(activity, &now);
}

/* How far a job is, its node alone knows. */
static int add_job(void *ctx, const char *name, const struct image_id *id)
{
	const struct progress_report now = {.id = *id, .phase = "cluster", .left = -1};

	(void)name;
	return add_running(ctx, &now);
}

/* Every workplace there is: --repo makes some that no [tree] names. */
static int look_at_places(struct activity *activity, const char *folder, int level)
{
	CLEANUP_DIR DIR *dir = opendir(folder);
	struct dirent *entry;
	int r = 0;

	while (dir && !r && (entry = readdir(dir))) {
		CLEANUP_BUF struct buf path = {0};

		if (entry->d_name[0] == '.' || entry->d_type != DT_DIR)
			continue;
		buf_init(&path, 4096);
		buf_addf(&path, "%s/%s", folder, entry->d_name);
		if (buf_check(&path))
			continue;
		r = level == 2 ? look_at_place(activity, path.data)
			       : look_at_places(activity, path.data, level + 1);
	}
	return r;
}

bool activity_is_running(
	const struct activity *activity, const struct image_id *id, double *ret_left)
{
	for (size_t i = 0; i < activity->n_running; i++) {
		if (!image_id_equal(&activity->running[i].id, id))
			continue;
		*ret_left = activity->running[i].left;
		return true;
	}
	return false;
}

/* What is under way stands in the queue until it is in the store. */
static int take_queue(struct activity *activity, const struct queue *queue)
{
	double left;

	activity->queue.v = calloc(queue->n + 1, sizeof(*queue->v));
	if (!activity->queue.v)
		return -ENOMEM;
	for (size_t i = 0; i < queue->n; i++)
		if (!activity_is_running(activity, &queue->v[i].id, &left))
			activity->queue.v[activity->queue.n++] = queue->v[i];
	return 0;
}

double activity_busy(const struct activity *activity)
{
	double seconds = 0;

	for (size_t i = 0; i < activity->n_running; i++)
		if (activity->running[i].left > 0)
			seconds += activity->running[i].left;
	return seconds;
}

int activity_gather(struct builder *b, const struct queue *queue,
	const struct recent *recent, struct activity *ret_activity, struct err *err)
{
	CLEANUP_ACTIVITY struct activity activity = {
		.time = clock_wall(), .watched = ask_is_watched(b), .recent = *recent};
	CLEANUP_BUF struct buf work = {0};
	int r;

	buf_init(&work, 4096);
	buf_addf(&work, "%s/work", b->conf.state);
	r = buf_check(&work);
	if (!r)
		r = look_at_places(&activity, work.data, 0);
	if (!r)
		r = slurm_record_each(b->conf.state, add_job, &activity);
	if (!r)
		r = take_queue(&activity, queue);
	if (!r)
		r = schedule_make(b->conf.state, &activity.queue, NULL, recent,
			activity_busy(&activity), &activity.schedule);
	if (r < 0)
		return err_errno(err, r, "cannot tell what is under way");
	r = store_disk(&b->store, &activity.disk, err);
	if (r < 0)
		return r;
	*ret_activity = activity;
	activity = (struct activity){0};
	return 0;
}

void activity_release(struct activity *activity)
{
	free(activity->running);
	free(activity->queue.v);
	schedule_release(&activity->schedule);
	*activity = (struct activity){0};
}

static json_t *running_json(const struct activity *activity)
{
	json_t *list = json_array();

	for (size_t i = 0; i < activity->n_running; i++) {
		const struct progress_report *now = &activity->running[i];
		char id[IMAGE_ID_TEXT], since[CLOCK_ISO_TEXT];

		image_id_format(&now->id, id);
		clock_iso((int64_t)(activity->time - now->elapsed), since);
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:i, s:s, s:f, s:o}", "id", id, "phase",
				now->phase, "percent", now->percent, "since", since,
				"elapsed", now->elapsed, "left",
				now->left < 0 ? json_null() : json_real(now->left)));
	}
	return list;
}

static json_t *queue_json(const struct activity *activity)
{
	size_t counts[WANT_CLASSES] = {0};
	json_t *object = json_object();

	for (size_t i = 0; i < activity->queue.n; i++)
		counts[activity->queue.v[i].class]++;
	for (int i = 0; i < WANT_CLASSES; i++)
		json_object_set_new(
			object, want_class_name(i), json_integer((json_int_t)counts[i]));
	return object;
}

static json_t *count_json(const struct recent_count *count)
{
	return json_pack("{s:I, s:I, s:I}", "built", (json_int_t)count->built, "same",
		(json_int_t)count->same, "failed", (json_int_t)count->failed);
}

json_t *activity_json(const struct activity *activity)
{
	const struct forecast *all = &activity->schedule.all;
	char time[CLOCK_ISO_TEXT];

	clock_iso((int64_t)activity->time, time);
	return json_pack("{s:s, s:b, s:o, s:o, s:f, s:b, s:o, s:o, s:{s:I, s:I, s:I}}",
		"time", time, "watched", activity->watched, "running",
		running_json(activity), "queue", queue_json(activity), "left",
		all->seconds, "partial", all->partial, "hour",
		count_json(&activity->recent.hour), "day",
		count_json(&activity->recent.day), "disk", "size",
		(json_int_t)activity->disk.size, "used", (json_int_t)activity->disk.used,
		"free", (json_int_t)activity->disk.free);
}

int activity_publish(const struct activity *activity, const char *store, struct err *err)
{
	CLEANUP_JSON json_t *json = activity_json(activity);
	CLEANUP_FREE char *text =
		json ? json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : NULL;
	CLEANUP_BUF struct buf path = {0};

	buf_init(&path, 4096);
	buf_addf(&path, "%s/builder.json", store);
	if (!text || buf_check(&path))
		return err_set(err, -ENOMEM, "out of memory");
	return file_replace(path.data, text, strlen(text), err);
}
