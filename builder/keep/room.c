// SPDX-License-Identifier: GPL-2.0-or-later
#include "room.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include "lib/file.h"

#define OUT_BYTES (8 << 20)
#define FORGET_EVERY 3600 /* seconds between two refusals that count */
#define GIB (1024.0 * 1024 * 1024)

/* --- pure -----------------------------------------------------------------------------
 */

int room_floor_parse(const char *text, struct room_floor *ret_floor)
{
	static const char units[] = "KMGT";
	struct room_floor floor = {0};
	const char *unit;
	uint64_t n;
	char *end;

	if (!*text || strspn(text, "0123456789") > 12 || *text < '0' || *text > '9')
		return -EINVAL;
	n = strtoull(text, &end, 10);
	unit = *end ? strchr(units, *end) : NULL;
	if (*end == '%' && !end[1] && n < 100)
		floor.percent = (unsigned int)n;
	else if (unit && !end[1] && n < 1 << 20)
		floor.bytes = n << (10 * (unit - units + 1));
	else if (!*end)
		floor.bytes = n;
	else
		return -EINVAL;
	*ret_floor = floor;
	return 0;
}

bool room_floor_valid(const char *text)
{
	struct room_floor floor;

	return room_floor_parse(text, &floor) == 0;
}

uint64_t room_floor_bytes(const struct room_floor *floor, uint64_t disk_size)
{
	return floor->percent ? disk_size / 100 * floor->percent : floor->bytes;
}

void room_need_parse(const char *text, struct room_need *ret_need)
{
	struct room_need need;

	if (sscanf(text, "clean %" SCNu64 " incremental %" SCNu64, &need.clean,
		    &need.incremental) != 2)
		need = (struct room_need){0};
	*ret_need = need;
}

void room_need_format(const struct room_need *need, struct buf *b)
{
	buf_addf(b, "clean %" PRIu64 " incremental %" PRIu64 "\n", need->clean,
		need->incremental);
}

void room_need_learn(struct room_need *need, bool clean, uint64_t took)
{
	uint64_t *known = clean ? &need->clean : &need->incremental;

	*known -= *known / 4;
	if (took > *known)
		*known = took;
}

uint64_t room_need_expect(const struct room_need *need, bool clean)
{
	return clean ? need->clean : need->incremental;
}

/* --- the disks ------------------------------------------------------------------------
 */

struct disk {
	uint64_t free, size; /* bytes; free for anybody */
};

static int look(const char *path, struct disk *ret_disk)
{
	struct statvfs fs;

	if (statvfs(path, &fs) < 0)
		return -errno;
	ret_disk->free = (uint64_t)fs.f_bavail * fs.f_frsize;
	ret_disk->size = (uint64_t)fs.f_blocks * fs.f_frsize;
	return 0;
}

bool room_is_out(const char *path)
{
	struct disk disk = {0};

	return look(path, &disk) == 0 && disk.free < OUT_BYTES;
}

static int need_path(const struct room *room, struct buf *b)
{
	buf_init(b, 4096);
	buf_addf(b, "%s/room", room->dir);
	return buf_check(b);
}

static void read_need(const struct room *room, struct room_need *ret_need)
{
	CLEANUP_BUF struct buf path = {0}, text = {0};

	buf_init(&text, 4096);
	if (!need_path(room, &path) && file_exists(path.data))
		file_read(path.data, &text, NULL);
	room_need_parse(text.data, ret_need);
}

static void write_need(const struct room *room, const struct room_need *need)
{
	CLEANUP_BUF struct buf path = {0}, text = {0};

	buf_init(&text, 256);
	room_need_format(need, &text);
	/* an estimate is no reason to fail */
	if (!need_path(room, &path))
		file_write_atomic(path.data, text.data, text.len, 0644, NULL);
}

/* As no build may start, none would show that less is enough by now. */
static void forget_slowly(const struct room *room, struct room_need *need)
{
	CLEANUP_BUF struct buf path = {0};
	struct stat st;

	if (need_path(room, &path) || stat(path.data, &st) < 0 ||
		st.st_mtime > time(NULL) - FORGET_EVERY)
		return;
	room_need_learn(need, room->clean, 0);
	write_need(room, need);
}

static int check(
	const char *path, const struct room_floor *floor, uint64_t need, struct err *err)
{
	struct disk disk = {0};
	uint64_t bytes;
	int r = look(path, &disk);

	if (r < 0)
		return err_errno(err, r, "cannot see how full the disk of '%s' is", path);
	bytes = room_floor_bytes(floor, disk.size);
	if (!bytes || disk.free >= bytes + need)
		return 0;
	return err_set(err, -ENOSPC,
		"the disk of '%s' has %.1f GiB free, and a build wants %.1f GiB beside "
		"'disk-floor', %.1f GiB",
		path, (double)disk.free / GIB, (double)need / GIB, (double)bytes / GIB);
}

static bool same_disk(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev;
}

int room_enter(struct room *room, struct err *err)
{
	struct room_floor floor = {0};
	struct room_need need;
	struct disk disk = {0};
	int r;

	if (room->conf->disk_floor)
		room_floor_parse(room->conf->disk_floor, &floor);
	read_need(room, &need);
	r = check(room->dir, &floor, room_need_expect(&need, room->clean), err);
	if (r == -ENOSPC)
		forget_slowly(room, &need);
	/* of a store elsewhere, an image's size is little beside the floor */
	if (!r && !same_disk(room->dir, room->conf->store))
		r = check(room->conf->store, &floor, 0, err);
	if (!r && look(room->dir, &disk) == 0)
		room->before = disk.free;
	room->begun = time(NULL);
	return r;
}

/* nftw(3) has no context */
static int64_t count_since;
static uint64_t counted;

static int count_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)path;
	(void)ftw;
	if (flag == FTW_F && st->st_ctim.tv_sec >= count_since)
		counted += (uint64_t)st->st_blocks * 512;
	return 0;
}

/* The most that this build can have taken: the files that it wrote, and copies of them in
 * a store on the same disk. */
static uint64_t count_written(const struct room *room)
{
	count_since = room->begun;
	counted = 0;
	nftw(room->dir, count_one, 32, FTW_PHYS);
	return same_disk(room->dir, room->conf->store) ? 2 * counted : counted;
}

void room_leave(const struct room *room)
{
	struct room_need need, was;
	struct disk disk = {0};
	uint64_t took, most;

	if (look(room->dir, &disk) < 0)
		return;
	took = room->before > disk.free ? room->before - disk.free : 0;
	read_need(room, &need);
	was = need;
	/* others write to the disk too: more than ever is worth a closer look */
	if (took > room_need_expect(&need, room->clean)) {
		most = count_written(room);
		took = took < most ? took : most;
	}
	room_need_learn(&need, room->clean, took);
	if (memcmp(&need, &was, sizeof(need)) != 0)
		write_need(room, &need);
}
