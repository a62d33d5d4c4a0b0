// SPDX-License-Identifier: GPL-2.0-or-later
#include "retain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word, *text;
} whys[] = {
	[RETAIN_USED] = {"used", "used by"},
	[RETAIN_PINNED] = {"pinned", "kept by"},
	[RETAIN_TAGGED] = {"tagged", "tagged"},
	[RETAIN_NEWEST] = {"newest", "among the newest of"},
	[RETAIN_SHARED] = {"shared", "its files are those of"},
	[RETAIN_NO_RULE] = {"no-rule", "there is no rule"},
	[RETAIN_YOUNG] = {"young", "young"},
	[RETAIN_BUSY] = {"busy", "its files came or went just now"},
	[RETAIN_GOES] = {"goes", "goes"},
};

const char *retain_word(enum retain_why why)
{
	return whys[why].word;
}

void retain_describe(const struct retain_image *image, struct buf *b)
{
	buf_adds(b, whys[image->why].text);
	if (!image->by[0])
		return;
	buf_adds(b, " '");
	buf_add_clean(b, image->by);
	buf_addc(b, '\'');
}

void retain_release(struct retain_set *set)
{
	free(set->v);
	*set = (struct retain_set){0};
}

int retain_add(struct retain_set *set, const struct retain_image *image)
{
	struct retain_image *v = reallocarray(set->v, set->n + 1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	set->v = v;
	v[set->n] = *image;
	v[set->n].why = RETAIN_GOES;
	v[set->n++].by[0] = '\0';
	return 0;
}

static int compare_id(const struct image_id *a, const struct image_id *b)
{
	int r = strcmp(a->commit, b->commit);

	if (!r)
		r = strcmp(a->arch, b->arch);
	return r ? r : strcmp(a->config, b->config);
}

static int by_id(const void *a, const void *b)
{
	return compare_id(&((const struct retain_image *)a)->id,
		&((const struct retain_image *)b)->id);
}

void retain_sort(struct retain_set *set)
{
	if (set->n)
		qsort(set->v, set->n, sizeof(*set->v), by_id);
}

/* The first that is not before the id. */
static size_t lower_bound(const struct retain_set *set, const struct image_id *id)
{
	size_t from = 0, to = set->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (compare_id(&set->v[mid].id, id) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

size_t retain_find(
	const struct retain_set *set, const char *commit, struct retain_image **ret_first)
{
	struct image_id id = {0};
	size_t first, n = 0;

	snprintf(id.commit, sizeof(id.commit), "%s", commit);
	first = lower_bound(set, &id);
	while (first + n < set->n && !strcmp(set->v[first + n].id.commit, id.commit))
		n++;
	*ret_first = set->v + first;
	return n;
}

struct retain_image *retain_find_id(
	const struct retain_set *set, const struct image_id *id)
{
	size_t i = lower_bound(set, id);

	return i < set->n && image_id_equal(&set->v[i].id, id) ? &set->v[i] : NULL;
}

void retain_speak(struct retain_image *image, enum retain_why why, const char *by)
{
	if (why >= image->why)
		return;
	image->why = why;
	snprintf(image->by, sizeof(image->by), "%s", by);
}

static bool is_alias(const struct retain_image *image)
{
	return !image_id_equal(&image->of, &image->id);
}

static void judge(struct retain_image *image, const struct retain_rule *rule, double now)
{
	if (rule->age <= 0)
		retain_speak(image, RETAIN_NO_RULE, "");
	else if (now - image->published < rule->age)
		retain_speak(image, RETAIN_YOUNG, "");
	else if (now - image->touched < RETAIN_GRACE)
		retain_speak(image, RETAIN_BUSY, "");
}

/* What stays keeps the image that has its files. */
static void heed_aliases(struct retain_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct retain_image *image = &set->v[i];
		struct retain_image *of;

		if (image->why == RETAIN_GOES || !is_alias(image))
			continue;
		of = retain_find_id(set, &image->of);
		if (of && of->why == RETAIN_GOES)
			retain_speak(of, RETAIN_SHARED, image->id.commit);
	}
}

/* What goes first, aliases before all others, then the oldest. */
static int by_turn(const void *a, const void *b)
{
	const struct retain_image *x = a, *y = b;
	bool x_goes = x->why == RETAIN_GOES, y_goes = y->why == RETAIN_GOES;

	if (x_goes != y_goes)
		return x_goes ? -1 : 1;
	if (x_goes && is_alias(x) != is_alias(y))
		return is_alias(x) ? -1 : 1;
	if (x->published != y->published)
		return x->published < y->published ? -1 : 1;
	return compare_id(&x->id, &y->id);
}

size_t retain_choose(struct retain_set *set, const struct retain_rule *rule, double now)
{
	size_t goes = 0;

	retain_sort(set);
	for (size_t i = 0; i < set->n; i++)
		judge(&set->v[i], rule, now);
	heed_aliases(set);
	if (set->n)
		qsort(set->v, set->n, sizeof(*set->v), by_turn);
	while (goes < set->n && set->v[goes].why == RETAIN_GOES)
		goes++;
	return goes;
}
