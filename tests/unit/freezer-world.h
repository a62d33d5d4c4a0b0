/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store, and images that go into packs and come back, for tests. */
#ifndef TENFOLD_UNIT_FREEZER_WORLD_H
#define TENFOLD_UNIT_FREEZER_WORLD_H

#include <errno.h>
#include <poll.h>

#include "builder/cold/chain.h"
#include "builder/cold/freeze.h"
#include "builder/cold/thaw.h"
#include "tests/unit/cold-store.h"

#define GZIP "gzip -n -9"

struct world {
	char root[32];
	struct store store;
};

static inline int setup(void **state)
{
	static struct world w;

	memcpy(w.root, "/tmp/tenfold-test-XXXXXX", 25);
	assert_non_null(mkdtemp(w.root));
	w.store.root = w.root;
	*state = &w;
	return 0;
}

static inline int teardown(void **state)
{
	struct world *w = *state;

	return dir_remove(w->root, NULL);
}

/* A killed one's own child, on its way to gzip, may hold the lock a moment longer. */
static inline int open_freezer(struct world *w, struct freezer *ret, struct err *err)
{
	int r = freezer_open(ret, &w->store, err);

	for (int tries = 0; r == -EAGAIN && tries < 1000; tries++) {
		poll(NULL, 0, 10);
		r = freezer_open(ret, &w->store, err);
	}
	return r;
}

static inline int freeze(
	struct world *w, const struct image_id *id, struct frozen *ret, struct err *err)
{
	CLEANUP_FREEZER struct freezer freezer = {.lock_fd = -1};
	int r = open_freezer(w, &freezer, err);

	return r < 0 ? r : freezer_add(&freezer, id, ret, err);
}

static inline struct frozen must_freeze(struct world *w, const struct image_id *id)
{
	struct frozen frozen;
	struct err err = ERR_INIT;

	if (freeze(w, id, &frozen, &err) < 0)
		fail_msg("%s", err.text);
	return frozen;
}

static inline void must_thaw(struct world *w, const struct image_id *id)
{
	struct err err = ERR_INIT;
	bool cold;

	if (thaw_image(&w->store, id, &cold, &err) < 0)
		fail_msg("%s", err.text);
	assert_image_whole(&w->store, id);
}

static inline void pack_name(struct world *w, const struct image_id *id, char ret[256])
{
	CLEANUP_BUF struct buf path = {0};

	assert_int_equal(chain_path(&w->store, id, &path), 0);
	snprintf(ret, 256, "%s", path.data);
}

static inline size_t count_packs(struct world *w)
{
	uint64_t bytes;
	size_t n;

	freeze_count(&w->store, &n, &bytes);
	return n;
}

#endif
