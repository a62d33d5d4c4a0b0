// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bisect/lab/machine.h"
#include "builder.h"
#include "machine.h"

#define TEST_SECONDS 3.0

void sim_init(struct sim *sim, const struct history *history, enum sim_kind *kinds)
{
	*sim = (struct sim){.history = history,
		.kinds = kinds,
		.build_seconds = 12,
		.up = true,
		.server_away_from = SIM_NEVER,
		.dice = 0x9e3779b97f4a7c15u,
		.next_id = 1};
	sim_rest(sim);
}

bool sim_dead(struct sim *sim)
{
	sim->calls++;
	return (sim->die_at && sim->calls >= sim->die_at) ||
	       (sim->stop_at > 0 && sim->now >= sim->stop_at);
}

enum sim_kind sim_kind_of(const struct sim *sim, const char *image)
{
	const char *slash = strrchr(image, '/');
	size_t number;

	if (slash && !strcmp(slash + 1, SIM_REVERT))
		return sim->revert_kind;
	if (slash && history_find(sim->history, slash + 1, &number) == 0)
		return sim->kinds[number];
	return sim->good_kind;
}

bool sim_away(const struct sim *sim)
{
	return sim->now >= sim->server_away_from && sim->now < sim->server_away_to;
}

static int reach_server(struct sim *sim, struct err *err)
{
	if (sim_dead(sim))
		return -EINTR;
	return sim_away(sim) ? err_set(err, -ECONNREFUSED, "the server does not answer")
			     : 0;
}

static int sim_set_next(void *ctx, const char *image, struct err *err)
{
	struct sim *sim = ctx;
	int r = reach_server(sim, err);

	if (r < 0)
		return r;
	snprintf(sim->next, sizeof(sim->next), "%s", image);
	sim->next_waits = false;
	return 0;
}

static int sim_clear_next(void *ctx, const char *image, struct err *err)
{
	struct sim *sim = ctx;
	int r = reach_server(sim, err);

	if (r < 0)
		return r;
	if (!strcmp(sim->next, image))
		sim->next[0] = '\0';
	return 0;
}

static int sim_get_next(void *ctx, struct chosen *ret_chosen, struct err *err)
{
	struct sim *sim = ctx;
	int r = reach_server(sim, err);

	if (r < 0)
		return r;
	*ret_chosen = (struct chosen){.wait = sim->next_waits};
	snprintf(ret_chosen->image, sizeof(ret_chosen->image), "%s", sim->next);
	return 0;
}

static int sim_give_next(void *ctx, const struct chosen *chosen, struct err *err)
{
	struct sim *sim = ctx;
	int r = reach_server(sim, err);

	if (r < 0)
		return r;
	if (*sim->next)
		return err_set(err, -EEXIST, "a next is chosen already");
	snprintf(sim->next, sizeof(sim->next), "%s", chosen->image);
	sim->next_waits = chosen->wait;
	return 0;
}

static int sim_announce(void *ctx, char ret_boot[BOOT_ID_TEXT], struct err *err)
{
	struct sim *sim = ctx;
	int r = reach_server(sim, err);

	if (r < 0)
		return r;
	memcpy(sim->announced, sim_new_boot(sim)->id, sizeof(sim->announced));
	sim_post(sim, STAGE_RESET);
	memcpy(ret_boot, sim->announced, sizeof(sim->announced));
	return 0;
}

static int sim_boots(void *ctx, struct boots *ret_boots, struct err *err)
{
	struct sim *sim = ctx;
	int r = reach_server(sim, err);

	if (r < 0)
		return r;
	*ret_boots = sim->boots;
	return 0;
}

static int sim_get_mode(void *ctx, char ret_mode[BOOT_MODE_TEXT], struct err *err)
{
	struct sim *sim = ctx;
	int r = reach_server(sim, err);

	if (r < 0)
		return r;
	memcpy(ret_mode, sim->mode, sizeof(sim->mode));
	return 0;
}

static int sim_set_mode(void *ctx, const char *mode, struct err *err)
{
	struct sim *sim = ctx;
	int r = reach_server(sim, err);

	if (r < 0)
		return r;
	snprintf(sim->mode, sizeof(sim->mode), "%s", mode);
	return 0;
}

static bool sim_can(void *ctx, enum rung rung)
{
	return rung != RUNG_WARM || ((struct sim *)ctx)->warm != SIM_NO_WARM;
}

static int sim_warm(void *ctx, const char *boot, const char *image, struct err *err)
{
	struct sim *sim = ctx;

	if (sim_dead(sim))
		return -EINTR;
	sim->warm_steps++;
	if (!sim->up || sim->warm == SIM_WARM_REFUSED || strcmp(boot, sim->boots.v[0].id))
		return err_set(err, -EIO, "ssh: no route to host");
	if (sim->warm == SIM_WARM_IGNORED)
		return 0;
	sim_jump(sim, image);
	return 0;
}

static int sim_reset(void *ctx, enum rung rung, struct err *err)
{
	struct sim *sim = ctx;

	if (sim_dead(sim))
		return -EINTR;
	if (rung == RUNG_OS) {
		sim_pass(sim, 1);
		if (!sim->up)
			return err_set(err, -EIO, "ssh: no route to host");
		sim->reboots++;
		if (sim->os_deaf) {
			sim->os_deaf--;
			return 0;
		}
	} else {
		if (sim->power_fails) {
			sim->power_fails--;
			return err_set(err, -EIO, "the BMC is busy");
		}
		sim->power_cycles++;
	}
	sim_restart(sim);
	return 0;
}

/* The console tells all that there is. */
static int sim_log(
	void *ctx, const char *boot, enum boot_log log, struct buf *text, struct err *err)
{
	(void)ctx;
	(void)boot;
	(void)log;
	(void)text;
	(void)err;
	return -ENOENT;
}

static void sim_console_sent(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	(void)text;
	(void)len;
}

static off_t sim_console_end(void *ctx)
{
	return ((struct sim *)ctx)->console_length;
}

static void sim_console_mark(void *ctx, off_t at)
{
	((struct sim *)ctx)->console_mark = at;
}

static void sim_console_read(void *ctx, struct console_news *ret_news)
{
	const struct sim *sim = ctx;

	console_scan(sim->text + sim->console_mark, ret_news);
}

static void sim_console_text(void *ctx, off_t from, struct buf *text)
{
	const struct sim *sim = ctx;

	buf_adds(text, sim->text + (from < 0 ? sim->console_mark : from));
}

static void sim_console_keep(void *ctx, unsigned int step)
{
	(void)ctx;
	(void)step;
}

/* 0 to 1; the same ones each time (xorshift). */
static double throw_dice(struct sim *sim)
{
	sim->dice ^= sim->dice << 13;
	sim->dice ^= sim->dice >> 7;
	sim->dice ^= sim->dice << 17;
	return (sim->dice >> 11) * 0x1p-53;
}

/* What a test that is not always right makes of it. */
static enum sim_kind flake(struct sim *sim, enum sim_kind kind)
{
	if (kind == SIM_BAD && sim->passes_on_bad > 0 &&
		throw_dice(sim) < sim->passes_on_bad)
		return SIM_GOOD;
	if (kind == SIM_GOOD && sim->fails_on_good > 0 &&
		throw_dice(sim) < sim->fails_on_good)
		return SIM_BAD;
	return kind;
}

static int sim_test(void *ctx, unsigned int step, const struct candidate *candidate,
	const char *boot, struct test_result *ret_result, struct err *err)
{
	struct sim *sim = ctx;
	enum sim_kind kind;

	(void)step;
	(void)err;
	if (sim_dead(sim))
		return -EINTR;
	sim->tests++;
	*ret_result = (struct test_result){.seconds = TEST_SECONDS, .words = "ran"};
	/* a test on any other kernel than the one asked for is what must never be */
	if (strcmp(sim->image, candidate->image) || strcmp(sim->boots.v[0].id, boot)) {
		ret_result->exit_code = 200;
		return 0;
	}
	kind = flake(sim, sim_kind_of(sim, candidate->image));
	if (kind == SIM_DIES_IN_TEST) {
		sim_panic(sim);
		sim_reset_itself(sim);
	}
	sim_pass(sim, kind == SIM_DIES_IN_TEST ? SIM_GRUB_SECONDS + 1 : TEST_SECONDS);
	if (sim->stop_at > 0 && sim_dead(sim))
		return -EINTR;
	ret_result->exit_code = kind == SIM_GOOD              ? 0
				: kind == SIM_UNTESTABLE      ? 125
				: kind == SIM_DIES_IN_TEST    ? 255
				: kind == SIM_FAILS_OTHERWISE ? 2
							      : 1;
	if (sim->on_test)
		sim->on_test(sim, candidate->id.commit, ret_result);
	return 0;
}

static double sim_now(void *ctx)
{
	return ((struct sim *)ctx)->now;
}

static double sim_wall(void *ctx)
{
	return SIM_WALL_START + ((struct sim *)ctx)->now;
}

static int sim_wait(void *ctx, double seconds)
{
	struct sim *sim = ctx;

	if (sim_dead(sim))
		return -EINTR;
	sim_pass(sim, seconds);
	return sim->stop_at > 0 && sim_dead(sim) ? -EINTR : 0;
}

static void sim_say(void *ctx, const char *text)
{
	(void)ctx;
	(void)text;
}

void sim_world(struct sim *sim, struct world *ret_world)
{
	static const struct server_ops server = {sim_set_next, sim_clear_next,
		sim_get_next, sim_give_next, sim_announce, sim_boots, sim_log,
		sim_get_mode, sim_set_mode};
	static const struct machine_ops machine = {sim_can, sim_reset, sim_warm,
		sim_console_sent, sim_console_end, sim_console_mark, sim_console_read,
		sim_console_keep, sim_console_text};
	static const struct tester_ops tester = {sim_test};
	static const struct clock_ops clock = {sim_now, sim_wall, sim_wait};
	static const struct view_ops view = {sim_say, sim_say};

	*ret_world = (struct world){&sim_builder_ops, &server, &machine, &tester, &clock,
		&view, sim, sim, sim, sim, sim, sim};
}
