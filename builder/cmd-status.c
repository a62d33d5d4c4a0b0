// SPDX-License-Identifier: GPL-2.0-or-later
/* status: what is built, failed, queued and running. It looks and changes nothing. */
#include "builder.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cold/freeze.h"
#include "costs.h"
#include "lib/file.h"
#include "progress.h"
#include "wanted.h"
#include "workplace.h"

#define LISTED 10 /* of each kind, for people */

struct counts {
	size_t built, failed;
	size_t hot, packs; /* images with all files; packs, those of hot images too */
	uint64_t hot_bytes, pack_bytes;
};

struct report {
	struct builder *b;
	struct counts counts;
	struct queue queue;
	json_t *running, *queued, *failed;
	double left; /* seconds for the queue; what is unknown is not in it */
};

static json_t *id_object(const struct image_id *id)
{
	char text[IMAGE_ID_TEXT];

	image_id_format(id, text);
	return json_pack("{s:s}", "id", text);
}

static void workplace_path(const struct report *report, const struct conf_tree *tree,
	const char *arch, const char *config, struct buf *b)
{
	buf_init(b, 4096);
	buf_addf(b, "%s/work/%s/%s/%s", report->b->conf.state, tree->name, arch, config);
}

static int look_at_place(struct report *report, const char *path)
{
	struct progress_report now;
	json_t *object;

	if (!workplace_busy(path) || progress_read(path, &now) < 0)
		return 0;
	object = id_object(&now.id);
	json_object_set_new(object, "phase", json_string(now.phase));
	json_object_set_new(object, "percent", json_integer(now.percent));
	json_object_set_new(object, "elapsed", json_real(now.elapsed));
	json_object_set_new(
		object, "left", now.left < 0 ? json_null() : json_real(now.left));
	json_array_append_new(report->running, object);
	if (now.left > 0)
		report->left += now.left;
	return 0;
}

/* Every workplace there is: --repo makes some that no [tree] names. */
static int look_at_places(struct report *report, const char *folder, int level)
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
		r = level == 2 ? look_at_place(report, path.data)
			       : look_at_places(report, path.data, level + 1);
	}
	return r;
}

static bool is_running(const struct report *report, const struct image_id *id)
{
	char text[IMAGE_ID_TEXT];
	json_t *value;
	size_t i;

	image_id_format(id, text);
	json_array_foreach(report->running, i, value)
	{
		if (!strcmp(json_string_value(json_object_get(value, "id")), text))
			return true;
	}
	return false;
}

static void add_queued(struct report *report, const struct want *want)
{
	CLEANUP_BUF struct buf path = {0};
	struct costs costs;
	double seconds;
	json_t *object;

	if (is_running(report, &want->id))
		return;
	workplace_path(report, want->tree, want->id.arch, want->id.config, &path);
	costs_read(path.data, &costs);
	seconds = costs_expect(&costs, false).seconds;
	if (!seconds)
		seconds = costs_expect(&costs, true).seconds;
	object = id_object(&want->id);
	json_object_set_new(object, "wish", json_boolean(want->class == WANT_WISH));
	json_object_set_new(
		object, "seconds", seconds ? json_real(seconds) : json_null());
	json_array_append_new(report->queued, object);
	report->left += seconds;
}

static int add_failed(void *ctx, const struct image_id *id)
{
	struct report *report = ctx;
	CLEANUP_IMAGE struct image image = {0};
	json_t *object;

	report->counts.failed++;
	if (store_load(&report->b->store, id, false, &image, NULL) < 0)
		return 0;
	object = id_object(id);
	json_object_set_new(object, "subject", json_string(image.subject));
	json_object_set_new(object, "error", json_string(image.error));
	json_object_set_new(object, "published", json_string(image.published));
	json_array_append_new(report->failed, object);
	return 0;
}

static int add_built(void *ctx, const struct image_id *id)
{
	struct report *report = ctx;
	struct counts *counts = &report->counts;
	CLEANUP_IMAGE struct image image = {0};

	counts->built++;
	if (store_load(&report->b->store, id, true, &image, NULL) < 0 ||
		!store_is_hot(&report->b->store, &image))
		return 0;
	counts->hot++;
	for (size_t i = 0; i < image.n_files; i++)
		counts->hot_bytes += image.files[i].size;
	return 0;
}

static int gather(struct report *report, struct err *err)
{
	struct builder *b = report->b;
	CLEANUP_BUF struct buf work = {0};
	int r = store_each(&b->store, true, add_built, report, err);

	if (!r)
		r = store_each(&b->store, false, add_failed, report, err);
	freeze_count(&b->store, &report->counts.packs, &report->counts.pack_bytes);
	buf_init(&work, 4096);
	buf_addf(&work, "%s/work", b->conf.state);
	if (!r)
		r = look_at_places(report, work.data, 0);
	if (!r)
		r = wanted_collect(b, false, &report->queue, err);
	for (size_t i = 0; !r && i < report->queue.n; i++)
		add_queued(report, &report->queue.v[i]);
	return r;
}

static void show_running(const struct report *report)
{
	json_t *value;
	size_t i;

	json_array_foreach(report->running, i, value)
	{
		json_t *left = json_object_get(value, "left");
		CLEANUP_BUF struct buf text = {0};

		buf_init(&text, 64);
		progress_duration(json_is_null(left) ? -1 : json_real_value(left), &text);
		printf("running\t%s\t%s\t%lld %%\t%s left\n",
			json_string_value(json_object_get(value, "id")),
			json_string_value(json_object_get(value, "phase")),
			(long long)json_integer_value(json_object_get(value, "percent")),
			text.data);
	}
}

static void show_list(const char *word, const json_t *list, const char *key)
{
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n && i < LISTED; i++) {
		const json_t *value = json_array_get(list, i);
		const char *more = json_string_value(json_object_get(value, key));
		CLEANUP_BUF struct buf line = {0};

		buf_init(&line, 1024);
		if (more && *more)
			buf_addf(&line, "%.*s", (int)strcspn(more, "\n") % 200, more);
		printf("%s\t%s", word, json_string_value(json_object_get(value, "id")));
		if (line.len)
			printf("\t%s", line.data);
		putchar('\n');
	}
	if (n > LISTED)
		printf("%s\tand %zu more\n", word, n - LISTED);
}

static void show_text(const struct report *report)
{
	const struct counts *c = &report->counts;
	CLEANUP_BUF struct buf left = {0};

	buf_init(&left, 64);
	progress_duration(report->left, &left);
	printf("built %zu, failed %zu, running %zu, queued %zu, about %s left\n",
		report->counts.built, report->counts.failed,
		json_array_size(report->running), json_array_size(report->queued),
		left.data);
	printf("hot %zu in %.1f MB, cold %zu, packs %zu in %.1f MB\n", c->hot,
		(double)c->hot_bytes / 1e6, c->built - c->hot, c->packs,
		(double)c->pack_bytes / 1e6);
	show_running(report);
	show_list("queued", report->queued, "");
	show_list("failed", report->failed, "error");
}

static int show_json(const struct report *report)
{
	const struct counts *c = &report->counts;
	CLEANUP_JSON json_t *all = json_pack(
		"{s:I, s:O, s:O, s:O, s:f, s:{s:I, s:I, s:I, s:I, s:I}}", "built",
		(json_int_t)c->built, "failed", report->failed, "running",
		report->running, "queued", report->queued, "left", report->left, "disk",
		"hot", (json_int_t)c->hot, "hot_bytes", (json_int_t)c->hot_bytes, "cold",
		(json_int_t)(c->built - c->hot), "packs", (json_int_t)c->packs,
		"pack_bytes", (json_int_t)c->pack_bytes);

	if (!all || json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) < 0)
		return EXIT_INFRA;
	putchar('\n');
	return EXIT_THERE;
}

int builder_status(struct builder *b, const struct strvec *words, struct err *err)
{
	struct report report = {.b = b,
		.running = json_array(),
		.queued = json_array(),
		.failed = json_array()};
	int code = EXIT_THERE;

	if (words->n) {
		err_set(err, -1, "status takes no '%.100s'", words->v[0]);
		return EXIT_INPUT;
	}
	if (gather(&report, err) < 0)
		code = EXIT_INFRA;
	else if (b->conf.json)
		code = show_json(&report);
	else
		show_text(&report);
	queue_release(&report.queue);
	json_decref(report.running);
	json_decref(report.queued);
	json_decref(report.failed);
	return code;
}
