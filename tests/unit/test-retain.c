// SPDX-License-Identifier: GPL-2.0-or-later
/* Which images stay and which go: cases with names, and what holds of any store. */
#include "builder/keep/retain.h"

#include <string.h>

#include "tests/unit/unit.h"

#define DAY 86400.0
#define NOW (1000 * DAY)
#define WORLDS 3000
#define IMAGES 12

static struct retain_image image(char digit, double age)
{
	struct retain_image image = {.published = NOW - age, .touched = NOW - age};

	memcpy(image.id.arch, "x86_64", 7);
	memcpy(image.id.config, "lab", 4);
	memset(image.id.commit, digit, 40);
	image.of = image.id;
	return image;
}

/* Adds images a, b, c, ... that are so many days old. */
static struct retain_set make(size_t n, const double *days)
{
	struct retain_set set = {0};

	for (size_t i = 0; i < n; i++) {
		struct retain_image one = image((char)('a' + i), days[i] * DAY);

		assert_int_equal(retain_add(&set, &one), 0);
	}
	retain_sort(&set);
	return set;
}

/* The first digits of those that go, in their order. */
static const char *goes(struct retain_set *set, double days)
{
	static char text[32];
	const struct retain_rule rule = {.age = days * DAY};
	size_t n = retain_choose(set, &rule, NOW);

	for (size_t i = 0; i < n; i++)
		text[i] = set->v[i].id.commit[0];
	text[n] = '\0';
	return text;
}

static const struct retain_image *named(const struct retain_set *set, char digit)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->v[i].id.commit[0] == digit)
			return &set->v[i];
	fail_msg("there is no '%c'", digit);
	return NULL;
}

static void says(const struct retain_set *set, char digit, const char *want)
{
	CLEANUP_BUF struct buf b = {0};

	buf_init(&b, 400);
	retain_describe(named(set, digit), &b);
	assert_string_equal(b.data, want);
}

static void removes_nothing_without_a_rule(void **state)
{
	const double days[] = {1, 500};
	CLEANUP_RETAIN struct retain_set set = make(2, days);

	(void)state;
	assert_string_equal(goes(&set, 0), "");
	says(&set, 'b', "there is no rule");
}

static void removes_what_is_old_the_oldest_first(void **state)
{
	const double days[] = {89, 91, 400, 90};
	CLEANUP_RETAIN struct retain_set set = make(4, days);

	(void)state;
	assert_string_equal(goes(&set, 90), "cbd");
	says(&set, 'a', "young");
}

static void keeps_what_somebody_speaks_for(void **state)
{
	const double days[] = {100, 100, 100, 100, 100};
	CLEANUP_RETAIN struct retain_set set = make(5, days);

	(void)state;
	retain_speak(&set.v[0], RETAIN_NEWEST, "net/main");
	retain_speak(&set.v[0], RETAIN_TAGGED, "v6.1"); /* the better reason stays */
	retain_speak(&set.v[0], RETAIN_NEWEST, "other");
	retain_speak(&set.v[1], RETAIN_USED, "a host");
	retain_speak(&set.v[2], RETAIN_PINNED, "v6.0..v6.1\t");
	retain_speak(&set.v[3], RETAIN_NEWEST, "main");
	assert_string_equal(goes(&set, 90), "e");
	says(&set, 'a', "tagged 'v6.1'");
	says(&set, 'b', "used by 'a host'");
	says(&set, 'c', "kept by 'v6.0..v6.1?'");
	says(&set, 'd', "among the newest of 'main'");
}

static void leaves_files_that_came_back_just_now(void **state)
{
	const double days[] = {100, 100};
	CLEANUP_RETAIN struct retain_set set = make(2, days);

	(void)state;
	set.v[0].touched = NOW - RETAIN_GRACE / 2;
	assert_string_equal(goes(&set, 90), "b");
	says(&set, 'a', "its files came or went just now");
}

/* a has the files of b and c; d those of e. */
static void never_takes_files_from_under_an_alias(void **state)
{
	const double days[] = {300, 100, 10, 200, 100};
	CLEANUP_RETAIN struct retain_set set = make(5, days);

	(void)state;
	set.v[1].of = set.v[2].of = set.v[0].id;
	set.v[4].of = set.v[3].id;
	assert_string_equal(goes(&set, 90), "bed");
	says(&set, 'a',
		"its files are those of 'cccccccccccccccccccccccccccccccccccccccc'");
}

/* --- what holds of any store ----------------------------------------------------------
 */

static unsigned int seed;

static unsigned int some(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

/* Owners and aliases of all ages, of two configs, some of them spoken for. */
static struct retain_set any_store(void)
{
	struct retain_set set = {0};
	size_t n = some(IMAGES + 1);

	for (size_t i = 0; i < n; i++) {
		struct retain_image one = image((char)('a' + i), some(20) * 10 * DAY);

		if (some(5) == 0)
			one.touched = NOW - some(2) * 2 * RETAIN_GRACE;
		if (some(2))
			memcpy(one.id.config, "big", 4);
		one.of = one.id;
		assert_int_equal(retain_add(&set, &one), 0);
	}
	for (size_t i = 0; i < n; i++) {
		struct retain_image *of = &set.v[some((unsigned int)n)];

		/* an alias is of one with files of its own, of its config */
		if (some(2) && image_id_equal(&of->of, &of->id) &&
			!strcmp(of->id.config, set.v[i].id.config)) {
			bool owner = false;

			for (size_t j = 0; j < n; j++)
				owner |= j != i &&
					 image_id_equal(&set.v[j].of, &set.v[i].id);
			if (!owner)
				set.v[i].of = of->id;
		}
	}
	for (size_t i = 0; i < n; i++)
		if (some(4) == 0)
			retain_speak(
				&set.v[i], (enum retain_why)some(RETAIN_SHARED), "x");
	return set;
}

/* By the words of the rule alone, one image at a time. */
static bool may_go(const struct retain_image *image, double age)
{
	return image->why == RETAIN_GOES && age > 0 && NOW - image->published >= age &&
	       NOW - image->touched >= RETAIN_GRACE;
}

static bool must_stay(
	const struct retain_set *set, const struct retain_image *image, double age)
{
	for (size_t i = 0; i < set->n; i++)
		if (!may_go(&set->v[i], age) && image_id_equal(&set->v[i].of, &image->id))
			return true;
	return !may_go(image, age);
}

static struct retain_set copy(const struct retain_set *from, size_t first)
{
	struct retain_set set = {0};

	for (size_t i = first; i < from->n; i++) {
		assert_int_equal(retain_add(&set, &from->v[i]), 0);
		set.v[set.n - 1].why = from->v[i].why;
	}
	return set;
}

/* Every alias has its files, wherever the removal was ended. */
static void assert_whole(const struct retain_set *set, size_t removed)
{
	for (size_t i = removed; i < set->n; i++) {
		bool there = false;

		for (size_t j = removed; j < set->n; j++)
			there |= image_id_equal(&set->v[j].id, &set->v[i].of);
		assert_true(there);
	}
}

static void decides_the_same_about(const struct retain_set *before, double age)
{
	CLEANUP_RETAIN struct retain_set set = copy(before, 0), rest = {0};
	const struct retain_rule rule = {.age = age};
	size_t n = retain_choose(&set, &rule, NOW);

	assert_int_equal(set.n, before->n);
	for (size_t i = 0; i < set.n; i++) {
		const struct retain_image *was = named(before, set.v[i].id.commit[0]);

		assert_int_equal(i < n, !must_stay(before, was, age));
		assert_int_equal(i < n, set.v[i].why == RETAIN_GOES);
		assert_memory_equal(&set.v[i].of, &was->of, sizeof(was->of));
	}
	for (size_t i = 0; i <= n; i++)
		assert_whole(&set, i);
	/* once that is done, there is nothing left to do: YOUNG, SHARED and BUSY are
	 * found out afresh */
	rest = copy(&set, n);
	for (size_t i = 0; i < rest.n; i++)
		if (rest.v[i].why >= RETAIN_SHARED)
			rest.v[i].why = RETAIN_GOES;
	assert_int_equal(retain_choose(&rest, &rule, NOW), 0);
}

static void holds_its_promises_for_any_store(void **state)
{
	static const double ages[] = {0, 50 * DAY, 100 * DAY};
	size_t gone = 0;

	(void)state;
	for (seed = 0; seed < WORLDS; seed++) {
		unsigned int was = seed;
		CLEANUP_RETAIN struct retain_set set = any_store();
		const struct retain_rule rule = {.age = 50 * DAY};

		for (size_t i = 0; i < ARRAY_SIZE(ages); i++)
			decides_the_same_about(&set, ages[i]);
		gone += retain_choose(&set, &rule, NOW);
		seed = was;
	}
	/* these stores are worth the name */
	assert_true(gone > WORLDS);
}

/* The order in which images were found changes nothing. */
static void does_not_depend_on_the_order_of_the_folder(void **state)
{
	const struct retain_rule rule = {.age = 50 * DAY};

	(void)state;
	for (seed = 0; seed < WORLDS / 10; seed++) {
		unsigned int was = seed;
		CLEANUP_RETAIN struct retain_set a = any_store(), b = copy(&a, 0);

		for (size_t i = 0; i + 1 < b.n; i++) {
			size_t j = i + some((unsigned int)(b.n - i));
			struct retain_image swap = b.v[i];

			b.v[i] = b.v[j];
			b.v[j] = swap;
		}
		assert_int_equal(
			retain_choose(&a, &rule, NOW), retain_choose(&b, &rule, NOW));
		for (size_t i = 0; i < a.n; i++)
			assert_true(image_id_equal(&a.v[i].id, &b.v[i].id));
		seed = was;
	}
}

static void finds_what_is_there(void **state)
{
	const double days[] = {1, 2, 3};
	CLEANUP_RETAIN struct retain_set set = make(3, days);
	struct retain_image other = set.v[1], *first;

	(void)state;
	memcpy(other.id.config, "big", 4);
	assert_int_equal(retain_add(&set, &other), 0);
	retain_sort(&set);
	assert_int_equal(retain_find(&set, other.id.commit, &first), 2);
	assert_string_equal(first->id.config, "big");
	assert_string_equal(first[1].id.config, "lab");
	assert_ptr_equal(retain_find_id(&set, &other.id), first);
	memset(other.id.commit, '0', 40);
	assert_int_equal(retain_find(&set, other.id.commit, &first), 0);
	assert_null(retain_find_id(&set, &other.id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(removes_nothing_without_a_rule),
		cmocka_unit_test(removes_what_is_old_the_oldest_first),
		cmocka_unit_test(keeps_what_somebody_speaks_for),
		cmocka_unit_test(leaves_files_that_came_back_just_now),
		cmocka_unit_test(never_takes_files_from_under_an_alias),
		cmocka_unit_test(holds_its_promises_for_any_store),
		cmocka_unit_test(does_not_depend_on_the_order_of_the_folder),
		cmocka_unit_test(finds_what_is_there),
	};

	return cmocka_run_group_tests_name("retain", tests, NULL, NULL);
}
