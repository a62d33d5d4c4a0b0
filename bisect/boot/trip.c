// SPDX-License-Identifier: GPL-2.0-or-later
#include "trip.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ADOPTED_MAX 3

void trip_begin(struct trip *trip, const struct candidate *candidate,
	const struct limits *limits, const char *boot, double now)
{
	*trip = (struct trip){.candidate = candidate,
		.limits = limits,
		.stage = STAGE_RESET,
		.since = now};
	snprintf(trip->boot, sizeof(trip->boot), "%s", boot);
	cost_init(&trip->cost);
}

static enum trip_end __attribute__((format(printf, 3, 4)))
end(struct trip *trip, enum trip_end how, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(trip->why, sizeof(trip->why), fmt, ap);
	va_end(ap);
	return how;
}

/* The server compared too; ours does not depend on what it believes it has sent. */
static enum trip_end judge_up(struct trip *trip, const struct boot *boot)
{
	const struct candidate *want = trip->candidate;

	if (strcmp(boot->image, want->image))
		return end(
			trip, TRIP_LAB, "the host came up with image '%s'", boot->image);
	if (strcmp(boot->release, want->release))
		return end(trip, TRIP_LAB, "the host runs kernel '%s', the image is '%s'",
			boot->release, want->release);
	if (*want->build_id && strcmp(boot->build_id, want->build_id))
		return end(trip, TRIP_LAB,
			"the host runs a kernel with build id '%s', the image has '%s'",
			boot->build_id, want->build_id);
	if (boot->ok == 0)
		return end(trip, TRIP_LAB, "the server says of this boot: %s",
			*boot->detail ? boot->detail : "not ok");
	return end(trip, TRIP_ARRIVED, "up");
}

static enum stage furthest(const struct boot *boot)
{
	enum stage stage = STAGE_RESET;

	for (int i = STAGE_RESET; i <= STAGE_UP; i++)
		if (boot->seen[i])
			stage = i;
	return stage;
}

static double limit_of(const struct trip *trip)
{
	const struct limits *l = trip->limits;

	switch (trip->stage) {
	case STAGE_RESET:
		if (trip->warm)
			return l->first_stage;
		return l->firmware + (trip->through_os ? l->reboot : 0);
	case STAGE_GRUB:
		return l->grub;
	case STAGE_FIRST:
	case STAGE_LIST:
		return l->first_stage;
	case STAGE_CHOSEN:
	case STAGE_FETCHED:
		return l->fetch;
	default:
		return l->kexec;
	}
}

static enum trip_end too_long(struct trip *trip, double limit)
{
	trip->stuck = true;
	switch (trip->stage) {
	case STAGE_RESET:
		if (trip->warm)
			return end(trip, TRIP_LAB, "the host did not begin within %.0f s",
				limit);
		return end(trip, trip->through_os ? TRIP_NO_RESET : TRIP_LAB,
			"the host did not ask for grub.cfg within %.0f s of its reset",
			limit);
	case STAGE_GRUB:
		return end(trip, TRIP_LAB,
			"the first stage did not report within %.0f s of GRUB", limit);
	case STAGE_FIRST:
	case STAGE_LIST:
		return end(trip, TRIP_LAB, "the first stage chose no image within %.0f s",
			limit);
	case STAGE_CHOSEN:
	case STAGE_FETCHED:
		return end(trip, TRIP_LAB,
			"the image was not fetched and loaded within %.0f s", limit);
	default:
		trip->failure = FAILURE_HANG;
		/* the candidate may have reported to a server that was not there */
		return end(trip, trip->blind ? TRIP_LAB : TRIP_KERNEL,
			"%s: not up within %.0f s of its kexec",
			trip->blind ? "the server was away" : "hang", limit);
	}
}

/* A boot that came after ours: before the kexec the same trip goes on under another id
 * (GRUB asked twice, the first stage started over), after it the candidate is dead. */
static enum trip_end follow(
	struct trip *trip, const struct boot *mine, const struct boot *newest, double now)
{
	if (mine->seen[STAGE_KEXEC]) {
		trip->self_reset = true;
		trip->failure = FAILURE_PANIC;
		return end(trip, TRIP_KERNEL, "the host reset by itself after the kexec");
	}
	if (++trip->adopted > ADOPTED_MAX)
		return end(trip, TRIP_LAB,
			"the host started over %u times before any kexec", trip->adopted);
	memcpy(trip->boot, newest->id, sizeof(trip->boot));
	trip->stage = STAGE_RESET;
	trip->since = now;
	return TRIP_GOING;
}

/* The second stage runs on the candidate: what fails there, its root disk for one, is
 * the candidate's doing. All other failures are those of the first stage. */
static enum trip_end judge_failed(struct trip *trip, const struct boot *boot)
{
	static const char second[] = "second stage: ";

	if (boot->seen[STAGE_KEXEC] &&
		!strncmp(boot->detail, second, sizeof(second) - 1)) {
		trip->self_reset = true; /* as it does after telling */
		trip->failure = FAILURE_ROOT;
		return end(trip, TRIP_KERNEL, "%s", boot->detail);
	}
	return end(trip, TRIP_LAB, "the boot failed: %s", boot->detail);
}

static enum trip_end judge_console(struct trip *trip, const struct console_news *news)
{
	trip->self_reset = news->rebooting;
	trip->stuck = !news->rebooting;
	trip->failure = FAILURE_PANIC;
	return end(trip, TRIP_KERNEL, "panic: %s", news->line);
}

enum trip_end trip_look(struct trip *trip, const struct boots *boots,
	const struct console_news *news, double now)
{
	const struct boot *mine = boots_pick(boots, trip->boot), *newest = boots->v;

	if (!mine)
		return end(trip, TRIP_LAB, "the server knows nothing of boot %s",
			trip->boot);
	if (mine != newest && (newest->seen[STAGE_GRUB] || newest->seen[STAGE_FIRST])) {
		enum trip_end e = follow(trip, mine, newest, now);

		if (e != TRIP_GOING)
			return e;
		mine = newest;
	}
	trip->cost = mine->cost;
	if (furthest(mine) != trip->stage) {
		trip->stage = furthest(mine);
		trip->since = now;
	}
	if (trip->stage >= STAGE_KEXEC && trip->stage <= STAGE_UP && !trip->jumped)
		trip->jumped = now;
	if (mine->seen[STAGE_UP])
		return judge_up(trip, mine);
	if (mine->seen[STAGE_FAILED])
		return judge_failed(trip, mine);
	if (mine->seen[STAGE_LOCAL])
		return end(trip, trip->joined ? TRIP_TOO_LATE : TRIP_LAB,
			"the host booted its local disk instead");
	if (mine->seen[STAGE_CHOSEN] && strcmp(mine->image, trip->candidate->image))
		return end(trip, trip->joined ? TRIP_TOO_LATE : TRIP_LAB,
			"the host took image '%s' instead", mine->image);
	if (mine->seen[STAGE_KEXEC] && news->panic)
		return judge_console(trip, news);
	if (now - trip->since > limit_of(trip))
		return too_long(trip, limit_of(trip));
	return TRIP_GOING;
}
