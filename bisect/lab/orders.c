// SPDX-License-Identifier: GPL-2.0-or-later
#include "orders.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"

static bool is_in(const struct strvec *list, const char *commit)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i], commit))
			return true;
	return false;
}

static void withdraw(struct order *order)
{
	order->withdrawn = true;
	child_ask(&order->child);
}

/* Running, and not about to end. */
static struct order *find(struct orders *orders, const char *commit)
{
	for (size_t i = 0; i < orders->n; i++)
		if (!orders->v[i].withdrawn && !strcmp(orders->v[i].commit, commit))
			return &orders->v[i];
	return NULL;
}

static size_t count_running(const struct orders *orders)
{
	size_t n = 0;

	for (size_t i = 0; i < orders->n; i++)
		n += !orders->v[i].withdrawn;
	return n;
}

static int begin(struct orders *orders, const char *commit, bool behind, struct err *err)
{
	struct order *order = &orders->v[orders->n];
	int r;

	if (orders->n == ORDERS_MAX)
		return err_set(err, -EAGAIN, "too many builds are ending still");
	*order = (struct order){.awaited = !behind};
	snprintf(order->commit, sizeof(order->commit), "%s", commit);
	r = orders->start(orders->ctx, commit, behind, &order->child, err);
	if (r < 0)
		return r;
	orders->n++;
	return 0;
}

static void drop(struct orders *orders, size_t at)
{
	orders->v[at] = orders->v[--orders->n];
}

static void begin_wanted(struct orders *orders)
{
	size_t done = 0;

	for (; done < orders->wanted.n && count_running(orders) < orders->slots; done++) {
		const char *commit = orders->wanted.v[done];
		struct err err = ERR_INIT;

		if (!find(orders, commit) && orders->missing(orders->ctx, commit) &&
			!is_in(&orders->failed, commit) &&
			begin(orders, commit, true, &err) < 0)
			strvec_add(&orders->failed, commit);
	}
	for (size_t i = 0; i < done; i++)
		free(orders->wanted.v[i]);
	if (!done)
		return;
	orders->wanted.n -= done;
	memmove(orders->wanted.v, orders->wanted.v + done,
		(orders->wanted.n + 1) * sizeof(*orders->wanted.v));
}

/* What one came to; the store tells the rest. */
static void note_end(struct orders *orders, const struct order *order,
	const struct child_result *result)
{
	if (!order->withdrawn && result->exit_code != 0 && result->exit_code != 1)
		strvec_add(&orders->failed, order->commit);
}

void orders_tend(struct orders *orders)
{
	for (size_t i = orders->n; i-- > 0;) {
		struct order *order = &orders->v[i];
		struct child_result result;

		if (order->awaited)
			continue;
		if (child_poll(&order->child, &result)) {
			note_end(orders, order, &result);
			drop(orders, i);
		} else if (clock_monotonic() - order->child.start > orders->limit) {
			child_ask(&order->child);
		}
	}
	begin_wanted(orders);
}

void orders_set(struct orders *orders, const char *const *commits, size_t n)
{
	strvec_release(&orders->wanted);
	for (size_t i = 0; i < n; i++)
		strvec_add(&orders->wanted, commits[i]);
	if (strvec_check(&orders->wanted) < 0)
		strvec_release(&orders->wanted);
	for (size_t i = 0; i < orders->n; i++)
		if (!is_in(&orders->wanted, orders->v[i].commit))
			withdraw(&orders->v[i]);
	orders_tend(orders);
}

/* The one that was begun last gives way. */
static void make_room(struct orders *orders)
{
	for (size_t i = orders->n; i-- > 0 && count_running(orders) &&
				   count_running(orders) >= orders->slots;)
		if (!orders->v[i].withdrawn)
			withdraw(&orders->v[i]);
}

static int have_running(struct orders *orders, const char *commit, struct err *err)
{
	if (find(orders, commit))
		return 0;
	make_room(orders);
	return begin(orders, commit, false, err);
}

int orders_wait(struct orders *orders, const char *commit, int cancel_fd,
	struct child_result *ret_result, struct err *err)
{
	bool cancelled = false, timed_out = false;
	struct child_result result;
	struct order *order;
	int r = have_running(orders, commit, err);

	if (r < 0)
		return r;
	order = find(orders, commit);
	order->awaited = true;
	while (!child_poll(&order->child, &result)) {
		struct pollfd fds[] = {{.fd = order->child.pid_fd, .events = POLLIN},
			{.fd = cancelled ? -1 : cancel_fd, .events = POLLIN}};

		if (poll(fds, 2, 1000) > 0 && fds[1].revents) {
			cancelled = true;
			child_ask(&order->child);
		}
		if (!cancelled &&
			clock_monotonic() - order->child.start > orders->limit) {
			timed_out = true;
			child_ask(&order->child);
		}
		/* others may end and begin meanwhile, which moves them about */
		orders_tend(orders);
		order = find(orders, commit);
	}
	drop(orders, order - orders->v);
	result.cancelled = cancelled;
	result.timed_out = timed_out;
	*ret_result = result;
	begin_wanted(orders);
	return 0;
}

void orders_each(const struct orders *orders,
	void (*each)(void *ctx, const char *commit, double since), void *ctx)
{
	for (size_t i = 0; i < orders->n; i++)
		if (!orders->v[i].withdrawn)
			each(ctx, orders->v[i].commit,
				clock_monotonic() - orders->v[i].child.start);
}

void orders_release(struct orders *orders)
{
	strvec_release(&orders->wanted);
	for (size_t i = 0; i < orders->n; i++)
		withdraw(&orders->v[i]);
	while (orders->n) {
		struct pollfd fd = {.fd = orders->v[0].child.pid_fd, .events = POLLIN};

		poll(&fd, 1, 1000);
		if (child_poll(&orders->v[0].child, NULL))
			drop(orders, 0);
	}
	strvec_release(&orders->failed);
}
