/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file in which all processes of one make write down, together and while they run,
 * which paths they looked at: mapped by each, a hash table of texts that only grows.
 * A text is a kind (one letter) and an absolute path. What is in it survives SIGKILL.
 *
 * Shared by the recorder, which is preloaded into strangers' programs, and the builder:
 * nothing here allocates, locks or fails.
 */
#ifndef TENFOLD_BUILDER_REACH_MAP_H
#define TENFOLD_BUILDER_REACH_MAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define REACH_MAP_MAGIC "tfreach1"
#define REACH_MAP_SLOTS (1u << 18)
#define REACH_MAP_FULL (REACH_MAP_SLOTS / 4 * 3)
#define REACH_MAP_TEXT (48u << 20) /* bytes; the file is sparse */
#define REACH_ROOT_MAX 4096

enum reach_kind {
	REACH_OPENED = 'o',   /* a folder: listed */
	REACH_COMPILED = 'c', /* the same, by a compiler, which looks past comments */
	REACH_SEEN = 's',     /* asked about, and there */
	REACH_ABSENT = 'a',   /* looked for, and not there */
	REACH_DEEP = 'd',     /* looked for by a pattern, or walked: all below counts */
};

struct reach_map {
	char magic[8];
	char root[REACH_ROOT_MAX];              /* paths elsewhere are not written down */
	_Atomic uint32_t texts;                 /* how many there are */
	_Atomic uint32_t lost;                  /* not 0: something did not fit */
	_Atomic uint32_t used;                  /* bytes of text; 0 is no text's place */
	_Atomic uint32_t slot[REACH_MAP_SLOTS]; /* where in text; 0: free */
	char text[REACH_MAP_TEXT];
};

/* FNV-1a. */
static inline uint64_t reach_hash(char kind, const char *path)
{
	uint64_t hash =
		(14695981039346656037ull ^ (unsigned char)kind) * 1099511628211ull;

	for (; *path; path++)
		hash = (hash ^ (unsigned char)*path) * 1099511628211ull;
	return hash ^ hash >> 29;
}

static inline bool reach_map_is(const char *text, char kind, const char *path)
{
	return text[0] == kind && !strcmp(text + 1, path);
}

/* The place of a new text; 0 if there is no room. */
static inline uint32_t reach_map_write(struct reach_map *map, char kind, const char *path)
{
	size_t len = strlen(path) + 2;
	uint32_t at = atomic_load(&map->used);

	if (at > REACH_MAP_TEXT - REACH_ROOT_MAX * 2 || len > REACH_ROOT_MAX ||
		atomic_load(&map->texts) >= REACH_MAP_FULL)
		return 0;
	at = 1 + atomic_fetch_add(&map->used, len);
	if (at > REACH_MAP_TEXT - REACH_ROOT_MAX)
		return 0;
	map->text[at] = kind;
	memcpy(map->text + at + 1, path, len - 1);
	return at;
}

/* Any number of processes at once: whoever puts a text's place into a slot first wins,
 * the others' copies stay unused. A process that dies in between leaves nothing. */
static inline void reach_map_add(struct reach_map *map, char kind, const char *path)
{
	uint32_t i = reach_hash(kind, path) % REACH_MAP_SLOTS, mine = 0;

	for (;; i = (i + 1) % REACH_MAP_SLOTS) {
		uint32_t at = atomic_load(&map->slot[i]);

		if (!at && !mine && !(mine = reach_map_write(map, kind, path))) {
			atomic_store(&map->lost, 1);
			return;
		}
		if (!at && atomic_compare_exchange_strong(&map->slot[i], &at, mine)) {
			atomic_fetch_add(&map->texts, 1);
			return;
		}
		if (reach_map_is(map->text + at, kind, path))
			return;
	}
}

#endif
