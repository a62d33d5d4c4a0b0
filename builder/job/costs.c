// SPDX-License-Identifier: GPL-2.0-or-later
#include "costs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define MEDIAN_OF 9
#define FILE_MAX (16 * 1024 * 1024)

static void push(struct costs *costs, const struct cost *cost)
{
	if (costs->n == COSTS_KEPT) {
		memmove(costs->v, costs->v + 1, sizeof(costs->v) - sizeof(costs->v[0]));
		costs->n--;
	}
	costs->v[costs->n++] = *cost;
}

void costs_parse(const char *text, struct costs *ret_costs)
{
	*ret_costs = (struct costs){0};
	while (*text) {
		size_t len = strcspn(text, "\n");
		char how[16], result[16];
		struct cost cost = {0};

		if (text[len] == '\n' &&
			sscanf(text, "%*s %*s %15s %15s %u %lf %lf %lf %lf %lf %lf", how,
				result, &cost.lines, &cost.seconds, &cost.checkout,
				&cost.config, &cost.make, &cost.modules,
				&cost.publish) == 9) {
			cost.clean = !strcmp(how, "clean");
			cost.built = !strcmp(result, "built");
			push(ret_costs, &cost);
		}
		text += len + (text[len] == '\n');
	}
}

static int costs_path(const char *dir, struct buf *b)
{
	buf_init(b, 4096);
	buf_addf(b, "%s/costs.tsv", dir);
	return buf_check(b);
}

void costs_read(const char *dir, struct costs *ret_costs)
{
	CLEANUP_BUF struct buf path = {0}, text = {0};

	buf_init(&text, FILE_MAX);
	if (costs_path(dir, &path) == 0 && file_exists(path.data))
		file_read(path.data, &text, NULL);
	costs_parse(text.data, ret_costs);
}

int costs_add(const char *dir, const char *when, const char *commit,
	const struct cost *cost, struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, line = {0};
	CLEANUP_FD int fd = -1;

	buf_init(&line, 1024);
	buf_addf(&line, "%s\t%s\t%s\t%s\t%u\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\n", when,
		commit, cost->clean ? "clean" : "incremental",
		cost->built ? "built" : "failed", cost->lines, cost->seconds,
		cost->checkout, cost->config, cost->make, cost->modules, cost->publish);
	if (costs_path(dir, &path) || buf_check(&line))
		return -EMSGSIZE;
	fd = open(path.data, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, line.data, line.len) != (ssize_t)line.len)
		return err_errno(err, -errno, "cannot write '%s'", path.data);
	return 0;
}

static int by_seconds(const void *a, const void *b)
{
	double x = ((const struct cost *)a)->seconds,
	       y = ((const struct cost *)b)->seconds;

	return (x > y) - (x < y);
}

struct cost costs_expect(const struct costs *costs, bool clean)
{
	struct cost last[MEDIAN_OF];
	size_t n = 0;

	for (size_t i = costs->n; i-- > 0 && n < MEDIAN_OF;)
		if (costs->v[i].built && costs->v[i].clean == clean)
			last[n++] = costs->v[i];
	if (!n)
		return (struct cost){.clean = clean};
	qsort(last, n, sizeof(*last), by_seconds);
	return last[n / 2];
}

double costs_mean(const struct costs *costs, bool clean)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < costs->n; i++)
		if (costs->v[i].built && costs->v[i].clean == clean) {
			sum += costs->v[i].seconds;
			n++;
		}
	return n ? sum / (double)n : 0;
}

static double part(double done, double all)
{
	double p = all > 0 ? done / all : 0;

	return p > 0.99 ? 0.99 : p;
}

/* 0..0.99: by lines where they are known, else by time. */
static double progress(const struct cost *expect, unsigned int lines, double elapsed)
{
	return expect->lines ? part(lines, expect->lines)
			     : part(elapsed, expect->seconds);
}

int costs_percent(const struct cost *expect, unsigned int lines, double elapsed)
{
	return progress(expect, lines, elapsed) * 100;
}

double costs_left(const struct cost *expect, unsigned int lines, double elapsed)
{
	double p = progress(expect, lines, elapsed);
	double by_plan = expect->seconds - elapsed, by_lines;

	if (!expect->seconds)
		return -1;
	if (by_plan < 0)
		by_plan = 0;
	if (p <= 0)
		return by_plan;
	by_lines = elapsed * (1 - p) / p;
	return p * by_lines + (1 - p) * by_plan;
}
