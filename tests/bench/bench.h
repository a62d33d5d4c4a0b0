/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What benchmarks share: seconds of the processor, medians, random numbers that are the
 * same each time, and figures on lines of their own. */
#ifndef TENFOLD_BENCH_H
#define TENFOLD_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

/* Seconds of the processor that this process (or its children) took. A machine with
 * other work lets a program wait, which says nothing about it. */
static inline double bench_cpu(bool of_children)
{
	struct rusage use;

	getrusage(of_children ? RUSAGE_CHILDREN : RUSAGE_SELF, &use);
	return use.ru_utime.tv_sec + use.ru_stime.tv_sec +
	       (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static inline int bench_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts v. */
static inline double bench_median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), bench_compare);
	return v[n / 2];
}

/* xorshift; below `sides` */
static inline uint32_t bench_roll(uint32_t sides)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 32) % sides;
}

static inline void bench_fact(const char *name, double value, const char *unit)
{
	printf("%s: %.3f%s%s\n", name, value, *unit ? " " : "", unit);
	fflush(stdout);
}

static inline void bench_figure(
	const char *name, double value, const char *unit, bool at_least, double target)
{
	bool met = at_least ? value >= target : value <= target;

	printf("%s: %.3f%s%s (target %s %.3f)%s\n", name, value, *unit ? " " : "", unit,
		at_least ? ">=" : "<=", target, met ? "" : " MISS");
	fflush(stdout);
}

#define bench_at_most(name, value, unit, target) \
	bench_figure(name, value, unit, false, target)
#define bench_at_least(name, value, unit, target) \
	bench_figure(name, value, unit, true, target)

#endif
