// SPDX-License-Identifier: GPL-2.0-or-later
/* Several makers at once, each a process: their answers, their ends. */
#include "builder/queue/crew.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define C40 "0123456789abcdef0123456789abcdef01234567"
#define WAIT_MS 20000

static struct conf_tree trees[] = {{.name = "one"}, {.name = "two"}};

/* What a member does is told by its commit's first letter. */
static struct want want_of(const struct conf_tree *tree, const char *config, char what)
{
	struct want want = {.tree = tree, .branch = "main", .id = {.arch = "x86_64"}};

	snprintf(want.id.config, sizeof(want.id.config), "%s", config);
	snprintf(want.id.commit, sizeof(want.id.commit), "%s", C40);
	want.id.commit[0] = what;
	return want;
}

static int work(
	void *ctx, const struct want *want, struct outcome *ret_outcome, struct err *err)
{
	const int *gate = ctx;
	sigset_t set;
	int sig;
	char c;

	switch (want->id.commit[0]) {
	case 'b': /* builds */
		*ret_outcome = (struct outcome){.result = RESULT_BUILT, .seconds = 7};
		return 0;
	case 'f': /* fails */
		*ret_outcome = (struct outcome){
			.result = RESULT_FAILED, .error = strdup("x.c:1: no\n")};
		return 0;
	case 'd': /* dies */
		raise(SIGKILL);
		return 0;
	case 'c': /* until it is told to end, or its gate opens */
		sigemptyset(&set);
		sigaddset(&set, SIGTERM);
		sigprocmask(SIG_BLOCK, &set, NULL);
		if (write(gate[1], "x", 1) != 1)
			return -EIO;
		sigwait(&set, &sig);
		c = 't';
		if (write(gate[1], &c, 1) != 1)
			return -EIO;
		return err_set(err, -ECANCELED, "cancelled");
	default:
		return err_set(err, -ENOSPC, "the disk is full");
	}
}

static void start(struct crew *crew, const struct want *want, int *gate)
{
	struct err err = ERR_INIT;

	if (crew_start(crew, want, work, gate, &err) < 0)
		fail_msg("%s", err.text);
}

/* The next answer. */
static int take(
	struct crew *crew, struct want *want, struct outcome *outcome, struct err *err)
{
	struct pollfd fds[CREW_MAX];
	struct crew_member *member;

	assert_true(poll(fds, crew_fds(crew, fds), WAIT_MS) > 0);
	member = crew_next(crew);
	assert_non_null(member);
	return crew_take(crew, member, want, outcome, err);
}

static void answers_come_back(void **state)
{
	static const struct {
		char what;
		int result;
	} table[] = {{'b', 0}, {'f', 0}, {'e', -ENOSPC}, {'d', -EIO}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct crew crew = {0};
		CLEANUP_OUTCOME struct outcome outcome = {0};
		struct want want = want_of(&trees[0], "lab", table[i].what), got;
		struct err err = ERR_INIT;

		start(&crew, &want, NULL);
		assert_int_equal(take(&crew, &got, &outcome, &err), table[i].result);
		assert_int_equal(crew.n, 0);
		assert_true(image_id_equal(&got.id, &want.id));
		assert_string_equal(got.branch, "main");
		assert_ptr_not_equal(got.branch, want.branch);
		free(got.branch);
		if (table[i].what == 'b')
			assert_true(outcome.seconds == 7 && !outcome.error);
		if (table[i].what == 'f')
			assert_string_equal(outcome.error, "x.c:1: no\n");
		if (table[i].result)
			assert_true(err.text[0]);
	}
}

static void it_knows_what_is_under_way(void **state)
{
	struct crew crew = {0};
	struct want a = want_of(&trees[0], "lab", 'c'), same = a;
	struct want sibling = want_of(&trees[0], "lab", 'b');
	struct want config = want_of(&trees[0], "big", 'b');
	struct want tree = want_of(&trees[1], "lab", 'b');
	int gate[2];
	char c;

	(void)state;
	assert_int_equal(pipe(gate), 0);
	start(&crew, &a, gate);
	assert_int_equal(read(gate[0], &c, 1), 1);
	assert_true(crew_has(&crew, &same, false));
	assert_false(crew_has(&crew, &sibling, false));
	assert_true(crew_has(&crew, &sibling, true));
	assert_false(crew_has(&crew, &config, true));
	assert_false(crew_has(&crew, &tree, true));
	assert_null(crew_next(&crew));
	crew_end(&crew);
	/* it was asked, not killed */
	assert_int_equal(read(gate[0], &c, 1), 1);
	assert_int_equal(c, 't');
	assert_int_equal(crew.n, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	close(gate[0]);
	close(gate[1]);
}

/* A builder that is killed takes its makers with it. */
static void members_die_with_their_crew(void **state)
{
	int gate[2];
	pid_t pid;
	char c;

	(void)state;
	assert_int_equal(pipe(gate), 0);
	pid = fork();
	if (!pid) {
		struct want want = want_of(&trees[0], "lab", 'c');
		struct crew crew = {0};

		start(&crew, &want, gate);
		pause();
		_exit(0);
	}
	close(gate[1]);
	assert_int_equal(read(gate[0], &c, 1), 1);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* both ends of theirs are closed when both are dead; none said that it was asked
	 */
	assert_int_equal(read(gate[0], &c, 1), 0);
	close(gate[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_come_back),
		cmocka_unit_test(it_knows_what_is_under_way),
		cmocka_unit_test(members_die_with_their_crew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
