/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a test answers: how often it fails on a bad commit (the reproduction rate; the
 * rest are false passes), and how often on a good one (false fails). Not known as a
 * rule: then a grid of pairs with a prior each, over which the evidence is summed.
 * Pure.
 */
#ifndef TENFOLD_BISECT_CHOICE_RATES_H
#define TENFOLD_BISECT_CHOICE_RATES_H

#include <stdbool.h>
#include <stddef.h>

#define RATES_MAX 160

struct rate {
	double bad, good;          /* share of fails on a bad and on a good commit */
	double prior;              /* logarithm */
	bool errs;                 /* good commits fail now and then */
	double fail_bad, pass_bad; /* logarithms of what one run contributes */
	double fail_good, pass_good;
};

struct rates {
	size_t n;
	struct rate v[RATES_MAX];
};

struct tally {
	unsigned int fails, passes;
};

/* What a split of all runs into those on bad and those on good commits says. */
struct outlook {
	double weight;    /* log likelihood of the runs, the rates summed out */
	double bad, good; /* expected share of fails on a bad and on a good commit */
};

void rates_known(struct rates *rates, double bad, double good);

/* The other way round: what fails never is bad, as where a fix is looked for. */
void rates_mirror(struct rates *rates);

/* Nothing known: reproduction from 1/20 to always, more of it at both ends (a power
 * law below, sqrt above); no false fails with 98 %, else up to 8 %, always rarer than
 * fails on bad commits. The weights were chosen in simulation, so that an answer is
 * right as often as stated at low rates too: see tests/bench/bisect-flaky.c. */
void rates_unknown(struct rates *rates);

/* The check of the ends, with a test that may be wrong. The bad end is run until it has
 * failed so many times, but not more than 20 times as often; the good end until it is
 * as good as sure whether it is good. Whether the end wants one more run. */
bool rates_bad_end_wants(struct tally bad_end, unsigned int fails);
bool rates_good_end_wants(struct tally good_end, struct tally bad_end, double confidence);

/* Logarithm of the odds that the good end is good: that it fails never (or, if it did,
 * rarely) against as often as the bad one. */
double rates_good_end_odds(struct tally good_end, struct tally bad_end);

/* Unknown rates as they are to somebody who doubts a culprit: false fails with 80 %.
 * Known rates stay. */
void rates_doubt(struct rates *rates);

void rates_weigh(const struct rates *rates, struct tally bad, struct tally good,
	struct outlook *ret);

/* Shannon's entropy of a coin, in bits. */
double rates_entropy(double p);

/* Capacity in bits of one run, with the rates known; *ret_share: the part of the
 * candidates that the best test has on its bad side. */
double rates_capacity(double bad, double good, double *ret_share);

#endif
