// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim.h"

#include "bisect/lab/machine.h"
#include "builder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NEVER 1e18
#define TEST_SECONDS 3.0
#define WALL_START 1.7e9

/* What the machine does next, and after how many seconds. */
enum {
	AT_GRUB,
	AT_FIRST_STAGE,
	AT_LIST,
	AT_CHOSEN,
	AT_FETCHED,
	AT_KEXEC,
	AT_END,
	AT_REST
};
static const double delays[] = {[AT_GRUB] = 5,
	[AT_FIRST_STAGE] = 3,
	[AT_LIST] = 1,
	[AT_CHOSEN] = 0.3,
	[AT_FETCHED] = 2,
	[AT_KEXEC] = 0.5,
	[AT_END] = 4};

void sim_init(struct sim *sim, const struct history *history, enum sim_kind *kinds)
{
	*sim = (struct sim){.history = history,
		.kinds = kinds,
		.stage = AT_REST,
		.due = NEVER,
		.build_seconds = 12,
		.up = true,
		.server_away_from = NEVER,
		.dice = 0x9e3779b97f4a7c15u,
		.next_id = 1};
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

static struct boot *new_boot(struct sim *sim)
{
	struct boots *b = &sim->boots;

	if (b->n < BOOTS_MAX)
		b->n++;
	memmove(b->v + 1, b->v, (b->n - 1) * sizeof(*b->v));
	b->v[0] = (struct boot){.ok = -1};
	cost_init(&b->v[0].cost);
	snprintf(b->v[0].id, sizeof(b->v[0].id), "%016x", sim->next_id++);
	return b->v;
}

static struct boot *post(struct sim *sim, enum stage stage)
{
	struct boot *boot = sim->boots.v;

	boot->seen[stage] = true;
	boot->last = WALL_START + sim->now;
	return boot;
}

static void go(struct sim *sim, int stage)
{
	sim->stage = stage;
	sim->due = stage == AT_REST ? NEVER : sim->now + delays[stage];
}

static void restart(struct sim *sim)
{
	sim->image[0] = '\0';
	sim->up = sim->warming = false;
	sim->current = sim->fault ? sim->fault(sim->ctx, sim->boots_made) : SIM_NO_FAULT;
	sim->boots_made++;
	go(sim, AT_GRUB);
	if (sim->current == SIM_STUCK_IN_FIRMWARE)
		go(sim, AT_REST);
}

static void reach_grub(struct sim *sim)
{
	if (*sim->announced)
		sim->announced[0] = '\0';
	else
		new_boot(sim);
	post(sim, STAGE_GRUB);
	go(sim, sim->current == SIM_STUCK_IN_GRUB ? AT_REST : AT_FIRST_STAGE);
}

static void reach_list(struct sim *sim)
{
	post(sim, STAGE_LIST);
	if (sim->current == SIM_RESTARTS_IN_FIRST_STAGE) {
		restart(sim);
		return;
	}
	snprintf(sim->image, sizeof(sim->image), "%s", *sim->next ? sim->next : "local");
	if (!strcmp(sim->image, "local") || sim->current == SIM_LOCAL_DISK) {
		post(sim, STAGE_LOCAL);
		sim->up = true;
		go(sim, AT_REST);
		return;
	}
	go(sim, AT_CHOSEN);
}

static void reach_fetched(struct sim *sim)
{
	if (sim->warming && sim->warm == SIM_WARM_FAILS) {
		snprintf(post(sim, STAGE_FAILED)->detail, 64, "warm step: kexec refused");
		go(sim, AT_REST);
		return;
	}
	if (sim->current == SIM_IMAGE_CORRUPTED) {
		snprintf(post(sim, STAGE_FAILED)->detail, 64, "vmlinuz is corrupted");
		go(sim, AT_REST);
		return;
	}
	post(sim, STAGE_FETCHED);
	go(sim, AT_KEXEC);
}

static void reach_kexec(struct sim *sim)
{
	struct boot *boot = post(sim, STAGE_KEXEC);

	snprintf(boot->image, sizeof(boot->image), "%s", sim->image);
	sim->next[0] = '\0';
	sim->up = false;
	sim->kexecs++;
	sim_count_boot(sim);
	sim->colds += !strcmp(sim->mode, "grub");
	go(sim, AT_END);
}

static bool away(const struct sim *sim)
{
	return sim->now >= sim->server_away_from && sim->now < sim->server_away_to;
}

static void come_up(struct sim *sim)
{
	bool wrong = sim->current == SIM_WRONG_KERNEL;
	struct boot *boot;

	go(sim, AT_REST);
	sim->up = true;
	if (away(sim))
		return; /* it tells nobody, and once only */
	boot = post(sim, STAGE_UP);
	boot->ok = !wrong;
	snprintf(boot->release, sizeof(boot->release), "6.1.0-sim");
	snprintf(boot->build_id, sizeof(boot->build_id), "%s",
		wrong ? "another" : sim_kernel_of(sim, strrchr(sim->image, '/') + 1));
	boot->cost.seconds[COST_FIRMWARE] = delays[AT_GRUB];
	boot->cost.seconds[COST_KERNEL] = delays[AT_END];
}

void sim_print(struct sim *sim, const char *line)
{
	size_t room = sizeof(sim->text) - sim->console_length;
	int n = snprintf(
		sim->text + sim->console_length, room, "[%5.6f] %s\n", sim->now, line);

	if (sim->console && n > 0 && (size_t)n < room)
		sim->console_length += n;
}

static void panic(struct sim *sim)
{
	sim_print(sim, "Kernel panic - not syncing: simulated");
}

static void reset_itself(struct sim *sim)
{
	sim_print(sim, "Rebooting in 1 seconds..");
	sim->self_resets++;
	restart(sim);
}

static void end_boot(struct sim *sim)
{
	if (sim->warming && sim->warm == SIM_WARM_HANGS) {
		go(sim, AT_REST);
		return;
	}
	switch (sim_kind_of(sim, sim->image)) {
	case SIM_HANG:
		go(sim, AT_REST);
		return;
	case SIM_PANIC:
		panic(sim);
		sim_print(sim, "---[ end Kernel panic - not syncing: simulated ]---");
		go(sim, AT_REST);
		return;
	case SIM_PANIC_REBOOTS:
		panic(sim);
		reset_itself(sim);
		return;
	case SIM_NO_ROOT:
		snprintf(post(sim, STAGE_FAILED)->detail, 64,
			"second stage: no root disk");
		reset_itself(sim);
		return;
	default:
		come_up(sim);
	}
}

static void act(struct sim *sim)
{
	struct boot *boot;

	sim->now = sim->due > sim->now ? sim->due : sim->now;
	switch (sim->stage) {
	case AT_GRUB:
		reach_grub(sim);
		break;
	case AT_FIRST_STAGE:
		post(sim, STAGE_FIRST);
		go(sim, AT_LIST);
		break;
	case AT_LIST:
		reach_list(sim);
		break;
	case AT_CHOSEN:
		boot = post(sim, STAGE_CHOSEN);
		snprintf(boot->image, sizeof(boot->image), "%s", sim->image);
		go(sim, AT_FETCHED);
		break;
	case AT_FETCHED:
		reach_fetched(sim);
		break;
	case AT_KEXEC:
		reach_kexec(sim);
		break;
	default:
		end_boot(sim);
	}
}

void sim_pass(struct sim *sim, double seconds)
{
	double until = sim->now + seconds;

	while (sim->due <= until)
		act(sim);
	sim->now = until;
}

/* --- the tables --- */
static int no_answer(struct err *err)
{
	return err_set(err, -ECONNREFUSED, "the server does not answer");
}

static int sim_set_next(void *ctx, const char *image, struct err *err)
{
	struct sim *sim = ctx;

	if (sim_dead(sim))
		return -EINTR;
	if (away(sim))
		return no_answer(err);
	snprintf(sim->next, sizeof(sim->next), "%s", image);
	sim->next_waits = false;
	return 0;
}

static int sim_clear_next(void *ctx, const char *image, struct err *err)
{
	struct sim *sim = ctx;

	if (sim_dead(sim))
		return -EINTR;
	if (away(sim))
		return no_answer(err);
	if (!strcmp(sim->next, image))
		sim->next[0] = '\0';
	return 0;
}

static int sim_get_next(void *ctx, struct chosen *ret_chosen, struct err *err)
{
	struct sim *sim = ctx;

	if (sim_dead(sim))
		return -EINTR;
	if (away(sim))
		return no_answer(err);
	*ret_chosen = (struct chosen){.wait = sim->next_waits};
	snprintf(ret_chosen->image, sizeof(ret_chosen->image), "%s", sim->next);
	return 0;
}

static int sim_give_next(void *ctx, const struct chosen *chosen, struct err *err)
{
	struct sim *sim = ctx;

	if (sim_dead(sim))
		return -EINTR;
	if (away(sim))
		return no_answer(err);
	if (*sim->next)
		return err_set(err, -EEXIST, "a next is chosen already");
	snprintf(sim->next, sizeof(sim->next), "%s", chosen->image);
	sim->next_waits = chosen->wait;
	return 0;
}

static int sim_announce(void *ctx, char ret_boot[BOOT_ID_TEXT], struct err *err)
{
	struct sim *sim = ctx;

	if (sim_dead(sim))
		return -EINTR;
	if (away(sim))
		return no_answer(err);
	memcpy(sim->announced, new_boot(sim)->id, sizeof(sim->announced));
	post(sim, STAGE_RESET);
	memcpy(ret_boot, sim->announced, sizeof(sim->announced));
	return 0;
}

static int sim_boots(void *ctx, struct boots *ret_boots, struct err *err)
{
	struct sim *sim = ctx;

	if (sim_dead(sim))
		return -EINTR;
	if (away(sim))
		return no_answer(err);
	*ret_boots = sim->boots;
	return 0;
}

static int sim_get_mode(void *ctx, char ret_mode[BOOT_MODE_TEXT], struct err *err)
{
	struct sim *sim = ctx;

	if (sim_dead(sim))
		return -EINTR;
	if (away(sim))
		return no_answer(err);
	memcpy(ret_mode, sim->mode, sizeof(sim->mode));
	return 0;
}

static int sim_set_mode(void *ctx, const char *mode, struct err *err)
{
	struct sim *sim = ctx;

	if (sim_dead(sim))
		return -EINTR;
	if (away(sim))
		return no_answer(err);
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
	snprintf(sim->image, sizeof(sim->image), "%s", image);
	sim->announced[0] = '\0';
	sim->current = SIM_NO_FAULT;
	sim->warming = true;
	go(sim, AT_CHOSEN);
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
	restart(sim);
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
		panic(sim);
		reset_itself(sim);
	}
	sim_pass(sim, kind == SIM_DIES_IN_TEST ? delays[AT_GRUB] + 1 : TEST_SECONDS);
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
	return WALL_START + ((struct sim *)ctx)->now;
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
