/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one step costs, stage by stage, in seconds. */
#ifndef TENFOLD_BISECT_COST_H
#define TENFOLD_BISECT_COST_H

enum cost_stage {
	COST_BUILD,
	COST_FIRMWARE,
	COST_GRUB,
	COST_FIRST_STAGE,
	COST_FETCH,
	COST_KEXEC,
	COST_KERNEL,
	COST_USERSPACE,
	COST_TEST,
	COST_TOTAL, /* the whole step by the wall clock, retries and waiting included */
	COST_STAGES
};

struct cost {
	double seconds[COST_STAGES]; /* below 0: not known */
};

#define COST_UNKNOWN (-1.0)

void cost_init(struct cost *cost);

/* The stage's name, as in the server's breakdown: "first-stage". */
const char *cost_name(enum cost_stage stage);

/* The stage of a name; COST_STAGES if there is none. */
enum cost_stage cost_find(const char *name);

#endif
