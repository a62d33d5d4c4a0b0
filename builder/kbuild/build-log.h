/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log of a make says. All of it is pure. */
#ifndef TENFOLD_BUILDER_BUILD_LOG_H
#define TENFOLD_BUILDER_BUILD_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"

#define BUILD_LOG_ERROR_LINES 20

/* Adds the lines that say why a make failed, first ones first, at most
 * BUILD_LOG_ERROR_LINES: the builder's own about a limit; the compiler's errors each with
 * the two lines that show their place; without one, the linker's and modpost's; then
 * make's own; then the log's last lines. src is taken off the front of paths ("" to leave
 * them). The result is UTF-8, without control characters, its lines at most 400 bytes. */
void build_log_errors(const char *log, size_t len, const char *src, struct buf *b);

/* True if a compiler said "error": then the sources are at fault, not stale objects. */
bool build_log_has_compiler_error(const char *log, size_t len);

/* True if the builder's machine is at fault and not the commit (disk or memory full, a
 * tool or a host library missing): adds the line that says so. */
bool build_log_blames_machine(const char *log, size_t len, struct buf *ret_line);

#endif
