// SPDX-License-Identifier: GPL-2.0-or-later
#include "share.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "announce.h"
#include "bisect/judge/confirm.h"
#include "lib/clock.h"

#define OUTSIDE UINT32_MAX

/* A commit that has an image, or that was judged. */
struct holder {
	char kernel[KERNEL_TEXT];
	uint32_t number;         /* OUTSIDE the range */
	const struct step *step; /* that judged it; NULL */
};

struct holders {
	struct holder *v;
	size_t n;
};

static int find_kernel(const struct world *w, const char *commit,
	char ret_kernel[KERNEL_TEXT], struct err *err)
{
	return w->builder->kernel(w->builder_ctx, commit, ret_kernel, err);
}

static int add(struct holders *holders, const struct world *world, const char *commit,
	uint32_t number, const struct step *step, struct err *err)
{
	struct holder *holder = &holders->v[holders->n];
	int r = find_kernel(world, commit, holder->kernel, err);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	holder->number = number;
	holder->step = step;
	holders->n++;
	return 0;
}

static int list_holders(struct holders *holders, const struct stock *stock,
	const struct past *past, const struct world *world, struct err *err)
{
	const struct history *h = stock->history;
	int r = 0;

	for (size_t i = 0; r == 0 && i < h->graph.n; i++)
		if (stock->price_of[i] == PRICE_THERE)
			r = add(holders, world, h->commits[i], i, NULL, err);
	for (size_t i = 0; r == 0 && i < past->n_steps; i++) {
		const struct step *step = &past->steps[i];
		size_t number = 0;
		bool is_in = history_find(h, step->commit, &number) == 0;

		r = add(holders, world, step->commit, is_in ? number : OUTSIDE, step,
			err);
	}
	return r;
}

static int by_kernel(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;
	int r = memcmp(x->kernel, y->kernel, sizeof(x->kernel));

	return r ? r : (x->number > y->number) - (x->number < y->number);
}

static void mark_image(struct stock *stock, uint32_t image, const struct holder *holder)
{
	enum mark mark = stock_mark(holder->step);

	if (holder->number == OUTSIDE && stock->image_marks[image] != MARK_GOOD)
		stock->image_marks[image] = mark;
}

/* Those of one kernel, sorted: commits of the range come first. */
static void share(struct stock *stock, const struct holder *v, size_t n)
{
	uint32_t image = v[0].number;

	for (size_t i = 0; i < n && image != OUTSIDE; i++) {
		if (v[i].number != OUTSIDE)
			stock->image_of[v[i].number] = image;
		if (v[i].step)
			mark_image(stock, image, &v[i]);
	}
}

int share_images(struct stock *stock, const struct past *past, const struct world *world,
	struct err *err)
{
	size_t n = stock->history->graph.n;
	struct holders holders = {.v = calloc(n + past->n_steps + 1, sizeof(*holders.v))};
	CLEANUP_FREE struct holder *v = holders.v;
	int r;

	if (!v)
		return err_set(err, -ENOMEM, "out of memory");
	r = list_holders(&holders, stock, past, world, err);
	if (r < 0)
		return r;
	qsort(v, holders.n, sizeof(*v), by_kernel);
	for (size_t i = 0; i < n; i++)
		stock->image_of[i] = IMAGE_OWN;
	for (size_t i = 0, end; i < holders.n; i = end) {
		for (end = i + 1; end < holders.n && !strcmp(v[i].kernel, v[end].kernel);
			end++)
			;
		share(stock, v + i, end - i);
	}
	stock->known.image_of = stock->image_of;
	stock->known.image_marks = stock->image_marks;
	return 0;
}

bool share_is_same(const struct world *world, const char *a, const char *b)
{
	char x[KERNEL_TEXT], y[KERNEL_TEXT];

	return find_kernel(world, a, x, NULL) == 0 &&
	       find_kernel(world, b, y, NULL) == 0 && !strcmp(x, y);
}

const struct step *share_find(
	const struct past *past, const struct world *world, const char *commit)
{
	char wanted[KERNEL_TEXT], kernel[KERNEL_TEXT];
	const struct step *step;

	if (find_kernel(world, commit, wanted, NULL) < 0)
		return NULL;
	for (size_t i = 0; (step = past_step(past, i)); i++)
		if (!confirm_is_cold(step->role) &&
			find_kernel(world, step->commit, kernel, NULL) == 0 &&
			!strcmp(kernel, wanted))
			return step;
	return NULL;
}

void share_take(struct step *step, const struct step *other)
{
	step->verdict = other->verdict;
	step->another = other->another;
	snprintf(step->same_as, sizeof(step->same_as), "%s", other->commit);
	snprintf(step->why, sizeof(step->why),
		"it has the image of %.12s, judged in step %u: %.300s", other->commit,
		other->number, other->why);
}

bool share_mixed(const struct past *past, const struct world *world,
	const struct step **ret_good, const struct step **ret_bad)
{
	for (size_t i = 0; world && i < past->n_steps; i++) {
		const struct step *good = &past->steps[i];

		for (size_t j = 0; good->verdict == VERDICT_GOOD && j < past->n_steps;
			j++) {
			const struct step *bad = &past->steps[j];

			if (bad->verdict != VERDICT_BAD ||
				!share_is_same(world, good->commit, bad->commit))
				continue;
			*ret_good = good;
			*ret_bad = bad;
			return true;
		}
	}
	return false;
}

/* A step without a boot. */
static int record(struct run *run, const char *commit, size_t candidates,
	const struct step *other, struct err *err)
{
	const struct world *w = run->bench.world;
	struct step step = {.exit_code = -1, .candidates = candidates};
	CLEANUP_BUF struct buf b;
	int r = run_name_step(run, commit, "same-image", &step, err);

	buf_init(&b, RECORD_MAX);
	if (r < 0)
		return r;
	cost_init(&step.cost);
	step.cost.seconds[COST_TOTAL] = 0;
	clock_iso(w->clock->wall(w->clock_ctx), step.finished);
	share_take(&step, other);
	record_step(&b, &step, &run->past->terms);
	r = journal_append(run->journal, &b, err);
	if (!r)
		r = past_add(run->past, &step);
	if (!r)
		run_announce_verdict(run, &step);
	return r;
}

/* The newest candidate that is good by its image, else the oldest that is bad; n: none.
 */
static size_t pick(
	const struct range *range, const struct known *own, const enum mark *marks)
{
	size_t n = range->graph.n;

	for (size_t i = n; i-- > 0;)
		if (marks[range->outer[i]] == MARK_GOOD)
			return i;
	for (size_t i = 0; i < n; i++)
		if (marks[range->outer[i]] == MARK_BAD &&
			own->marks[range->outer[i]] != MARK_BAD &&
			range->outer[i] != own->bad)
			return i;
	return n;
}

/* One of the verdicts; *ret_done when git needs no more of them. */
static int conclude_one(struct run *run, bool *ret_done, struct err *err)
{
	CLEANUP_STOCK struct stock stock = {0};
	CLEANUP_RANGE struct range range = {0};
	CLEANUP_FREE enum mark *marks = NULL;
	const struct step *other = NULL;
	struct known own;
	size_t at;
	int r = stock_take(
		&stock, run->history, run->past, run->bad, run->bench.world, err);

	if (r < 0)
		return r;
	own = stock.known;
	own.image_of = NULL;
	marks = calloc(own.graph->n + 1, sizeof(*marks));
	if (!marks || range_marks(&stock.known, marks) < 0 ||
		range_make(&own, &range) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	at = range.total > 1 ? pick(&range, &own, marks) : range.graph.n;
	if (at < range.graph.n)
		other = share_find(run->past, run->bench.world,
			run->history->commits[range.outer[at]]);
	*ret_done = !other;
	return other ? record(run, run->history->commits[range.outer[at]], range.total,
			       other, err)
		     : 0;
}

int share_conclude(struct run *run, struct err *err)
{
	bool done = false;
	int r = 0;

	while (r == 0 && !done)
		r = conclude_one(run, &done, err);
	return r;
}
