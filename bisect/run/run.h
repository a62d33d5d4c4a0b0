/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bisection: checks both ends, chooses, steps, records, until there is a culprit.
 * All it knows is in the log; it may be killed anywhere and goes on from there.
 */
#ifndef TENFOLD_BISECT_RUN_H
#define TENFOLD_BISECT_RUN_H

#include "bisect/git/history.h"
#include "bisect/log/journal.h"
#include "bisect/log/past.h"
#include "step.h"

/* Also the exit codes. */
enum run_end {
	RUN_FOUND = 0,
	RUN_ENDS = 3,          /* the good end fails or the bad end passes */
	RUN_ONLY_SKIPPED = 4,  /* only skipped commits are left */
	RUN_LAB = 5,           /* the lab's fault; can be continued */
	RUN_ABORTED = 6,       /* the test wanted no more; can be continued */
	RUN_CONTRADICTION = 7, /* the verdicts contradict each other */
	RUN_STOPPED = 130      /* the user wanted out; can be continued */
};

#define RUN_GOING (-1000) /* no end yet; no errno is that low */

struct run {
	struct bench bench;
	struct history *history;
	struct journal *journal;
	struct past *past;             /* kept up to date */
	const char *folder;            /* for evidence; NULL: none is kept */
	struct signature signature;    /* of the failure that counts */
	const struct strvec *failures; /* the same, given by hand; NULL: to be learnt */
	const struct strvec *goods;    /* commits */
	const char *bad;
	unsigned int confidence; /* percent; 0: not asked for (flaky.h) */
	unsigned int end_fails;  /* fails of the bad end that are wanted; 0: not said */
	unsigned int confirm; /* times that the culprit and its parents are tried again */
	bool cold;            /* and once more without kexec */
	bool speculates;      /* images are ordered ahead (ahead.h) */
	bool first_parent;    /* the range follows first parents only */
	char undo[IMAGE_COMMIT_TEXT]; /* the revert that is tried (undo.h), or "" */
	struct buf words;             /* how it ended, in sentences; init by run_init() */
	/* where there are several hosts: the one that takes the steps which are taken one
	 * by one, and how; as step_run(), evidence included. NULL: the bench does */
	const char *host;
	enum step_end (*take)(struct run *run, struct step *step);
	/* and how they share repeated tests, as flaky_run(); NULL: there is one host */
	int (*repeat)(struct run *run, struct err *err);
	void *team;
};

void run_init(struct run *run);
void run_release(struct run *run);

/* One of enum run_end, with words; a negative value: the log cannot be written. The
 * caller then leaves the host with drive_leave(). */
int run_bisection(struct run *run, struct err *err);

/* The parts that releases.c needs as well: what comes before anything else; the bad end;
 * one step of a role, with its record; an end that names nothing. */
int run_start(struct run *run, struct err *err);
int run_check_bad(struct run *run, struct err *err);
int run_take_step(struct run *run, const char *commit, const char *role,
	size_t candidates, struct err *err);
int run_end_without(struct run *run, const char *result, int end, struct err *err);

/* The part that share.c and flaky.c need as well: fills in which step it is to be, its
 * commit and its subject. */
int run_name_step(const struct run *run, const char *commit, const char *role,
	struct step *step, struct err *err);

/* The parts that confirm.c and flaky.c need as well: the number of the next step; one
 * step, logged as under way, RUN_GOING when it was judged (the caller records it). */
unsigned int run_next_number(const struct past *past);
int run_step(struct run *run, struct step *step, struct err *err);
/* Makes the end durable; culprit: NULL if there is none. */
int run_log_end(
	struct run *run, const char *result, const char *culprit, struct err *err);

/* The parts that team/ needs as well: a step that begins and a fault of the lab, for the
 * log; the culprit and its parents in git's lines; what a step without a verdict, an end
 * that is not what was said, and a choice that leaves nothing to try make of the run. */
int run_log_step(struct run *run, const struct step *step, struct err *err);
int run_log_fault(void *run, const struct step *step, const char *why);
int run_log_conclusion(struct run *run, const char *culprit, struct err *err);
int run_stopped(struct run *run, enum step_end end, const struct step *step);
int run_end_does_not_hold(
	struct run *run, const struct step *step, bool is_bad, struct err *err);
int run_conclude(struct run *run, const struct choice *choice, struct err *err);

/* What comes next by the log: history, past and bad must be set. */
int run_choose(const struct run *run, struct choice *ret_choice, struct err *err);

struct stock;

/* The same, where the stock was taken already. */
int run_choose_from(const struct run *run, const struct stock *stock,
	struct choice *ret_choice, struct err *err);

#endif
