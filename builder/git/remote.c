// SPDX-License-Identifier: GPL-2.0-or-later
#include "remote.h"

/* The poll's timer may come a moment early. */
#define EARLY 0.5

bool remote_is_due(const struct remote *remote, double now)
{
	return now + EARLY >= remote->asked_at;
}

bool remote_failed(struct remote *remote, double now, double poll)
{
	double pause = poll;

	for (unsigned int i = 0; i < remote->failures && pause < REMOTE_PAUSE_MAX; i++)
		pause *= 2;
	if (pause > REMOTE_PAUSE_MAX && poll < REMOTE_PAUSE_MAX)
		pause = REMOTE_PAUSE_MAX;
	remote->asked_at = now + pause;
	return remote->failures++ == 0;
}

bool remote_answered(struct remote *remote)
{
	bool was_away = remote->failures > 0;

	*remote = (struct remote){0};
	return was_away;
}
