/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A linked kernel as the linker would have made it, had its symbols lain where those of
 * its neighbour lie. One function that grows moves all behind it, and every call and
 * pointer across changes: bytes that a delta would have to hold, although System.map says
 * them. What this guesses wrongly costs room in the delta, never a wrong byte: both sides
 * of a delta are made with the same guess. (The idea of adjusting addresses before taking
 * a difference: Percival, "Naive differences of executable code", 2003.) Pure.
 */
#ifndef TENFOLD_BUILDER_COLD_RELINK_H
#define TENFOLD_BUILDER_COLD_RELINK_H

#include "system-map.h"

/* Moves, in place, what looks like addresses in an x86 ELF file (and in a table of
 * relocations behind it). A file of another kind stays as it is. */
void relink(struct blob *vmlinux, const struct shifts *shifts);

#endif
