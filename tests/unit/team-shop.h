/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One builder for several simulated hosts and their controller, on the clock of all. A
 * host asks it out of a step that is simulated ahead of that clock: what it has begun by
 * then is there when it is due.
 */
#ifndef TENFOLD_TESTS_TEAM_SHOP_H
#define TENFOLD_TESTS_TEAM_SHOP_H

#include "bisect/sim/builder.h"
#include "tests/unit/team-lab.h"

#define SHOP_CONTROLLER 8 /* a door's number, behind those of the hosts */
#define SHOP_MAX 32

struct shop_door {
	struct shop *shop;
	size_t number;
};

struct shop {
	struct sim_crew *crew;
	struct shop_door doors[SHOP_CONTROLLER + 1];
	double seconds;     /* of a build */
	unsigned int slots; /* builds at a time that nobody waits for */
	bool there[COMMITS_MAX], ahead[COMMITS_MAX];
	struct shop_build {
		size_t number, door;
		double since, due;
	} v[SHOP_MAX];
	size_t n;
	size_t wanted[SHOP_MAX], n_wanted;
	unsigned int orders, used, withdrawn, awaited;
};

static const struct history *shop_history(const struct shop *shop)
{
	return shop->crew->v[0].sim.history;
}

static struct sim *shop_sim(const struct shop_door *door)
{
	return &door->shop->crew->v[door->number % SHOP_CONTROLLER].sim;
}

static double shop_now(const struct shop_door *door)
{
	return door->number == SHOP_CONTROLLER ? door->shop->crew->now
					       : shop_sim(door)->now;
}

static struct shop_build *shop_find_build(struct shop *shop, size_t number)
{
	for (size_t i = 0; i < shop->n; i++)
		if (shop->v[i].number == number)
			return &shop->v[i];
	return NULL;
}

static void shop_begin(struct shop *shop, size_t number, size_t door, double since)
{
	assert_true(shop->n < SHOP_MAX);
	shop->v[shop->n++] =
		(struct shop_build){number, door, since, since + shop->seconds};
}

static void shop_drop(struct shop *shop, size_t at)
{
	shop->v[at] = shop->v[--shop->n];
}

static void shop_begin_wanted(struct shop *shop, double since)
{
	size_t busy = 0;

	for (size_t i = 0; i < shop->n; i++)
		busy += shop->v[i].door == SHOP_CONTROLLER;
	while (shop->n_wanted && busy < shop->slots) {
		size_t number = shop->wanted[0];

		memmove(shop->wanted, shop->wanted + 1,
			--shop->n_wanted * sizeof(*shop->wanted));
		if (shop->there[number] || shop_find_build(shop, number))
			continue;
		shop_begin(shop, number, SHOP_CONTROLLER, since);
		shop->orders++;
		busy++;
	}
}

/* What is due by the clock of all is there. */
static void shop_catch_up(struct shop *shop)
{
	for (;;) {
		size_t first = 0;
		double due;

		for (size_t i = 1; i < shop->n; i++)
			if (shop->v[i].due < shop->v[first].due)
				first = i;
		if (!shop->n || shop->v[first].due > shop->crew->now)
			return;
		due = shop->v[first].due;
		shop->there[shop->v[first].number] = true;
		shop->ahead[shop->v[first].number] =
			shop->v[first].door == SHOP_CONTROLLER;
		shop_drop(shop, first);
		shop_begin_wanted(shop, due);
	}
}

static bool shop_has(struct shop_door *door, size_t number)
{
	struct shop *shop = door->shop;
	const struct shop_build *build;

	shop_catch_up(shop);
	build = shop_find_build(shop, number);
	return shop->there[number] || (build && build->due <= shop_now(door));
}

static int shop_find(
	void *ctx, const char *commit, struct candidate *ret, struct err *err)
{
	struct shop_door *door = ctx;
	struct shop *shop = door->shop;
	size_t number;

	if (history_find(shop_history(shop), commit, &number) == 0) {
		if (!shop_has(door, number))
			return err_set(err, -ENOENT, "there is no image");
		if (door->number != SHOP_CONTROLLER && shop->ahead[number]) {
			shop->ahead[number] = false;
			shop->used++;
		}
	}
	return sim_builder_ops.find(shop_sim(door), commit, ret, err);
}

static int shop_build(void *ctx, const char *commit, struct err *err)
{
	struct shop_door *door = ctx;
	struct sim *sim = shop_sim(door);
	struct shop *shop = door->shop;
	struct shop_build *build;
	size_t number;

	assert_int_equal(history_find(shop_history(shop), commit, &number), 0);
	shop_catch_up(shop);
	build = shop_find_build(shop, number);
	if (!build) {
		shop_begin(shop, number, door->number, sim->now);
		build = shop_find_build(shop, number);
	}
	shop->awaited++;
	sim_pass(sim, build->due - sim->now);
	if (sim->stop_at > 0 && sim_dead(sim))
		return -EINTR;
	return sim->kinds[number] == SIM_BROKEN ? err_set(err, -ENOEXEC, "no build") : 0;
}

/* Its step is not being broken off. */
static bool shop_is_at_work(const struct shop *shop, const struct sim_host *host)
{
	return host->busy && host->due > shop->crew->now;
}

static bool shop_is_awaited(const struct shop *shop, size_t number)
{
	const char *commit = shop_history(shop)->commits[number];

	for (size_t i = 0; i < shop->crew->n; i++)
		if (shop_is_at_work(shop, &shop->crew->v[i]) &&
			!strcmp(shop->crew->v[i].task.step.commit, commit))
			return true;
	return false;
}

static bool shop_is_in(const size_t *list, size_t n, size_t number)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == number)
			return true;
	return false;
}

/* While a host waits for an image, there is no order for another one. */
static void shop_check_order(struct shop *shop)
{
	size_t number;

	for (size_t i = 0; i < shop->crew->n; i++) {
		const struct sim_host *host = &shop->crew->v[i];

		if (!shop_is_at_work(shop, host) ||
			history_find(shop_history(shop), host->task.step.commit,
				&number) < 0 ||
			shop->there[number])
			continue;
		for (size_t k = 0; k < shop->n_wanted; k++)
			assert_true(shop_is_awaited(shop, shop->wanted[k]));
	}
}

static void shop_order(void *ctx, const char *const *commits, size_t n)
{
	struct shop *shop = ((struct shop_door *)ctx)->shop;
	size_t number;

	shop_catch_up(shop);
	shop->n_wanted = 0;
	for (size_t i = 0; i < n && shop->n_wanted < SHOP_MAX; i++)
		if (history_find(shop_history(shop), commits[i], &number) == 0 &&
			!shop->there[number])
			shop->wanted[shop->n_wanted++] = number;
	shop_check_order(shop);
	for (size_t i = shop->n; i-- > 0;) {
		if (shop->v[i].door != SHOP_CONTROLLER ||
			shop_is_in(shop->wanted, shop->n_wanted, shop->v[i].number))
			continue;
		assert_false(shop_is_awaited(shop, shop->v[i].number));
		shop->withdrawn++;
		shop_drop(shop, i);
	}
	shop_begin_wanted(shop, shop->crew->now);
}

static void shop_coming(void *ctx,
	void (*each)(void *each_ctx, const char *commit, double since), void *each_ctx)
{
	struct shop *shop = ((struct shop_door *)ctx)->shop;

	shop_catch_up(shop);
	for (size_t i = 0; i < shop->n; i++)
		each(each_ctx, shop_history(shop)->commits[shop->v[i].number],
			shop->crew->now - shop->v[i].since);
}

static int shop_survey(void *ctx,
	void (*each)(void *each_ctx, const char *commit, bool there), void *each_ctx,
	double *ret_seconds, struct err *err)
{
	struct shop_door *door = ctx;
	const struct history *h = shop_history(door->shop);

	(void)err;
	for (size_t i = 0; i < h->graph.n; i++)
		if (shop_has(door, i))
			each(each_ctx, h->commits[i],
				shop_sim(door)->kinds[i] != SIM_BROKEN);
	*ret_seconds = door->shop->seconds;
	return 0;
}

static int shop_kernel(
	void *ctx, const char *commit, char ret_kernel[KERNEL_TEXT], struct err *err)
{
	struct shop_door *door = ctx;
	size_t number;

	if (history_find(shop_history(door->shop), commit, &number) == 0 &&
		!shop_has(door, number))
		return err_set(err, -ENOENT, "there is no image");
	return sim_builder_ops.kernel(shop_sim(door), commit, ret_kernel, err);
}

static int shop_revert(void *ctx, const char *culprit, const char *onto,
	char ret_commit[IMAGE_COMMIT_TEXT], struct err *err)
{
	return sim_builder_ops.revert(shop_sim(ctx), culprit, onto, ret_commit, err);
}

static const struct builder_ops shop_ops = {
	.find = shop_find,
	.build = shop_build,
	.survey = shop_survey,
	.order = shop_order,
	.coming = shop_coming,
	.kernel = shop_kernel,
	.revert = shop_revert,
};

/* Its builds end with its step. */
static void shop_forget_host(void *ctx, size_t host)
{
	struct shop *shop = ctx;

	shop_catch_up(shop);
	for (size_t i = shop->n; i-- > 0;)
		if (shop->v[i].door == host)
			shop_drop(shop, i);
}

static void shop_open(struct shop *shop, struct sim_crew *crew, double seconds)
{
	*shop = (struct shop){.crew = crew, .seconds = seconds, .slots = 1};
	for (size_t i = 0; i <= SHOP_CONTROLLER; i++)
		shop->doors[i] = (struct shop_door){shop, i};
	for (size_t i = 0; i < crew->n; i++) {
		crew->v[i].world.builder = crew->v[i].outside.builder = &shop_ops;
		crew->v[i].world.builder_ctx = &shop->doors[i];
		crew->v[i].outside.builder_ctx = &shop->doors[SHOP_CONTROLLER];
	}
	crew->on_cancel = shop_forget_host;
	crew->ctx = shop;
}

#endif
