/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One step: has the image, boots the host into it, runs the test, gives the verdict.
 * The rules decide; a fault of the lab is tried again and is never a verdict.
 */
#ifndef TENFOLD_BISECT_STEP_H
#define TENFOLD_BISECT_STEP_H

#include "bisect/boot/drive.h"
#include "bisect/log/past.h"

struct rules {
	unsigned int attempts;        /* per step, for faults of the lab */
	enum verdict on_boot_failure; /* the candidate never came up */
	enum verdict on_timeout; /* the test took too long, or the host died during it */
	bool find_fix;           /* a test that passes is bad: the newer, fixed state */
	double backoff;          /* seconds before the second attempt; then twice that */
};

enum step_end {
	STEP_JUDGED,
	STEP_LAB,    /* the lab's fault, in every attempt */
	STEP_ABORT,  /* the test wants no more */
	STEP_STOPPED /* the user wants out */
};

struct bench {
	const struct world *world;
	const struct rules *rules;
	struct drive drive;
	struct signature *signature; /* of the failure that counts; empty: any */
	const struct past *shared;   /* its verdicts hold for equal images too; NULL: each
				      * commit is booted */
	/* brings it up to date when a build has taken its time; NULL: it always is */
	void (*refresh_shared)(void *ctx);
	struct failure failure; /* what the last step's boot and test showed */
	/* told before the image is awaited, and when the host is about to boot it; NULL:
	 * nobody */
	void (*look_ahead)(void *ctx, const struct step *step);
	/* told of each fault of the lab; NULL: nobody */
	int (*on_lab_fault)(void *ctx, const struct step *step, const char *why);
	void *ctx;
};

/* step has its number, role, commit and subject; the rest is filled in. step->why
 * tells how it ended, whatever the end. */
enum step_end step_run(struct bench *bench, struct step *step);

/* What an exit code means: git's rules. STEP_JUDGED with a verdict, or STEP_ABORT.
 * lost: the host went down during the test; STEP_LAB if it passed nevertheless. */
enum step_end step_judge_test(const struct rules *rules, const struct test_result *test,
	bool lost, enum verdict *ret_verdict, char *ret_why, size_t size);

#endif
