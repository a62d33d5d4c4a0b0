// SPDX-License-Identifier: GPL-2.0-or-later
#include "prune.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "builder/cold/freeze.h"
#include "builder/cold/named.h"
#include "gone.h"
#include "lib/clock.h"
#include "links.h"

#define DAY 86400.0

void prune_release(struct prune *prune)
{
	gather_release(&prune->gather);
}

static struct retain_rule rule_of(const struct conf *conf)
{
	return (struct retain_rule){.age = conf->prune_after * DAY};
}

static int ask_server(struct gather *gather, struct err *err)
{
	CLEANUP_STRVEC struct strvec lines = STRVEC_INIT;
	int r = named_get(gather->conf->server, &lines, err);

	return r < 0 ? r : gather_used(gather, &lines, err);
}

int prune_decide(struct prune *prune, struct err *err)
{
	struct gather *gather = &prune->gather;
	const struct conf *conf = gather->conf;
	const struct retain_rule rule = rule_of(conf);
	int r = gather_images(gather, err);

	if (!r && !conf->server && conf->prune_after)
		r = err_set(err, -EINVAL,
			"nothing is removed: there is no 'server' that says what is "
			"used");
	if (!r && !conf->n_trees && conf->prune_after)
		r = err_set(err, -EINVAL,
			"nothing is removed: there is no [tree NAME] that says what is "
			"newest");
	if (!r && conf->server)
		r = ask_server(gather, err);
	if (!r)
		r = gather_pinned(gather, err);
	if (!r)
		r = gather_trees(gather, err);
	if (r < 0)
		return r;
	prune->goes = retain_choose(&gather->set, &rule, clock_wall());
	return 0;
}

static bool is_cancelled(const struct prune *prune)
{
	struct pollfd fd = {.fd = prune->cancel_fd, .events = POLLIN};

	return poll(&fd, 1, 0) > 0;
}

/* --- one image, and what shares its files ---------------------------------------------
 */

static bool is_alias(const struct retain_image *image)
{
	return !image_id_equal(&image->of, &image->id);
}

struct entry {
	struct retain_image *image; /* of the list, which keeps its own order */
};

/* What goes, by id. */
struct going {
	struct prune *prune;
	struct entry *by_id; /* owned */
	size_t n;
};

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	char x_id[IMAGE_ID_TEXT], y_id[IMAGE_ID_TEXT];

	image_id_format(&x->image->id, x_id);
	image_id_format(&y->image->id, y_id);
	return strcmp(x_id, y_id);
}

static int index_going(struct going *going, struct prune *prune, struct err *err)
{
	*going = (struct going){.prune = prune, .n = prune->goes};
	going->by_id = calloc(going->n + 1, sizeof(struct entry));
	if (!going->by_id)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < going->n; i++)
		going->by_id[i].image = &prune->gather.set.v[i];
	if (going->n)
		qsort(going->by_id, going->n, sizeof(struct entry), compare_entries);
	return 0;
}

static struct retain_image *find_going(
	const struct going *going, const struct image_id *id)
{
	struct retain_image image = {.id = *id};
	const struct entry key = {&image}, *found = NULL;

	if (going->n)
		found = bsearch(&key, going->by_id, going->n, sizeof(struct entry),
			compare_entries);
	return found ? found->image : NULL;
}

/* An image stays after all, and so does the one that has its files. */
static void let_stay(const struct going *going, struct retain_image *image,
	enum retain_why why, const char *by)
{
	struct retain_image *of = is_alias(image) ? find_going(going, &image->of) : NULL;

	retain_speak(image, why, by);
	if (of)
		retain_speak(of, RETAIN_SHARED, image->id.commit);
}

/* --- the steps, under the lock --------------------------------------------------------
 */

struct fresh {
	struct going *going;
	const struct store *store;
};

/* An alias that was published since the decision keeps the image that it is of. */
static int heed_new_alias(void *ctx, const struct image_id *id)
{
	const struct fresh *fresh = ctx;
	CLEANUP_IMAGE struct image image = {0};
	struct retain_image *of;
	struct image_id of_id;

	if (find_going(fresh->going, id) ||
		store_load(fresh->store, id, true, &image, NULL) < 0 || !*image.same_as ||
		image_id_parse(image.same_as, &of_id, NULL) < 0)
		return 0;
	of = find_going(fresh->going, &of_id);
	if (of)
		retain_speak(of, RETAIN_SHARED, id->commit);
	return 0;
}

static void put_back(const struct going *going, size_t n)
{
	const struct gather *gather = &going->prune->gather;

	for (size_t i = n; i-- > 0;)
		gone_put_back(gather->store, &gather->set.v[i].id, NULL);
}

/* Out of the way, aliases first. *ret_n: how many of the list were looked at. */
static int take_all(const struct going *going, size_t *ret_n, struct err *err)
{
	struct gather *gather = &going->prune->gather;

	for (*ret_n = 0; *ret_n < going->n; ++*ret_n) {
		struct retain_image *image = &gather->set.v[*ret_n];
		int r;

		if (image->why != RETAIN_GOES)
			continue;
		if (is_cancelled(going->prune))
			return err_set(err, -ECANCELED, "cancelled");
		r = gone_take(gather->store, &image->id, err);
		if (r == -EBUSY || r == -ENOENT)
			let_stay(going, image, RETAIN_BUSY, "");
		else if (r < 0)
			return r;
	}
	return 0;
}

/* Who was given one of them before it was out of the way has told the server so. */
static int ask_again(const struct going *going, struct err *err)
{
	struct gather *gather = &going->prune->gather;
	CLEANUP_GATHER struct gather taken = *gather;
	int r = 0;

	taken.set = (struct retain_set){0};
	for (size_t i = 0; !r && i < going->n; i++)
		if (gather->set.v[i].why == RETAIN_GOES)
			r = retain_add(&taken.set, &gather->set.v[i]);
	retain_sort(&taken.set);
	if (!r)
		r = ask_server(&taken, err);
	for (size_t i = 0; !r && i < taken.set.n; i++) {
		const struct retain_image *one = &taken.set.v[i];

		if (one->why != RETAIN_GOES)
			let_stay(going, find_going(going, &one->id), one->why, one->by);
	}
	return r;
}

/* Those that were taken and stay after all come back, files before their aliases. */
static int return_used(
	const struct going *going, const struct going *taken, struct err *err)
{
	const struct gather *gather = &going->prune->gather;
	int r = 0;

	for (size_t i = taken->n; !r && i-- > 0;)
		if (taken->by_id[i].image->why != RETAIN_GOES)
			r = gone_put_back(gather->store, &taken->by_id[i].image->id, err);
	return r;
}

/* Those that are out of the way now. */
static int list_taken(const struct going *going, struct going *ret, struct err *err)
{
	*ret = (struct going){.prune = going->prune};
	ret->by_id = calloc(going->n + 1, sizeof(struct entry));
	if (!ret->by_id)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < going->n; i++)
		if (going->prune->gather.set.v[i].why == RETAIN_GOES)
			ret->by_id[ret->n++].image = &going->prune->gather.set.v[i];
	return 0;
}

/* Takes out what goes, and nothing else: whatever fails, all is where it was. */
static int take_out(struct going *going, struct err *err)
{
	struct gather *gather = &going->prune->gather;
	struct fresh fresh = {going, gather->store};
	struct going taken = {0};
	size_t n = 0;
	int r = store_each(gather->store, true, heed_new_alias, &fresh, err);

	if (!r)
		r = take_all(going, &n, err);
	if (!r)
		r = list_taken(going, &taken, err);
	if (!r)
		r = ask_again(going, err);
	if (!r)
		r = return_used(going, &taken, err);
	if (r < 0)
		put_back(going, n);
	free(taken.by_id);
	return r < 0 ? r : links_settle(gather->store, err);
}

/* --- and for good ---------------------------------------------------------------------
 */

/* One image of each arch and config there is. */
static int list_targets(
	const struct retain_set *set, const struct image_id ***ret, size_t *ret_n)
{
	const struct image_id **targets = calloc(set->n + 1, sizeof(const void *));
	size_t n = 0;

	for (size_t i = 0; targets && i < set->n; i++) {
		const struct image_id *id = &set->v[i].id;
		size_t j = 0;

		while (j < n && (strcmp(targets[j]->arch, id->arch) ||
					strcmp(targets[j]->config, id->config)))
			j++;
		if (j == n)
			targets[n++] = id;
	}
	*ret = targets;
	*ret_n = n;
	return targets ? 0 : -ENOMEM;
}

static int sweep_packs(struct prune *prune, struct err *err)
{
	CLEANUP_FREEZER struct freezer freezer = {.lock_fd = -1};
	const struct store *store = prune->gather.store;
	CLEANUP_FREE const struct image_id **targets = NULL;
	uint64_t before, after;
	size_t n_targets = 0, n;
	int r = freezer_open(&freezer, store, err);

	if (r == -EAGAIN)
		return 0; /* the next one does it */
	freeze_count(store, &n, &before);
	if (!r)
		r = list_targets(&prune->gather.set, &targets, &n_targets);
	for (size_t i = 0; !r && i < n_targets; i++)
		r = freezer_sweep(&freezer, targets[i], &n, err);
	freeze_count(store, &n, &after);
	if (!r && after < before)
		prune->freed += before - after;
	return r;
}

static int delete_all(struct prune *prune, struct err *err)
{
	struct retain_set *set = &prune->gather.set;
	int r = 0;

	for (size_t i = 0; !r && i < prune->goes; i++) {
		if (set->v[i].why != RETAIN_GOES)
			continue;
		r = gone_delete(prune->gather.store, &set->v[i].id, err);
		if (!r)
			prune->freed += set->v[i].bytes;
	}
	return r;
}

/* Adds those that go, or those that stay, as they are. */
static int add_those(struct retain_set *to, const struct retain_set *from, bool goes)
{
	int r = 0;

	for (size_t i = 0; !r && i < from->n; i++) {
		if ((from->v[i].why == RETAIN_GOES) != goes)
			continue;
		r = retain_add(to, &from->v[i]);
		if (!r)
			to->v[to->n - 1] = from->v[i];
	}
	return r;
}

/* Those that stay after all stand behind the others, which keep their order. */
static int settle_list(struct prune *prune, struct err *err)
{
	struct retain_set *set = &prune->gather.set, after = {0};
	int r = add_those(&after, set, true);

	prune->goes = after.n;
	if (!r)
		r = add_those(&after, set, false);
	if (r < 0) {
		retain_release(&after);
		return err_set(err, r, "out of memory");
	}
	retain_release(set);
	*set = after;
	return 0;
}

static int take_and_delete(struct prune *prune, struct going *going, struct err *err)
{
	CLEANUP_FD int lock = -1;
	int r = gone_lock(prune->gather.store, true, &lock, err);

	if (!r)
		r = take_out(going, err);
	if (!r)
		r = gone_lock_share(lock, err);
	return r < 0 ? r : delete_all(prune, err);
}

int prune_do(struct prune *prune, struct err *err)
{
	struct going going = {0};
	int r = gone_sweep(prune->gather.store, err);

	if (!r)
		r = index_going(&going, prune, err);
	if (!r && going.n)
		r = take_and_delete(prune, &going, err);
	free(going.by_id);
	if (!r)
		r = settle_list(prune, err);
	return r < 0 ? r : sweep_packs(prune, err);
}
