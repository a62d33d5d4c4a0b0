// SPDX-License-Identifier: GPL-2.0-or-later
#include "stock.h"

#include <errno.h>
#include <stdlib.h>

#include "share.h"

/* seconds, where nothing was measured yet */
#define BOOT_GUESS 60.0
#define BUILD_GUESS 120.0

enum mark stock_mark(const struct step *step)
{
	switch (step->verdict) {
	case VERDICT_GOOD:
		return MARK_GOOD;
	case VERDICT_BAD:
		return MARK_BAD;
	default:
		return step->attempts ? MARK_SKIP : MARK_BROKEN;
	}
}

static void mark_past(struct stock *stock, const struct past *past)
{
	size_t number;

	for (size_t i = 0; i < past->n_steps; i++)
		/* a good end, or what a replayed log adds, may be outside the range */
		if (past_counts(past, &past->steps[i]) &&
			history_find(stock->history, past->steps[i].commit, &number) == 0)
			stock->marks[number] = stock_mark(&past->steps[i]);
}

static void mark_survey(void *ctx, const char *commit, bool there)
{
	struct stock *stock = ctx;
	size_t number;

	if (history_find(stock->history, commit, &number) < 0)
		return;
	if (there)
		stock->price_of[number] = PRICE_THERE;
	else if (stock->marks[number] == MARK_NONE &&
		 stock->price_of[number] != PRICE_THERE)
		stock->marks[number] = MARK_BROKEN;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median of what the steps took, without builds; or of the builds alone. */
static double median_of_past(const struct past *past, bool builds, double guess)
{
	CLEANUP_FREE double *v = calloc(past->n_steps + 1, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; v && i < past->n_steps; i++) {
		const double *seconds = past->steps[i].cost.seconds;
		double build = seconds[COST_BUILD] > 0 ? seconds[COST_BUILD] : 0;

		if (builds && build > 0)
			v[n++] = build;
		else if (!builds && *past->steps[i].boot && seconds[COST_TOTAL] > build)
			v[n++] = seconds[COST_TOTAL] - build;
	}
	if (!n)
		return guess;
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

struct coming {
	struct stock *stock;
	double since; /* of the one that was begun last */
};

static void mark_coming(void *ctx, const char *commit, double since)
{
	struct coming *coming = ctx;
	struct stock *stock = coming->stock;
	size_t number;

	if (history_find(stock->history, commit, &number) < 0 ||
		stock->price_of[number] != PRICE_BUILD)
		return;
	stock->price_of[number] = PRICE_COMING;
	if (since < coming->since)
		coming->since = since;
}

/* What is being made costs the rest of its build; a tenth at least, who knows. */
static void look_at_orders(struct stock *stock, const struct world *world, double build)
{
	struct coming coming = {stock, build};
	double left;

	world->builder->coming(world->builder_ctx, mark_coming, &coming);
	left = build - coming.since > build / 10 ? build - coming.since : build / 10;
	stock->prices.seconds[PRICE_COMING] = stock->prices.seconds[PRICE_THERE] + left;
}

static int look_into_store(struct stock *stock, const struct past *past,
	const struct world *world, struct err *err)
{
	double boot = median_of_past(past, false, BOOT_GUESS), build = 0;
	int r;

	for (size_t i = 0; i < stock->history->graph.n; i++)
		stock->price_of[i] = PRICE_BUILD;
	r = world->builder->survey(world->builder_ctx, mark_survey, stock, &build, err);
	if (build <= 0)
		build = median_of_past(past, true, BUILD_GUESS);
	stock->prices.seconds[PRICE_THERE] = boot;
	stock->prices.seconds[PRICE_BUILD] = boot + build;
	look_at_orders(stock, world, build);
	for (size_t i = 0; i < stock->history->graph.n; i++)
		stock->missing[i] = stock->price_of[i] != PRICE_THERE;
	return r;
}

int stock_take(struct stock *stock, const struct history *history,
	const struct past *past, const char *bad_end, const struct world *world,
	struct err *err)
{
	size_t n = history->graph.n;
	int r = 0;

	*stock = (struct stock){.history = history,
		.marks = calloc(n + 1, sizeof(*stock->marks)),
		.image_of = calloc(n + 1, sizeof(*stock->image_of)),
		.image_marks = calloc(n + 1, sizeof(*stock->image_marks)),
		.missing = calloc(n + 1, 1),
		.price_of = calloc(n + 1, 1)};
	if (!stock->marks || !stock->price_of || !stock->missing || !stock->image_of ||
		!stock->image_marks)
		return err_set(err, -ENOMEM, "out of memory");
	stock->known = (struct known){.graph = &history->graph, .marks = stock->marks};
	stock->prices =
		(struct prices){.price_of = stock->price_of, .seconds = {1, 1, 1}};
	history_find(history, bad_end, &stock->known.bad);
	mark_past(stock, past);
	if (world)
		r = look_into_store(stock, past, world, err);
	if (world && r == 0)
		r = share_images(stock, past, world, err);
	return r;
}

void stock_release(struct stock *stock)
{
	free(stock->marks);
	free(stock->price_of);
	free(stock->missing);
	free(stock->image_of);
	free(stock->image_marks);
	*stock = (struct stock){0};
}
