// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost.h"

#include <string.h>

static const char *const names[COST_STAGES] = {
	[COST_BUILD] = "build",
	[COST_FIRMWARE] = "firmware",
	[COST_GRUB] = "grub",
	[COST_FIRST_STAGE] = "first-stage",
	[COST_FETCH] = "fetch",
	[COST_KEXEC] = "kexec",
	[COST_KERNEL] = "kernel",
	[COST_USERSPACE] = "userspace",
	[COST_TEST] = "test",
	[COST_TOTAL] = "total",
};

void cost_init(struct cost *cost)
{
	for (int i = 0; i < COST_STAGES; i++)
		cost->seconds[i] = COST_UNKNOWN;
}

const char *cost_name(enum cost_stage stage)
{
	return names[stage];
}

enum cost_stage cost_find(const char *name)
{
	int i = 0;

	while (i < COST_STAGES && strcmp(names[i], name))
		i++;
	return i;
}
