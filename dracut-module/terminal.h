/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminals that somebody may sit at: all consoles of the kernel at once (a screen,
 * a serial line). What is drawn goes to each; a key from any counts. A terminal that is
 * dead or stuck never holds up the others.
 */
#ifndef TENFOLD_TERMINAL_H
#define TENFOLD_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "dracut-module/key.h"
#include "lib/err.h"
#include "lib/strvec.h"

enum {
	TERMINALS_MAX = 8
};

struct terminal {
	int fd; /* -1: closed, or found dead */
	char *name;
	struct termios saved;
	struct key_decoder decoder;
	size_t rows, columns;
	bool torn; /* something was lost: all of it is to be drawn again */
};

struct terminals {
	struct terminal at[TERMINALS_MAX];
	size_t count;
};

/* Opens /dev/NAME (or a path) for each name, in raw mode; those that do not open are left
 * out. -ENODEV if none does. */
int terminals_open(struct terminals *t, const struct strvec *names, struct err *err);

/* The kernel's consoles; the first is the one that was named first. */
int terminals_consoles(struct strvec *names, struct err *err);

void terminals_release(struct terminals *t);

/* Gives up on a terminal that takes nothing for half a second; it is torn then. */
void terminal_write(struct terminal *t, const char *text, size_t len);

#endif
