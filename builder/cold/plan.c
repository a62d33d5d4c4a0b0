// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan.h"

#include <string.h>

static unsigned int last_group(const struct plan_pack *packs, size_t n)
{
	unsigned int group = 0;

	for (size_t i = 0; i < n; i++)
		if (packs[i].group > group)
			group = packs[i].group;
	return group;
}

/* The group's pack of the step, or of the nearest before it; twins do not count. */
static const struct plan_pack *find_step(
	const struct plan_pack *packs, size_t n, unsigned int group, unsigned int step)
{
	const struct plan_pack *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (packs[i].group == group && !packs[i].twin && packs[i].step <= step &&
			(!best || packs[i].step > best->step))
			best = &packs[i];
	return best;
}

static const struct plan_pack *find_kernel(
	const struct plan_pack *packs, size_t n, unsigned int group, const char *kernel)
{
	for (size_t i = 0; i < n; i++)
		if (packs[i].group == group && !packs[i].twin && *kernel &&
			!strcmp(packs[i].kernel, kernel))
			return &packs[i];
	return NULL;
}

struct plan plan_alone(const struct plan_pack *packs, size_t n)
{
	return (struct plan){.group = n ? last_group(packs, n) + 1 : 0};
}

struct plan plan_next(const struct plan_pack *packs, size_t n, const char *kernel)
{
	struct plan plan = {.group = last_group(packs, n)};
	const struct plan_pack *base = find_kernel(packs, n, plan.group, kernel);
	const struct plan_pack *last = find_step(packs, n, plan.group, PLAN_STEPS);

	if (base) {
		plan.step = base->step;
		plan.twin = true;
	} else if (last && last->step + 1 < PLAN_STEPS) {
		plan.step = last->step + 1;
		base = find_step(packs, n, plan.group, plan.step & (plan.step - 1));
	}
	if (!base)
		return plan_alone(packs, n);
	memcpy(plan.base, base->commit, sizeof(plan.base));
	return plan;
}

bool plan_is_too_large(
	const struct plan_pack *packs, size_t n, const struct plan *plan, size_t size)
{
	const struct plan_pack *first = find_step(packs, n, plan->group, 0);

	return *plan->base && first && size > first->size / 2;
}

bool plan_is_free(const struct plan_pack *packs, size_t n, const char *commit)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(packs[i].base, commit))
			return false;
	return true;
}
