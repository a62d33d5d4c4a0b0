/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Room on the disks that builds write to: a build starts only where the floor and what it
 * is expected to take are free. What builds took is learnt in WORKPLACE/room.
 */
#ifndef TENFOLD_BUILDER_KEEP_ROOM_H
#define TENFOLD_BUILDER_KEEP_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "builder/conf.h"
#include "lib/buf.h"
#include "lib/err.h"

/* --- pure -----------------------------------------------------------------------------
 */

/* "5G", "500M", "10%" (of the disk), "0": none. K, M, G and T count in 1024s. */
struct room_floor {
	uint64_t bytes;
	unsigned int percent;
};
int room_floor_parse(const char *text, struct room_floor *ret_floor);
bool room_floor_valid(const char *text);
uint64_t room_floor_bytes(const struct room_floor *floor, uint64_t disk_size);

/* Bytes that builds from nothing, and others, have taken. */
struct room_need {
	uint64_t clean, incremental;
};
void room_need_parse(const char *text, struct room_need *ret_need);
void room_need_format(const struct room_need *need, struct buf *b);

/* The most that was seen counts; what is not seen again is forgotten by quarters. */
void room_need_learn(struct room_need *need, bool clean, uint64_t took);
uint64_t room_need_expect(const struct room_need *need, bool clean);

/* --- the disks ------------------------------------------------------------------------
 */

/* One build in the workplace folder dir, from before it to behind it. */
struct room {
	const struct conf *conf;
	const char *dir;
	bool clean;      /* it begins with no objects */
	uint64_t before; /* free bytes of the workplace's disk */
	int64_t begun;   /* seconds since 1970 */
};

/* -ENOSPC with a sentence: there is too little for it. What is expected of it shrinks
 * while that lasts, by a quarter an hour: old figures stop nobody for good. */
int room_enter(struct room *room, struct err *err);

/* Learns what it took: nobody else's bytes, however full the disk is. */
void room_leave(const struct room *room);

/* True if so little is free that nothing a build says can be believed. */
bool room_is_out(const char *path);

#endif
