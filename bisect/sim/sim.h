/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A lab that exists in memory only: a builder, a server, a machine and a test behind the
 * same tables as the real ones, with a clock that jumps. The machine goes through the
 * stages of a boot by itself and posts what a real one would. For tests and benchmarks;
 * no part of the program.
 */
#ifndef TENFOLD_BISECT_SIM_H
#define TENFOLD_BISECT_SIM_H

#include "bisect/choice/choose.h"
#include "bisect/git/history.h"
#include "bisect/world.h"

/* What a commit does to the machine. */
enum sim_kind {
	SIM_GOOD,
	SIM_BAD,
	SIM_BROKEN,         /* does not build */
	SIM_UNTESTABLE,     /* the test says 125 */
	SIM_HANG,           /* silence after the kexec */
	SIM_PANIC,          /* stands still; the console tells */
	SIM_PANIC_REBOOTS,  /* panic=1 */
	SIM_NO_ROOT,        /* the second stage finds no root disk, tells, and reboots */
	SIM_DIES_IN_TEST,   /* panic=1 during the test */
	SIM_FAILS_OTHERWISE /* the test exits with 2 */
};

/* What the lab does to a boot, or to a call. */
enum sim_fault {
	SIM_NO_FAULT,
	SIM_STUCK_IN_FIRMWARE,
	SIM_STUCK_IN_GRUB,
	SIM_IMAGE_CORRUPTED, /* `failed`, then stands at a prompt */
	SIM_LOCAL_DISK,
	SIM_RESTARTS_IN_FIRST_STAGE,
	SIM_WRONG_KERNEL /* comes up with another build id than the image's */
};

#define SIM_CONSOLE_MAX 65536
#define SIM_SLOTS 8
#define SIM_WANTED 16

/* The commit that is the bad end with the culprit reverted. */
#define SIM_REVERT "feedfeedfeedfeedfeedfeedfeedfeedfeedfeed"

/* In image_of: the image of a commit outside the graph, and what it is called. */
#define SIM_OUTSIDE (UINT32_MAX - 1)
#define SIM_GOOD_END "the good end"

/* What a warm step does. */
enum sim_warm {
	SIM_NO_WARM, /* the host has none */
	SIM_WARM,
	SIM_WARM_REFUSED, /* the command fails */
	SIM_WARM_IGNORED, /* and it does not, but nothing happens */
	SIM_WARM_FAILS,   /* the host tells that kexec refused, and lives on */
	SIM_WARM_HANGS    /* silence after the kexec, whatever the candidate */
};

struct sim {
	const struct history *history;
	enum sim_kind *kinds;    /* by number in the history's graph */
	enum sim_kind good_kind; /* of commits outside the graph: the good end */
	bool *has_image;         /* by number; the others are built on demand */
	uint32_t *image_of; /* by number: the commit whose image it has, SIM_OUTSIDE: the
			     * good end's, IMAGE_OWN; NULL: each its own */
	double build_seconds; /* what a build takes */
	double *build_costs;  /* the same by number; NULL: all that */
	unsigned int
		speculate; /* images that are made at a time in the background; 0: none */
	bool hides_kernels; /* the builder does not tell who shares an image */
	bool console;       /* the machine has one */
	enum sim_warm warm;
	/* the fault of the N-th boot (from 0) */
	enum sim_fault (*fault)(void *ctx, unsigned int boot);
	/* fills in what else the test of that commit showed; NULL: nothing */
	void (*on_test)(struct sim *sim, const char *commit, struct test_result *result);
	double passes_on_bad, fails_on_good; /* share of tests that answer wrongly */
	uint64_t dice;
	void *ctx;
	enum sim_kind revert_kind; /* of the bad end with the culprit reverted */
	bool no_revert;            /* the revert does not apply */
	unsigned int die_at;       /* that call is -EINTR, and all after it; 0: none */
	double stop_at;            /* from that time on calls are -EINTR; 0: never */
	unsigned int os_deaf;      /* so many reboots through the OS have no effect */
	unsigned int power_fails;  /* so many power commands fail */
	double server_away_from, server_away_to; /* clock times */

	/* what came of it */
	bool *booted; /* by number, whose image; the good end's behind the last; the
		       * caller's; NULL: not counted */
	unsigned int wasted; /* boots of an image that had been booted before */
	unsigned int calls, boots_made, reboots, power_cycles, self_resets, tests, builds,
		orders, used, kexecs, colds, warm_steps;

	/* the machine, see machine.c */
	double now;
	struct boots boots;
	char next[IMAGE_ID_TEXT];
	bool next_waits;
	struct {
		size_t number;
		double since, due;
	} making[SIM_SLOTS]; /* in the background */
	size_t n_making;
	size_t wanted[SIM_WANTED], n_wanted; /* after those */
	bool *ahead; /* by number: made in the background and not used yet; the
		      * caller's; NULL: not counted */
	char announced[BOOT_ID_TEXT];
	char mode[BOOT_MODE_TEXT]; /* how the host is set to boot */
	int stage;
	double due;
	char image[IMAGE_ID_TEXT];
	enum sim_fault current;
	bool up;                            /* its OS answers */
	bool warming;                       /* this boot is a warm step */
	char text[SIM_CONSOLE_MAX];         /* what the console said */
	off_t console_length, console_mark; /* in text */
	unsigned int next_id;
};

void sim_init(struct sim *sim, const struct history *history, enum sim_kind *kinds);

/* Parts of it, for builder.c: whether a kill has come; time goes by; what an image
 * does; whose image a commit has; it is
 * booted now. */
bool sim_dead(struct sim *sim);
void sim_pass(struct sim *sim, double seconds);
const char *sim_kernel_of(const struct sim *sim, const char *commit);
void sim_count_boot(struct sim *sim);
enum sim_kind sim_kind_of(const struct sim *sim, const char *image);

/* The kernel says a line on its console. */
void sim_print(struct sim *sim, const char *line);

/* Points the tables of world to the simulation. */
void sim_world(struct sim *sim, struct world *ret_world);

#endif
