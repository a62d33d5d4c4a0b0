/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the server of the tests of its API has: two images, and both stages. */
#ifndef TENFOLD_UNIT_API_STORE_H
#define TENFOLD_UNIT_API_STORE_H

#include "tests/unit/server-world.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define IMAGE_A "x86_64/lab/" A
#define IMAGE_B "x86_64/lab/" B
#define LINE_A IMAGE_A "\tmaster\t6.1.1-lab\t2026-01-01T00:00:00Z\tit's?a <b>\n"
#define LINE_B IMAGE_B "\tnet/next\t6.1.2-lab\t2026-01-02T00:00:00Z\tit's?a <b>\n"
#define HOST "/v1/hosts/" WORLD_MAC

static inline int make(void **state)
{
	struct world *w;

	world_make(state);
	w = *state;
	world_image(w, "x86_64", A, "master", 1);
	world_image(w, "x86_64", B, "net/next", 2);
	world_write(w, "images/" IMAGE_A "/vmlinuz", "kernel A");
	world_write(w, "images/" IMAGE_A "/modules.cpio.zst", "modules A");
	world_write(w, "boot/x86_64/second.img", "12345");
	world_write(w, "boot/x86_64/vmlinuz", "first stage");
	world_sync(w);
	return 0;
}

static inline void as_json(struct request *rq)
{
	world_loopback(rq);
	rq->accept = "application/json";
	rq->content_type = "application/json";
}

static inline json_t *body_json(struct world *w)
{
	json_t *json = json_loads(w->rp.body.data, 0, NULL);

	assert_non_null(json);
	return json;
}

#define test(name) cmocka_unit_test_setup_teardown(name, make, world_drop)

#endif
