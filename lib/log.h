/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line a fact on standard error, for the edge of a program only: libraries return
 * sentences and never log. Under systemd each line carries its priority for the journal.
 */
#ifndef TENFOLD_LOG_H
#define TENFOLD_LOG_H

/* name stands before each line on a terminal; kept by reference. */
void log_open(const char *name);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A line each of lines: the sentences of an error that tells several things at once. */
void log_error_lines(const char *lines);

#endif
