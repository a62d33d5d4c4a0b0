// SPDX-License-Identifier: GPL-2.0-or-later
/* A hostile Makefile that takes all that it can get: each limit of a sandbox ends it. */
#include "builder/sandbox/sandbox.h"

#include <signal.h>

#include "builder/sandbox/cgroup.h"
#include "tests/unit/sandbox-box.h"

/* Else a limit that is met at once may end a build before a census sees it. */
static bool can_group(void)
{
	const struct cgroup_limits limits = {.memory = 512 << 20, .processes = 200};
	CLEANUP_CGROUP struct cgroup group = {0};

	return cgroup_make(&group, &limits, NULL) == 0;
}

static void a_fork_bomb_ends(void **state)
{
	struct world *w = *state;

	/* a census is too slow to spare the machine; it ends the bomb */
	if (!can_group())
		skip();
	make(w, 20,
		"all:\n\t@f() { f | f & f; }; f 2>/dev/null; "
		"for i in $$(seq 400); do sleep 60 & done; wait\n");
	assert_int_not_equal(w->result.exit_code, 0);
	assert_int_equal(w->over, OVER_PROCESSES);
}

static void an_endless_build_ends(void **state)
{
	struct world *w = *state;

	make(w, 1, "all:\n\t@trap '' TERM INT; while :; do :; done\n");
	assert_int_equal(w->over, OVER_TIME);
	assert_true(w->result.seconds < 20);
}

static void endless_output_ends(void **state)
{
	struct world *w = *state;

	make(w, 1, "all:\n\t@yes\n");
	assert_int_equal(w->over, OVER_TIME);
	assert_int_equal(w->out.len, w->out.max);
}

static void a_memory_eater_ends(void **state)
{
	struct world *w = *state;

	/* many processes, none of them above the limit alone, and /tmp */
	make(w, 60,
		"all:\n\t@head -c 300M /dev/zero >/tmp/a; head -c 150M /dev/zero | tail "
		"& "
		"head -c 150M /dev/zero | tail & head -c 150M /dev/zero | tail; wait "
		"$$!; "
		"head -c 2G /dev/zero | tail >/dev/null\n");
	assert_int_not_equal(w->result.exit_code, 0);
	if (can_group())
		assert_int_equal(w->over, OVER_MEMORY);
}

/* Seen by a census as well, if they stay. */
static void many_processes_end(void **state)
{
	struct world *w = *state;

	make(w, 60, "all:\n\t@for i in $$(seq 400); do sleep 60 & done; wait\n");
	assert_int_not_equal(w->result.exit_code, 0);
	assert_int_equal(w->over, OVER_PROCESSES);
}

static void much_memory_ends(void **state)
{
	struct world *w = *state;

	make(w, 60,
		"all:\n\t@for i in 1 2 3 4 5 6; do "
		"(head -c 150M /dev/zero; sleep 60) | tail & done; wait\n");
	assert_int_not_equal(w->result.exit_code, 0);
	assert_int_equal(w->over, OVER_MEMORY);
}

static void a_disk_filler_ends(void **state)
{
	struct world *w = *state;

	make(w, 60, "all:\n\t@head -c 200M /dev/zero >$(O)/big\n");
	assert_int_not_equal(w->result.exit_code, 0);
	dir_remove(w->obj, NULL);
	mkdir(w->obj, 0755);
	make(w, 60,
		"all:\n\t@for i in $$(seq 1000); do "
		"head -c 10M /dev/zero >$(O)/$$i; sync $(O)/$$i; done; sleep 60\n");
	assert_int_equal(w->over, OVER_DISK);
}

/* Asked to end, make removes what it was writing. */
static void ends_gently(void **state)
{
	struct world *w = *state;

	make(w, 1,
		".DELETE_ON_ERROR:\nall: $(O)/half\n"
		"$(O)/half:\n\t@echo x >$@; sleep 50\n");
	assert_int_equal(w->over, OVER_TIME);
	assert_true(w->result.seconds < 4);
	assert_false(exists(w->obj, "half"));
	assert_int_equal(w->result.signal, SIGTERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(a_fork_bomb_ends),
		TEST(an_endless_build_ends), TEST(endless_output_ends),
		TEST(a_memory_eater_ends), TEST(many_processes_end),
		TEST(a_disk_filler_ends), TEST(ends_gently),
		TEST_BARE(a_memory_eater_ends), TEST_BARE(many_processes_end),
		TEST_BARE(much_memory_ends)};

	return cmocka_run_group_tests_name("sandbox-limits", tests, NULL, NULL);
}
