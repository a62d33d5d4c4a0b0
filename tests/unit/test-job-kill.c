// SPDX-License-Identifier: GPL-2.0-or-later
/* Builders that are killed, with real kills; whatever they leave, the next one is right.
 */
#include "builder/job/job.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "builder/job/publish.h"
#include "tests/unit/mini-kernel.h"

/* Builder and make die by SIGKILL with this file half-written and new. */
static void kill_in_make(struct world *w, const char *half)
{
	char self[32];
	int status;
	pid_t pid;

	make(w, w->second);
	pid = fork();
	if (pid == 0) {
		snprintf(self, sizeof(self), "%d", getpid());
		setenv("TEST_DIE", self, 1);
		setenv("TEST_HALF", half, 1);
		run_child(w, w->third);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(make(w, w->third).result, RESULT_BUILT);
	assert_image_is_clean_one(w, w->third);
}

static void survives_a_half_written_object(void **state)
{
	kill_in_make(*state, "util.o");
}

/* The object is whole and old, but what it depends on is lost. */
static void survives_half_written_dependencies(void **state)
{
	kill_in_make(*state, "util.d");
}

/* Kills at moments of no choice: whatever is published is whole, and the next builder
 * makes the right thing. */
static void survives_kills_at_any_moment(void **state)
{
	struct world *w = *state;
	const char *commits[] = {w->second, w->third};

	make(w, w->first);
	for (int i = 0; i < 4; i++) {
		const char *commit = commits[i % 2];
		pid_t pid = fork();

		if (pid == 0)
			run_child(w, commit);
		poll(NULL, 0, 30 * (i + 1));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		make(w, commit);
		assert_image_is_clean_one(w, commit);
		assert_int_equal(publish_clean(&w->mini.store, NULL), 0);
		remove_image(w, commit);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define SHUT_IN(name) cmocka_unit_test_setup_teardown(name, setup_shut_in, teardown)
	const struct CMUnitTest tests[] = {TEST(survives_a_half_written_object),
		TEST(survives_half_written_dependencies),
		TEST(survives_kills_at_any_moment),
		SHUT_IN(survives_kills_at_any_moment)};

	kbuild_environment(NULL);
	return cmocka_run_group_tests_name("job-kill", tests, NULL, NULL);
}
