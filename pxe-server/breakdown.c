// SPDX-License-Identifier: GPL-2.0-or-later
#include "breakdown.h"

#include <math.h>
#include <string.h>

static const char *const part_names[PARTS] = {
	[PART_FIRMWARE] = "firmware",
	[PART_GRUB] = "grub",
	[PART_FIRST] = "first-stage",
	[PART_FETCH] = "fetch",
	[PART_KEXEC] = "kexec",
	[PART_KERNEL] = "kernel",
	[PART_USERSPACE] = "userspace",
	[PART_TOTAL] = "total",
};

const char *part_name(enum part part)
{
	return part_names[part];
}

/* Clocks of two kernels never agree to the millisecond: a little below zero is zero. */
static double span(double from, double to)
{
	return to - from < 0 ? 0 : to - from;
}

struct breakdown breakdown_of(const struct boot_event *events, size_t n)
{
	double time[STAGES], first_start = NAN, kernel_start = NAN, init = NAN, up = NAN;
	struct breakdown b;
	double *s = b.seconds;
	bool first, warm;

	for (size_t i = 0; i < STAGES; i++)
		time[i] = NAN;
	for (size_t i = 0; i < n; i++) {
		const struct boot_event *e = &events[i];

		if (e->stage > STAGE_GRUB || isnan(time[e->stage]))
			time[e->stage] = e->time;
		if (e->stage == STAGE_FIRST)
			first_start = e->time - e->uptime;
		if (e->stage == STAGE_UP) {
			kernel_start = e->time - e->uptime;
			init = e->init;
			up = e->uptime;
		}
	}
	first = !isnan(time[STAGE_FIRST]);
	warm = !first && isnan(time[STAGE_GRUB]);
	s[PART_FIRMWARE] = span(time[STAGE_RESET], time[STAGE_GRUB]);
	/* straight from GRUB there is no first stage: GRUB ends where the kernel begins
	 */
	s[PART_GRUB] = span(time[STAGE_GRUB], first ? first_start : kernel_start);
	s[PART_FIRST] = span(first_start, time[STAGE_CHOSEN]);
	s[PART_FETCH] = s[PART_KEXEC] = NAN;
	if (first || warm) {
		/* a warm step begins to fetch when it is asked to */
		s[PART_FETCH] =
			span(time[warm && !isnan(time[STAGE_RESET]) ? STAGE_RESET
								    : STAGE_CHOSEN],
				time[STAGE_FETCHED]);
		s[PART_KEXEC] = span(time[STAGE_FETCHED], kernel_start);
	}
	s[PART_KERNEL] = init;
	s[PART_USERSPACE] = span(init, up);
	s[PART_TOTAL] =
		span(isnan(time[STAGE_RESET]) ? time[STAGE_GRUB] : time[STAGE_RESET],
			time[STAGE_UP]);
	return b;
}
