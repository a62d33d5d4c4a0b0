/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the first bad commit with a test that does not answer alike each time: what is
 * believed about each commit after all tests made, and which commit to test next. Pure.
 *
 * Each commit may be the culprit, with the prior 1/n unless weights are given. A commit
 * is bad if the culprit is its ancestor or itself. Bayes' rule gives the share of belief
 * of each; the rates of false passes and false fails are summed out (rates.h). The next
 * test is the one with the most information about the culprit (noisy bisection:
 * M. Horstein, Sequential transmission using noiseless feedback, 1963; Burnashev and
 * Zigangirov, An interval estimation problem for controlled observations, 1974). The
 * search is over when one commit holds the confidence that was asked for. Before it is
 * named it is doubted: false fails are expected then, and the search goes on with that
 * until the confidence is there again.
 *
 * The bound that the runs are measured against (tests/bench/bisect-flaky.c): log2(n) / C,
 * C being the capacity of one test with the rates known. It is the first term of
 * Burnashev's bound for a channel with feedback (Data transmission over a discrete
 * channel with feedback, 1976), whose second one, log(1 / error) / C1, is 0 where a fail
 * proves a commit bad. An answer that may be wrong now and then can be had for less,
 * ((1 - error) log2(n) - h(error)) / C by Fano's inequality; that is printed too.
 */
#ifndef TENFOLD_BISECT_CHOICE_BELIEF_H
#define TENFOLD_BISECT_CHOICE_BELIEF_H

#include <stdbool.h>

#include "graph.h"
#include "rates.h"
#include "strand.h"

/* What is known of the commits besides tests; by number in the graph. */
struct belief_facts {
	const double *weights; /* of the prior, any scale; NULL: all equal. 0: it cannot
				  be the culprit, as it has its parent's image */
	const double *costs;   /* expected minutes of one test of it; NULL: all equal */
};

struct belief {
	const struct graph *graph;
	struct belief_facts facts;
	struct rates rates, doubting;
	struct strands strands;
	struct tally all, good_end;
	uint32_t *proofs; /* by commit: fails from a reset */
	bool *untestable; /* by commit: it may be the culprit, but cannot be tested */
	size_t n_untestable;
	bool is_copy;      /* untestable, weight_to, detail_to, marks are another one's */
	double *weight_to; /* n + 1, by place: sums of the prior's weights before it */
	double *detail_to; /* the same of weight * log2(weight) */
	uint64_t *marks;   /* by commit, for ties */
	/* by strand, made anew by belief_ask() */
	double *share; /* of belief, in all of it */
	struct outlook *outlooks;
	struct strand_sum *values, *sums;
};

enum belief_kind {
	BELIEF_TRY,   /* test `next` */
	BELIEF_PROVE, /* the first of `top` holds the confidence, but has not failed as
			 often as it shall: test it, it is `next` */
	BELIEF_SURE,  /* the first of `top` holds the confidence */
	BELIEF_TIED /* the first n_tied of `top` hold it, and no test tells them apart */
};

#define BELIEF_TOP 64

struct belief_share {
	size_t commit;
	double share;
};

struct belief_answer {
	enum belief_kind kind;
	struct belief_share top[BELIEF_TOP]; /* the most likely culprits, best first */
	size_t n_top, n_tied;
	bool doubted;       /* false fails are expected, see belief_goal */
	double bad, good;   /* expected share of fails on bad and on good commits */
	double entropy;     /* bits that are not known yet */
	size_t next;        /* BELIEF_TRY */
	double gain;        /* expected information of that test, bits */
	double next_is_bad; /* belief that it is bad */
};

/* graph and facts stay the caller's. -ENOMEM. */
int belief_init(struct belief *b, const struct graph *graph,
	const struct belief_facts *facts, const struct rates *rates);

/* For belief_add(), belief_weigh() and inform.h, as long as the one lives that it is made
 * from; room for so many tests more. -ENOMEM. */
int belief_copy(const struct belief *from, size_t tests, struct belief *ret);
void belief_release(struct belief *b);

/* A test of a commit, from a reset; from the system that ran before, which is no proof;
 * of a commit outside the graph that is known to be good. */
void belief_add(struct belief *b, size_t commit, bool failed);
void belief_add_warm(struct belief *b, size_t commit, bool failed);
void belief_add_good_end(struct belief *b, bool failed);

/* It was skipped: never tested again. */
void belief_skip(struct belief *b, size_t commit);

/* What a culprit must have to be named. */
struct belief_goal {
	double confidence; /* 0..1 */
	unsigned int
		fails; /* of the culprit itself, from a reset. A false fail on a good
			* commit cannot be told from a rare true one by passes below
			* it, and a warm step may have its failure from the one before */
	bool doubt;    /* it must hold the confidence for somebody as well who expects
			* false fails (rates_doubt()); where rates are not known */
};

/* Fills in share and outlooks, which inform.h builds on; doubted: with false fails. */
void belief_weigh(struct belief *b, bool doubted);

void belief_ask(
	struct belief *b, const struct belief_goal *goal, struct belief_answer *ret);

#define CLEANUP_BELIEF CLEANUP(belief_release)

#endif
