// SPDX-License-Identifier: GPL-2.0-or-later
#include "ladder.h"

#include <errno.h>

#define POWER_TRIES 3
#define POWER_PAUSE 2.0 /* seconds, times the number of the try */

static void say(const struct world *world, const char *text)
{
	world->view->say(world->view_ctx, text);
}

int ladder_power(const struct world *world, unsigned int *resets, struct err *err)
{
	for (int i = 1;; i++) {
		int r = world->machine->reset(world->machine_ctx, RUNG_POWER, err);

		if (r == 0)
			++*resets;
		if (r == 0 || r == -EINTR || i == POWER_TRIES)
			return r;
		say(world, err->text);
		r = world->clock->wait(world->clock_ctx, POWER_PAUSE * i);
		if (r < 0)
			return r;
	}
}

int ladder_reset(const struct world *world, bool stands_still, unsigned int *resets,
	bool *ret_through_os, struct err *err)
{
	bool power = world->machine->can(world->machine_ctx, RUNG_POWER);

	*ret_through_os = false;
	if (world->machine->can(world->machine_ctx, RUNG_OS) &&
		!(power && stands_still)) {
		int r = world->machine->reset(world->machine_ctx, RUNG_OS, err);

		if (r == 0) {
			++*resets;
			*ret_through_os = true;
		}
		if (r == 0 || r == -EINTR || !power)
			return r;
		say(world, err->text);
	}
	if (!power)
		return err_set(err, -ENOTSUP, "there is no way to reset the host");
	return ladder_power(world, resets, err);
}
