/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System.map, the linker's list of symbols by address: in a form that hardly changes when
 * all addresses move, and as the answer to "where has this address gone?". Pure.
 */
#ifndef TENFOLD_BUILDER_COLD_SYSTEM_MAP_H
#define TENFOLD_BUILDER_COLD_SYSTEM_MAP_H

#include <stdbool.h>

#include "blob.h"

/* Lines "ADDRESS TYPE NAME" become "STEP TYPE NAME", STEP being the hex distance from the
 * line before: one that moves everything behind it changes one line. -EINVAL for a text
 * that would not come back byte by byte. */
int system_map_fold(const struct blob *text, struct blob *ret_folded, struct err *err);
int system_map_unfold(const struct blob *folded, struct blob *ret_text, struct err *err);

/* From this address on, everything has moved by so much. */
struct shift {
	uint64_t from;
	int64_t by;
};

struct shifts {
	struct shift *v; /* by rising address, neighbours differ */
	size_t n;
};

/* How the symbols of one kernel lie in another, from both System.map texts. Symbols that
 * only one of them has go with their neighbours. */
int shifts_make(const struct blob *from, const struct blob *to, struct shifts *ret_shifts,
	struct err *err);
void shifts_release(struct shifts *shifts);

int64_t shifts_at(const struct shifts *shifts, uint64_t address);

#define CLEANUP_SHIFTS CLEANUP(shifts_release)

#endif
