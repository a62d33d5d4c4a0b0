/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel says on its console when something goes wrong, in a form that two boots
 * of two kernels can be compared by. Pure.
 */
#ifndef TENFOLD_BISECT_CONSOLE_H
#define TENFOLD_BISECT_CONSOLE_H

#include "lib/buf.h"
#include "lib/strvec.h"

#define CONSOLE_LINES_MAX 16

/* How far a candidate got, as its console tells. */
enum console_stage {
	CONSOLE_UNKNOWN,  /* it says nothing */
	CONSOLE_KERNEL,   /* before the first program */
	CONSOLE_USERSPACE /* the kernel has started it */
};

/* A line without the kernel's "<4>[   12.345678][  T123] " before it. */
const char *console_text_of(const char *line);

/* Adds the line with all that changes from boot to boot and from commit to commit taken
 * out: time, addresses, offsets, numbers of lines, CPUs and processes. */
void console_normalise(const char *line, struct buf *b);

/* Adds the first line of each WARNING, BUG, oops, panic, stall and sanitizer report in
 * text, normalised, each once and at most CONSOLE_LINES_MAX. A panic that another line
 * explains is left out: all panics say the same. */
void console_lines(const char *text, struct strvec *lines);

enum console_stage console_stage(const char *text);

#endif
