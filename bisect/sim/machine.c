// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine.h"

#include <stdio.h>
#include <string.h>

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
static const double delays[] = {[AT_GRUB] = SIM_GRUB_SECONDS,
	[AT_FIRST_STAGE] = 3,
	[AT_LIST] = 1,
	[AT_CHOSEN] = 0.3,
	[AT_FETCHED] = 2,
	[AT_KEXEC] = 0.5,
	[AT_END] = 4};

struct boot *sim_new_boot(struct sim *sim)
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

struct boot *sim_post(struct sim *sim, enum stage stage)
{
	struct boot *boot = sim->boots.v;

	boot->seen[stage] = true;
	boot->last = SIM_WALL_START + sim->now;
	return boot;
}

static void go(struct sim *sim, int stage)
{
	sim->stage = stage;
	sim->due = stage == AT_REST ? SIM_NEVER : sim->now + delays[stage];
}

void sim_rest(struct sim *sim)
{
	go(sim, AT_REST);
}

void sim_restart(struct sim *sim)
{
	sim->image[0] = '\0';
	sim->up = sim->warming = false;
	sim->current = sim->fault ? sim->fault(sim->ctx, sim->boots_made) : SIM_NO_FAULT;
	sim->boots_made++;
	go(sim, AT_GRUB);
	if (sim->current == SIM_STUCK_IN_FIRMWARE)
		go(sim, AT_REST);
}

void sim_jump(struct sim *sim, const char *image)
{
	snprintf(sim->image, sizeof(sim->image), "%s", image);
	sim->announced[0] = '\0';
	sim->current = SIM_NO_FAULT;
	sim->warming = true;
	go(sim, AT_CHOSEN);
}

static void reach_grub(struct sim *sim)
{
	if (*sim->announced)
		sim->announced[0] = '\0';
	else
		sim_new_boot(sim);
	sim_post(sim, STAGE_GRUB);
	go(sim, sim->current == SIM_STUCK_IN_GRUB ? AT_REST : AT_FIRST_STAGE);
}

static void reach_list(struct sim *sim)
{
	sim_post(sim, STAGE_LIST);
	if (sim->current == SIM_RESTARTS_IN_FIRST_STAGE) {
		sim_restart(sim);
		return;
	}
	snprintf(sim->image, sizeof(sim->image), "%s", *sim->next ? sim->next : "local");
	if (!strcmp(sim->image, "local") || sim->current == SIM_LOCAL_DISK) {
		sim_post(sim, STAGE_LOCAL);
		sim->up = true;
		go(sim, AT_REST);
		return;
	}
	go(sim, AT_CHOSEN);
}

static void reach_fetched(struct sim *sim)
{
	if (sim->warming && sim->warm == SIM_WARM_FAILS) {
		snprintf(sim_post(sim, STAGE_FAILED)->detail, 64,
			"warm step: kexec refused");
		go(sim, AT_REST);
		return;
	}
	if (sim->current == SIM_IMAGE_CORRUPTED) {
		snprintf(sim_post(sim, STAGE_FAILED)->detail, 64, "vmlinuz is corrupted");
		go(sim, AT_REST);
		return;
	}
	sim_post(sim, STAGE_FETCHED);
	go(sim, AT_KEXEC);
}

static void reach_kexec(struct sim *sim)
{
	struct boot *boot = sim_post(sim, STAGE_KEXEC);

	snprintf(boot->image, sizeof(boot->image), "%s", sim->image);
	sim->next[0] = '\0';
	sim->up = false;
	sim->kexecs++;
	sim_count_boot(sim);
	sim->colds += !strcmp(sim->mode, "grub");
	go(sim, AT_END);
}

static void come_up(struct sim *sim)
{
	bool wrong = sim->current == SIM_WRONG_KERNEL;
	struct boot *boot;

	go(sim, AT_REST);
	sim->up = true;
	if (sim_away(sim))
		return; /* it tells nobody, and once only */
	boot = sim_post(sim, STAGE_UP);
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

void sim_panic(struct sim *sim)
{
	sim_print(sim, "Kernel panic - not syncing: simulated");
}

void sim_reset_itself(struct sim *sim)
{
	sim_print(sim, "Rebooting in 1 seconds..");
	sim->self_resets++;
	sim_restart(sim);
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
		sim_panic(sim);
		sim_print(sim, "---[ end Kernel panic - not syncing: simulated ]---");
		go(sim, AT_REST);
		return;
	case SIM_PANIC_REBOOTS:
		sim_panic(sim);
		sim_reset_itself(sim);
		return;
	case SIM_NO_ROOT:
		snprintf(sim_post(sim, STAGE_FAILED)->detail, 64,
			"second stage: no root disk");
		sim_reset_itself(sim);
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
		sim_post(sim, STAGE_FIRST);
		go(sim, AT_LIST);
		break;
	case AT_LIST:
		reach_list(sim);
		break;
	case AT_CHOSEN:
		boot = sim_post(sim, STAGE_CHOSEN);
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
