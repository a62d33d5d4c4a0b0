// SPDX-License-Identifier: GPL-2.0-or-later
/* Several commits at once: even cuts on a line, and no try that tells nothing. */
#include "bisect/choice/several.h"

#include <string.h>

#include "tests/unit/unit.h"

#define N 700

struct fixture {
	uint32_t first[N + 1], parents[2 * N];
	struct graph graph;
	enum mark marks[N];
	uint32_t image_of[N];
	struct known known;
};

static unsigned int random_state = 3;

static unsigned int roll(unsigned int sides)
{
	random_state = random_state * 1103515245 + 12345;
	return (random_state >> 8) % sides;
}

static void make_line(struct fixture *f, uint32_t n)
{
	memset(f, 0, sizeof(*f));
	for (uint32_t i = 0; i < n; i++) {
		f->first[i + 1] = i;
		f->parents[i] = i;
		f->image_of[i] = IMAGE_OWN;
	}
	f->graph = (struct graph){.n = n, .first = f->first, .parents = f->parents};
	f->known = (struct known){.graph = &f->graph,
		.marks = f->marks,
		.bad = n - 1,
		.image_of = f->image_of};
}

static void a_line_is_cut_evenly(void **state)
{
	static struct fixture f;
	struct tries none = {0}, tries;

	(void)state;
	for (uint32_t n = 2; n < N; n += 1 + roll(40)) {
		for (size_t hosts = 1; hosts <= 8; hosts++) {
			size_t most = (n + hosts) / (hosts + 1);

			make_line(&f, n);
			assert_int_equal(
				choose_several(&f.known, NULL, &none, hosts, &tries), 0);
			assert_int_equal(tries.n, hosts < n - 1 ? hosts : n - 1);
			for (size_t i = 0; i < tries.n; i++)
				f.marks[tries.v[i]] = MARK_GOOD;
			/* parts: what lies between two cuts */
			for (size_t i = 0, part = 0; i < n; i++) {
				part++;
				assert_true(part <= most);
				if (f.marks[i] == MARK_GOOD)
					part = 0;
			}
		}
	}
}

/* One host after the other becomes idle: what it gets is new and tells something. */
static void idle_hosts_get_what_is_new(void **state)
{
	static struct fixture f;
	struct tries running, tries;

	(void)state;
	for (int round = 0; round < 50; round++) {
		size_t culprit = roll(N);
		struct choice choice;

		make_line(&f, N);
		for (size_t i = 1; i < N; i++)
			if (roll(3) == 0)
				f.image_of[i] = f.image_of[i - 1] = i;
		running.n = 0;
		for (;;) {
			size_t done;

			assert_int_equal(choose(&f.known, NULL, &choice), 0);
			if (choice.kind != CHOICE_TRY)
				break;
			assert_int_equal(choose_several(&f.known, NULL, &running,
						 3 - running.n, &tries),
				0);
			assert_true(running.n + tries.n > 0);
			for (size_t i = 0; i < tries.n; i++) {
				for (size_t j = 0; j < running.n; j++)
					assert_int_not_equal(running.v[j], tries.v[i]);
				assert_int_equal(f.marks[tries.v[i]], MARK_NONE);
				running.v[running.n++] = tries.v[i];
			}
			done = roll(running.n);
			f.marks[running.v[done]] =
				running.v[done] >= culprit ? MARK_BAD : MARK_GOOD;
			running.v[done] = running.v[--running.n];
		}
		assert_int_equal(choice.kind, CHOICE_FOUND);
	}
}

static void skipped_and_equal_ones_are_left_out(void **state)
{
	static struct fixture f;
	struct tries running = {.v = {3}, .n = 1}, tries;

	(void)state;
	make_line(&f, 8);
	f.image_of[2] = f.image_of[3] = f.image_of[4] = 3;
	f.marks[5] = MARK_SKIP;
	f.marks[1] = MARK_BROKEN;
	assert_int_equal(choose_several(&f.known, NULL, &running, 8, &tries), 0);
	for (size_t i = 0; i < tries.n; i++)
		assert_true(tries.v[i] == 0 || tries.v[i] == 6);
	assert_int_equal(tries.n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_cut_evenly),
		cmocka_unit_test(idle_hosts_get_what_is_new),
		cmocka_unit_test(skipped_and_equal_ones_are_left_out),
	};

	return cmocka_run_group_tests_name("bisect-several", tests, NULL, NULL);
}
