/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the controller and the process of a host tell each other, over a socket pair. Both
 * are the same program, one forked from the other: structs go as they stand in memory.
 */
#ifndef TENFOLD_BISECT_TEAM_WIRE_H
#define TENFOLD_BISECT_TEAM_WIRE_H

#include "bisect/run/step.h"
#include "lib/buf.h"

enum wire_kind {
	/* to the host's process */
	WIRE_STEP,  /* take this step: step, words, by_reset, shared */
	WIRE_LEAVE, /* leave the host in peace, and end */
	/* from it */
	WIRE_SAY,   /* a fact: text */
	WIRE_PHASE, /* what is going on: text */
	WIRE_READY, /* the image is there, or awaited: step */
	WIRE_FAULT, /* a fault of the lab, tried again: step, text */
	WIRE_DONE   /* the step's end: end, step, failure */
};

#define WIRE_TEXT 512

struct wire_message {
	enum wire_kind kind;
	enum step_end end;
	bool by_reset, shared; /* see struct worker_order */
	struct step step;
	struct strvec words;    /* the signature of the failure that counts */
	struct failure failure; /* without the console's text */
	char text[WIRE_TEXT];
};

#define WIRE_MESSAGE_INIT               \
	{                               \
		.failure.exit_code = -1 \
	}

void wire_release(struct wire_message *message);

/* -EPIPE: the other one is gone. */
int wire_send(int fd, const struct wire_message *message);

/* Waits for a whole message; -EPIPE: the other one is gone. */
int wire_receive(int fd, struct wire_message *ret_message);

#define CLEANUP_WIRE CLEANUP(wire_release)

#endif
