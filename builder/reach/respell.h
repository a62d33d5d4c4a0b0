/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two texts of one C file that a compiler cannot tell apart. Pure.
 */
#ifndef TENFOLD_BUILDER_REACH_RESPELL_H
#define TENFOLD_BUILDER_REACH_RESPELL_H

#include <stdbool.h>
#include <stddef.h>

/* True if the two differ in nothing but the words of comments and blanks at the ends of
 * lines: every token stands in the same line at the same column, so that __LINE__, debug
 * information and warnings are the same too. Comments that a compiler heeds ("fall
 * through"), or may warn of, count as text. False in doubt: a literal that does not end
 * in its line, a comment that does not end, a line that goes on after a backslash in a
 * comment. */
bool respell_same(const char *a, size_t a_len, const char *b, size_t b_len);

#endif
