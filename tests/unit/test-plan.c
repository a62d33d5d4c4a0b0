// SPDX-License-Identifier: GPL-2.0-or-later
/* Against which pack a new one is made, and which images are frozen. */
#include "builder/cold/plan.h"

#include <errno.h>
#include <string.h>

#include "builder/cold/rule.h"
#include "tests/unit/unit.h"

#define MANY 600

struct packs {
	struct plan_pack v[MANY];
	size_t n;
};

static void add(struct packs *packs, const char *kernel, const struct plan *plan)
{
	struct plan_pack *p = &packs->v[packs->n++];

	*p = (struct plan_pack){.group = plan->group,
		.step = plan->step,
		.twin = plan->twin,
		.size = 1000};
	snprintf(p->commit, sizeof(p->commit), "%040zx", packs->n);
	memcpy(p->base, plan->base, sizeof(p->base));
	snprintf(p->kernel, sizeof(p->kernel), "%s", kernel);
}

static size_t depth(const struct packs *packs, const char *commit)
{
	for (size_t i = 0; i < packs->n; i++)
		if (!strcmp(packs->v[i].commit, commit))
			return *packs->v[i].base ? 1 + depth(packs, packs->v[i].base) : 0;
	fail_msg("there is no pack %s", commit);
	return 0;
}

static void keeps_chains_short(void **state)
{
	static struct packs packs;
	size_t near = 0;

	(void)state;
	for (unsigned int i = 0; i < MANY; i++) {
		char kernel[32];
		struct plan plan;

		snprintf(kernel, sizeof(kernel), "kernel %u", i);
		plan = plan_next(packs.v, packs.n, kernel);
		assert_false(plan.twin);
		near += packs.n && !strcmp(plan.base, packs.v[packs.n - 1].commit);
		add(&packs, kernel, &plan);
		assert_true(depth(&packs, packs.v[i].commit) <= 8);
	}
	assert_true(near >= MANY / 2 - 3);
	assert_int_equal(packs.v[MANY - 1].group, (MANY - 1) / PLAN_STEPS);
}

static void knows_a_kernel_again(void **state)
{
	struct packs packs = {.n = 0};
	struct plan plan;

	(void)state;
	for (int i = 0; i < 3; i++) {
		const char *const kernels[] = {"a", "b", "a"};

		plan = plan_next(packs.v, packs.n, kernels[i]);
		add(&packs, kernels[i], &plan);
	}
	assert_true(plan.twin);
	assert_string_equal(plan.base, packs.v[0].commit);
	/* twins take no step, and nobody stands on them */
	plan = plan_next(packs.v, packs.n, "c");
	assert_int_equal(plan.step, 2);
	assert_string_equal(plan.base, packs.v[0].commit);
	plan = plan_next(packs.v, packs.n, "a");
	assert_string_equal(plan.base, packs.v[0].commit);
}

static void stands_in_for_what_has_gone(void **state)
{
	struct packs packs = {.n = 0};
	struct plan plan;

	(void)state;
	plan = plan_next(packs.v, packs.n, "a");
	assert_string_equal(plan.base, "");
	add(&packs, "a", &plan);
	packs.v[0].step = 4; /* 0 to 3 and 5 have been swept */
	plan = plan_next(packs.v, packs.n, "b");
	assert_int_equal(plan.step, 5);
	assert_string_equal(plan.base, packs.v[0].commit);
	packs.v[0].step = PLAN_STEPS - 1;
	plan = plan_next(packs.v, packs.n, "b");
	assert_string_equal(plan.base, "");
	assert_int_equal(plan.group, 1);
	assert_int_equal(plan.step, 0);
}

static void starts_anew_where_nothing_is_alike(void **state)
{
	struct packs packs = {.n = 0};
	struct plan plan = plan_next(packs.v, packs.n, "a");

	(void)state;
	add(&packs, "a", &plan);
	plan = plan_next(packs.v, packs.n, "b");
	assert_false(plan_is_too_large(packs.v, packs.n, &plan, 500));
	assert_true(plan_is_too_large(packs.v, packs.n, &plan, 501));
	plan = plan_alone(packs.v, packs.n);
	assert_false(plan_is_too_large(packs.v, packs.n, &plan, 5000));
	assert_int_equal(plan.group, 1);
	assert_true(plan_is_free(packs.v, packs.n, packs.v[0].commit));
}

#define DAY 86400.0

static struct rule_image image(char digit, char *branch, char *date, double age)
{
	struct rule_image v = {.branch = branch, .date = date, .since = 100 * DAY - age};

	memcpy(v.id.arch, "x86_64", 7);
	memcpy(v.id.config, "lab", 4);
	memset(v.id.commit, digit, 40);
	v.of = v.id;
	return v;
}

static void freezes_what_is_old_and_unused(void **state)
{
	const struct rule rule = {.age = 7 * DAY, .keep = 1};
	struct rule_image v[] = {
		image('e', "main", "2026-01-05", 9 * DAY), /* the branch's newest */
		image('d', "main", "2026-01-04", 9 * DAY),
		image('c', "main", "2026-01-03", 6 * DAY), /* young, or thawed lately */
		image('b', "main", "2026-01-02", 9 * DAY), /* named */
		image('a', "main", "2026-01-01", 9 * DAY),
		image('f', "next", "2026-01-01", 9 * DAY), /* newest of its own */
	};
	const char *frozen = "ad";

	(void)state;
	v[3].named = true;
	rule_choose(&rule, v, ARRAY_SIZE(v), 100 * DAY);
	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		assert_int_equal(v[i].freeze, strchr(frozen, v[i].id.commit[0]) != NULL);
		/* oldest first: the order in which packs are small */
		assert_true(!i || strcmp(v[i - 1].date, v[i].date) <= 0);
	}
}

static void leaves_what_an_alias_keeps(void **state)
{
	const struct rule rule = {.age = 7 * DAY, .keep = 1};
	struct rule_image v[] = {
		image('e', "main", "2026-01-05", 9 * DAY), /* of c: the newest */
		image('d', "main", "2026-01-04", 9 * DAY), /* of a */
		image('c', "main", "2026-01-03", 9 * DAY),
		image('b', "main", "2026-01-02", 9 * DAY),
		image('a', "main", "2026-01-01", 9 * DAY),
	};

	(void)state;
	v[0].of = v[2].id;
	v[1].of = v[4].id;
	rule_choose(&rule, v, ARRAY_SIZE(v), 100 * DAY);
	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		assert_int_equal(v[i].freeze, strchr("ab", v[i].id.commit[0]) != NULL);
}

/* An index that lies is found out, whatever it says. */
static void takes_any_bytes_for_a_pack(void **state)
{
	CLEANUP_BLOB struct blob whole = {0};
	struct packfile pack = {.n_files = 1};

	(void)state;
	pack.id = image('a', "", "", 0).id;
	pack.files[0] = (struct packfile_file){.name = "vmlinuz",
		.tool = "",
		.n_parts = 1,
		.part[0] = {.size = 3, .stored = 3, .data = (const uint8_t *)"abc"}};
	assert_int_equal(packfile_dump(&pack, &whole, NULL), 0);
	for (size_t len = 0; len <= whole.len; len++) {
		struct blob cut = {0};
		struct packfile back = {0};
		struct err err = ERR_INIT;
		int r;

		assert_int_equal(blob_copy(&cut, whole.data, len, NULL), 0);
		r = packfile_parse(&cut, &back, &err);
		assert_int_equal(r, len == whole.len ? 0 : -EBADMSG);
		if (r < 0)
			assert_memory_equal(err.text, "the pack is damaged: ", 21);
		packfile_release(&back);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_chains_short),
		cmocka_unit_test(knows_a_kernel_again),
		cmocka_unit_test(stands_in_for_what_has_gone),
		cmocka_unit_test(starts_anew_where_nothing_is_alike),
		cmocka_unit_test(freezes_what_is_old_and_unused),
		cmocka_unit_test(leaves_what_an_alias_keeps),
		cmocka_unit_test(takes_any_bytes_for_a_pack),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
