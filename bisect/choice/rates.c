// SPDX-License-Identifier: GPL-2.0-or-later
#include "rates.h"

#include <math.h>

#define IMPOSSIBLE (-1e6) /* a logarithm; finite, so that all can be impossible */
#define BAD_POINTS 24
#define BAD_LOWEST 0.05
#define NO_FALSE_FAILS 0.98
#define MOST_FALSE_FAILS 0.08
#define DOUBT 0.8

static double log_of(double p)
{
	return p > 0 ? log(p) : IMPOSSIBLE;
}

static void add(struct rates *rates, double bad, double good, double prior)
{
	rates->v[rates->n++] = (struct rate){.bad = bad,
		.good = good,
		.prior = log(prior),
		.errs = good > 0,
		.fail_bad = log_of(bad),
		.pass_bad = log_of(1 - bad),
		.fail_good = log_of(good),
		.pass_good = log_of(1 - good)};
}

void rates_mirror(struct rates *rates)
{
	for (size_t i = 0; i < rates->n; i++) {
		const struct rate r = rates->v[i];

		rates->v[i] = (struct rate){.bad = 1 - r.good,
			.good = 1 - r.bad,
			.prior = r.prior,
			.errs = r.errs,
			.fail_bad = r.pass_good,
			.pass_bad = r.fail_good,
			.fail_good = r.pass_bad,
			.pass_good = r.fail_bad};
	}
}

void rates_known(struct rates *rates, double bad, double good)
{
	rates->n = 0;
	add(rates, bad, good, 1);
}

void rates_unknown(struct rates *rates)
{
	static const double false_fails[] = {0.005, 0.01, 0.02, 0.04, MOST_FALSE_FAILS};
	const size_t kinds = sizeof(false_fails) / sizeof(*false_fails);

	rates->n = 0;
	for (int i = 0; i < BAD_POINTS; i++) {
		double bad = BAD_LOWEST + (1 - BAD_LOWEST) * (i + 0.5) / BAD_POINTS;
		double prior = pow(bad, -0.7) / sqrt(1 - bad);

		add(rates, bad, 0, prior * NO_FALSE_FAILS);
		for (size_t f = 0; f < kinds; f++)
			if (false_fails[f] < 0.7 * bad)
				add(rates, bad, false_fails[f],
					prior * (1 - NO_FALSE_FAILS) / kinds);
	}
}

void rates_doubt(struct rates *rates)
{
	double all = 0, erring = 0;

	for (size_t i = 0; i < rates->n; i++) {
		double prior = exp(rates->v[i].prior);

		all += prior;
		erring += rates->v[i].errs ? prior : 0;
	}
	/* known rates leave nothing to doubt */
	if (!(erring > 0 && erring < all))
		return;
	for (size_t i = 0; i < rates->n; i++) {
		struct rate *r = &rates->v[i];

		r->prior += r->errs ? log(DOUBT * all / erring)
				    : log((1 - DOUBT) * all / (all - erring));
	}
}

bool rates_bad_end_wants(struct tally bad_end, unsigned int fails)
{
	return bad_end.fails < fails && bad_end.fails + bad_end.passes < 20 * fails;
}

double rates_good_end_odds(struct tally good_end, struct tally bad_end)
{
	double bad = (bad_end.fails + 0.5) / (bad_end.fails + bad_end.passes + 1);
	double good = good_end.fails ? fmin(MOST_FALSE_FAILS, bad / 3) : 0;

	return good_end.fails * (log_of(good) - log_of(bad)) +
	       good_end.passes * (log_of(1 - good) - log_of(1 - bad));
}

bool rates_good_end_wants(struct tally good_end, struct tally bad_end, double confidence)
{
	return fabs(rates_good_end_odds(good_end, bad_end)) < -log(1 - confidence);
}

void rates_weigh(const struct rates *rates, struct tally bad, struct tally good,
	struct outlook *ret)
{
	double logs[RATES_MAX], most = -INFINITY, sum = 0;

	for (size_t i = 0; i < rates->n; i++) {
		const struct rate *r = &rates->v[i];

		logs[i] = r->prior + bad.fails * r->fail_bad + bad.passes * r->pass_bad +
			  good.fails * r->fail_good + good.passes * r->pass_good;
		if (logs[i] > most)
			most = logs[i];
	}
	*ret = (struct outlook){0};
	for (size_t i = 0; i < rates->n; i++) {
		double share = logs[i] > most - 40 ? exp(logs[i] - most) : 0;

		sum += share;
		ret->bad += share * rates->v[i].bad;
		ret->good += share * rates->v[i].good;
	}
	ret->weight = most + log(sum);
	ret->bad /= sum;
	ret->good /= sum;
}

double rates_entropy(double p)
{
	return p <= 0 || p >= 1 ? 0 : -p * log2(p) - (1 - p) * log2(1 - p);
}

double rates_capacity(double bad, double good, double *ret_share)
{
	/* the share of fails at which both answers say equally much */
	double slope = rates_entropy(bad) - rates_entropy(good);
	double fails = 1 / (1 + exp2(slope / (bad - good)));
	double share = (fails - good) / (bad - good);

	if (ret_share)
		*ret_share = share;
	return rates_entropy(fails) - share * rates_entropy(bad) -
	       (1 - share) * rates_entropy(good);
}
