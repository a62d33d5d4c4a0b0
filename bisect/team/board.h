/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user sees of a run on several hosts: facts as lines that stay, and below them
 * a line a host, written over on a terminal; plain lines elsewhere.
 */
#ifndef TENFOLD_BISECT_TEAM_BOARD_H
#define TENFOLD_BISECT_TEAM_BOARD_H

#include <stdbool.h>
#include <stdio.h>

#include "bisect/world.h"

#define BOARD_MAX 32

struct board {
	FILE *out;
	bool live; /* a terminal */
	struct {
		const char *name; /* borrowed */
		char doing[128];  /* "": nothing */
		double since;
	} lines[BOARD_MAX];
	size_t n;
	size_t shown; /* lines that stand there and will be written over */
};

void board_init(struct board *board, FILE *out);
void board_add(struct board *board, const char *name);

/* Takes away the lines that would be written over. */
void board_end(struct board *board);

/* What a host does now; "": nothing. */
void board_phase(struct board *board, size_t host, const char *text);

/* A fact about a host. */
void board_say(struct board *board, size_t host, const char *line);

/* Facts about the whole run; the context is a struct board. */
extern const struct view_ops board_view;

#endif
