// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ladder.h"

#define WARM_LOST_MAX 2  /* so many in a row, and there are no more warm steps */
#define HASTE 3.0        /* a warm step gets so many times the slowest arrival, */
#define HASTE_LEAST 15.0 /* and seconds on top */
#define SENT_MAX (8 * 1024 * 1024)
#define JOIN_AGE 120.0 /* a boot silent for longer is no longer under way */

static double now(struct drive *drive)
{
	return drive->world->clock->now(drive->world->clock_ctx);
}

static int pause_for(struct drive *drive, double seconds)
{
	return drive->world->clock->wait(drive->world->clock_ctx, seconds);
}

static void phase(struct drive *drive, const char *text)
{
	drive->world->view->phase(drive->world->view_ctx, text);
}

static void say(struct drive *drive, const char *text)
{
	drive->world->view->say(drive->world->view_ctx, text);
}

int drive_boots(struct drive *drive, struct boots *ret_boots, struct err *err)
{
	const struct world *w = drive->world;
	double start = now(drive);

	for (;;) {
		int r = w->server->boots(w->server_ctx, ret_boots, err);

		if (r == 0 || r == -EINTR || now(drive) - start > drive->patience)
			return r;
		r = pause_for(drive, drive->poll);
		if (r < 0)
			return r;
	}
}

/* Patient as well: an image that was built just now may not be in the catalogue yet. */
static int set_next(struct drive *drive, const char *image, struct err *err)
{
	const struct world *w = drive->world;
	double start = now(drive);

	for (;;) {
		int r = w->server->set_next(w->server_ctx, image, err);

		if ((r != -ENOENT && r != -ECONNREFUSED) ||
			now(drive) - start > drive->patience)
			return r;
		r = pause_for(drive, drive->poll);
		if (r < 0)
			return r;
	}
}

static int announce_and_reset(struct drive *drive, struct trip *trip, struct err *err)
{
	const struct world *w = drive->world;
	const struct candidate *candidate = trip->candidate;
	char boot[BOOT_ID_TEXT] = "";
	bool through_os;
	int r = w->server->announce(w->server_ctx, boot, err);

	if (r < 0)
		return r;
	phase(drive, "resetting the host");
	r = ladder_reset(w, drive->state == HOST_DOWN, &drive->resets, &through_os, err);
	if (r < 0)
		return r;
	trip_begin(trip, candidate, drive->limits, boot, now(drive));
	trip->through_os = through_os;
	return 0;
}

static bool may_go_warm(const struct drive *drive)
{
	const struct world *w = drive->world;

	return drive->state == HOST_UP && !drive->by_reset &&
	       drive->warm_lost < WARM_LOST_MAX &&
	       w->machine->can(w->machine_ctx, RUNG_WARM);
}

static int announce_and_go_warm(struct drive *drive, struct trip *trip, struct err *err)
{
	const struct world *w = drive->world;
	const struct candidate *candidate = trip->candidate;
	char boot[BOOT_ID_TEXT] = "";
	int r = w->server->announce(w->server_ctx, boot, err);

	if (r < 0)
		return r;
	phase(drive, "starting a warm step");
	r = w->machine->warm(w->machine_ctx, boot, candidate->image, err);
	if (r == -EINTR)
		return r;
	if (r < 0) {
		drive->warm_lost++;
		say(drive, err->text);
		return announce_and_reset(drive, trip, err);
	}
	drive->hasty = *drive->limits;
	if (drive->hasty.kexec > HASTE * drive->slowest + HASTE_LEAST)
		drive->hasty.kexec = HASTE * drive->slowest + HASTE_LEAST;
	trip_begin(trip, candidate, &drive->hasty, boot, now(drive));
	trip->warm = true;
	return 0;
}

/* True if the newest boot can still take our `next`: no reset is needed then. */
static bool can_join(struct drive *drive, const struct boots *boots)
{
	const struct world *w = drive->world;
	const struct boot *newest = boots->v;

	if (!boots->n || !boot_in_flight(newest) || !strcmp(newest->id, drive->last_boot))
		return false;
	if (drive->state == HOST_COMING)
		return true;
	return drive->state == HOST_UNKNOWN &&
	       w->clock->wall(w->clock_ctx) - newest->last < JOIN_AGE;
}

/* The host resets by itself but was not seen in GRUB yet: await it, without a hand. */
static bool is_awaited(const struct drive *drive, const struct boots *boots)
{
	return drive->state == HOST_COMING && boots->n &&
	       !strcmp(boots->v[0].id, drive->last_boot);
}

static int set_out(struct drive *drive, struct trip *trip, struct err *err)
{
	const struct world *w = drive->world;
	const struct candidate *candidate = trip->candidate;
	char boot[BOOT_ID_TEXT] = "";
	struct boots boots;
	int r;

	w->machine->console_mark(w->machine_ctx, w->machine->console_end(w->machine_ctx));
	r = set_next(drive, candidate->image, err);
	if (r < 0)
		return r;
	snprintf(drive->next, sizeof(drive->next), "%s", candidate->image);
	r = drive_boots(drive, &boots, err);
	if (r < 0)
		return r;
	if (can_join(drive, &boots)) {
		trip_begin(trip, candidate, drive->limits, boots.v[0].id, now(drive));
		trip->joined = true;
		say(drive, "the host is on its way already: no reset");
		return 0;
	}
	if (may_go_warm(drive))
		return announce_and_go_warm(drive, trip, err);
	if (!is_awaited(drive, &boots))
		return announce_and_reset(drive, trip, err);
	r = w->server->announce(w->server_ctx, boot, err);
	if (r < 0)
		return r;
	trip_begin(trip, candidate, drive->limits, boot, now(drive));
	trip->through_os = true; /* should it not come, power is the next rung */
	say(drive, "the host resets by itself: no reset");
	return 0;
}

static void show_stage(struct drive *drive, const struct trip *trip)
{
	phase(drive, boot_stage_words(trip->stage));
}

void drive_listen(struct drive *drive, const char *boot)
{
	const struct world *w = drive->world;
	CLEANUP_BUF struct buf text;
	struct err err = ERR_INIT;

	buf_init(&text, SENT_MAX);
	if (w->server->log(w->server_ctx, boot, BOOT_LOG_NETCONSOLE, &text, &err) == 0)
		w->machine->console_sent(w->machine_ctx, text.data, text.len);
}

/* The same, when there is something new. */
static void listen_on(
	struct drive *drive, const struct trip *trip, const struct boot *boot)
{
	if (!boot || !boot->seen[STAGE_KEXEC] ||
		boot->logs[BOOT_LOG_NETCONSOLE] == drive->sent)
		return;
	drive->sent = boot->logs[BOOT_LOG_NETCONSOLE];
	drive_listen(drive, trip->boot);
}

/* One look at the server and the console. */
static int look(
	struct drive *drive, struct trip *trip, double *heard, enum trip_end *ret_end)
{
	const struct world *w = drive->world;
	struct console_news news = {0};
	struct err err = ERR_INIT;
	struct boots boots = {0};
	off_t console_end;
	int r;

	*ret_end = TRIP_GOING;
	console_end = w->machine->console_end(w->machine_ctx);
	r = w->server->boots(w->server_ctx, &boots, &err);
	if (r == -EINTR)
		return r;
	if (r < 0) {
		trip->blind = true;
		if (now(drive) - *heard <= drive->patience)
			return 0;
		snprintf(trip->why, sizeof(trip->why), "%.380s", err.text);
		*ret_end = TRIP_LAB;
		return 0;
	}
	*heard = now(drive);
	listen_on(drive, trip, boots_pick(&boots, trip->boot));
	w->machine->console_read(w->machine_ctx, &news);
	*ret_end = trip_look(trip, &boots, &news, now(drive));
	if (trip->stage < STAGE_KEXEC) {
		drive->sent = 0;
		/* before the kexec is before the candidate; the console's end was read
		 * before the server said so */
		w->machine->console_mark(w->machine_ctx, console_end);
		trip->blind = false;
	}
	return 0;
}

static int follow(struct drive *drive, struct trip *trip, enum trip_end *ret_end)
{
	enum stage shown = STAGES;
	double heard = now(drive);

	for (;;) {
		int r = look(drive, trip, &heard, ret_end);

		if (r < 0 || *ret_end != TRIP_GOING)
			return r;
		if (trip->stage != shown)
			show_stage(drive, trip);
		shown = trip->stage;
		r = pause_for(drive, drive->poll);
		if (r < 0)
			return r;
	}
}

/* Sees to a trip that ended before it began. */
static int again(
	struct drive *drive, struct trip *trip, enum trip_end end, struct err *err)
{
	const struct world *w = drive->world;

	if (end == TRIP_NO_RESET && !w->machine->can(w->machine_ctx, RUNG_POWER))
		return err_set(
			err, -ENOTSUP, "%s, and there is no power command", trip->why);
	say(drive, trip->why);
	drive->state = end == TRIP_NO_RESET ? HOST_DOWN : HOST_UNKNOWN;
	return announce_and_reset(drive, trip, err);
}

static enum host_state state_after(const struct trip *trip, enum trip_end end)
{
	if (end == TRIP_ARRIVED)
		return HOST_UP;
	if (trip->self_reset)
		return HOST_COMING;
	return trip->stuck ? HOST_DOWN : HOST_UNKNOWN;
}

/* A warm step that did not arrive says nothing of the candidate. */
static int go_by_reset(
	struct drive *drive, struct trip *trip, enum trip_end end, struct err *err)
{
	char line[512];

	snprintf(line, sizeof(line), "the warm step did not arrive: %s; now by a reset",
		trip->why);
	say(drive, line);
	drive->warm_lost++;
	drive->state = state_after(trip, end);
	snprintf(drive->last_boot, sizeof(drive->last_boot), "%s", trip->boot);
	return set_out(drive, trip, err);
}

static int go(
	struct drive *drive, struct trip *trip, enum trip_end *ret_end, struct err *err)
{
	int r = set_out(drive, trip, err);

	while (r == 0) {
		r = follow(drive, trip, ret_end);
		if (r < 0 || *ret_end == TRIP_ARRIVED)
			break;
		if (trip->warm)
			r = go_by_reset(drive, trip, *ret_end, err);
		else if (*ret_end == TRIP_NO_RESET || *ret_end == TRIP_TOO_LATE)
			r = again(drive, trip, *ret_end, err);
		else
			break;
	}
	return r;
}

int drive_host(struct drive *drive, const struct candidate *candidate,
	struct trip *ret_trip, enum trip_end *ret_end)
{
	struct err err = ERR_INIT;
	int r;

	trip_begin(ret_trip, candidate, drive->limits, "", now(drive));
	r = go(drive, ret_trip, ret_end, &err);
	if (r == -EINTR)
		return r;
	if (r < 0) {
		/* it did not come to a reset: the host is as it was */
		snprintf(ret_trip->why, sizeof(ret_trip->why), "%.380s", err.text);
		*ret_end = TRIP_LAB;
		return 0;
	}
	if (ret_trip->stage >= STAGE_KEXEC)
		drive->next[0] = '\0'; /* used up */
	drive->state = state_after(ret_trip, *ret_end);
	drive->by_reset = false;
	if (ret_trip->warm)
		drive->warm_lost = 0;
	if (*ret_end == TRIP_ARRIVED && now(drive) - ret_trip->jumped > drive->slowest)
		drive->slowest = now(drive) - ret_trip->jumped;
	if (*ret_trip->boot)
		snprintf(
			drive->last_boot, sizeof(drive->last_boot), "%s", ret_trip->boot);
	return 0;
}

int drive_lost_host(
	struct drive *drive, const char *boot, bool *ret_lost, struct err *err)
{
	const struct world *w = drive->world;
	struct console_news news = {0};
	struct boots boots;
	int r;

	drive_listen(drive, boot);
	w->machine->console_read(w->machine_ctx, &news);
	r = drive_boots(drive, &boots, err);
	*ret_lost = true;
	if (r == 0 && boots.n && strcmp(boots.v[0].id, boot) &&
		boots.v[0].seen[STAGE_GRUB])
		drive->state = HOST_COMING;
	else if (news.panic)
		drive->state = news.rebooting ? HOST_COMING : HOST_DOWN;
	else
		*ret_lost = false;
	return *ret_lost ? 0 : r;
}

void drive_leave(struct drive *drive)
{
	const struct world *w = drive->world;
	struct err err = ERR_INIT;

	if (*drive->next && w->server->clear_next(w->server_ctx, drive->next, &err) < 0)
		say(drive, err.text);
	drive->next[0] = '\0';
	if (drive->state != HOST_DOWN || !w->machine->can(w->machine_ctx, RUNG_POWER))
		return;
	phase(drive, "power-cycling the host back to its owner's default");
	if (ladder_power(w, &drive->resets, &err) < 0)
		say(drive, err.text);
	drive->state = HOST_UNKNOWN;
}
