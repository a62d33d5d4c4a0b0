// SPDX-License-Identifier: GPL-2.0-or-later
#include "recent.h"

#include <string.h>
#include <sys/stat.h>

#include "lib/clock.h"

struct scan {
	const struct store *store;
	struct recent *recent;
	bool built;
	double now;
};

static void count(struct recent_count *count, const struct image *image)
{
	if (!image->built)
		count->failed++;
	else if (!strcmp(image->how, "same"))
		count->same++;
	else
		count->built++;
}

void recent_add(struct recent *recent, const struct image *image, double now)
{
	int64_t published;

	if (clock_parse_iso(image->published, &published) < 0 ||
		now - (double)published > RECENT_DAY)
		return;
	count(&recent->day, image);
	if (now - (double)published <= RECENT_HOUR)
		count(&recent->hour, image);
	if (image->built && !strcmp(image->how, "same"))
		recent->same_seconds += image->seconds;
}

double recent_same_seconds(const struct recent *recent)
{
	return recent->day.same ? recent->same_seconds / (double)recent->day.same : 0;
}

double recent_share(const struct recent *recent)
{
	size_t all = recent->day.same + recent->day.built;

	return all ? (double)recent->day.same / (double)all : 0;
}

static int look(void *ctx, const struct image_id *id)
{
	struct scan *scan = ctx;
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_BUF struct buf path = {0};
	struct stat st;

	buf_init(&path, STORE_PATH_MAX);
	store_image_path(scan->store, id, scan->built, &path);
	buf_adds(&path, "/image.json");
	if (buf_check(&path) || stat(path.data, &st) < 0 ||
		scan->now - (double)st.st_mtim.tv_sec > RECENT_DAY)
		return 0;
	if (store_load(scan->store, id, scan->built, &image, NULL) == 0)
		recent_add(scan->recent, &image, scan->now);
	return 0;
}

int recent_scan(
	const struct store *store, double now, struct recent *ret_recent, struct err *err)
{
	struct recent recent = {0};
	struct scan scan = {.store = store, .recent = &recent, .built = true, .now = now};
	int r = store_each(store, true, look, &scan, err);

	scan.built = false;
	if (!r)
		r = store_each(store, false, look, &scan, err);
	if (!r)
		*ret_recent = recent;
	return r;
}
