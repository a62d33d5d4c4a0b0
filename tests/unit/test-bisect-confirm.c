// SPDX-License-Identifier: GPL-2.0-or-later
/* A culprit is tried again before it is named, with its parents and reverted. */
#include <git2.h>

#include "bisect/git/revert.h"
#include "bisect/judge/confirm.h"
#include "tests/unit/bisect-lab.h"

static unsigned int count(const struct past *past, const char *role, int verdict)
{
	unsigned int n = 0;

	for (size_t i = 0; i < past->n_confirmations; i++)
		n += !strcmp(past->confirmations[i].role, role) &&
		     (int)past->confirmations[i].verdict == verdict;
	return n;
}

static void the_culprit_and_its_parents_are_tried_again(void **state)
{
	struct fixture *f = *state;

	for (int culprit = 1; culprit <= LAST; culprit++) {
		unsigned int parents = culprit == MERGE ? 2 : 1;
		CLEANUP_PAST struct past past = {0}, again = {0};
		struct sim sim;

		begin(f, &sim, culprit);
		f->confirm = 2;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[culprit]);
		assert_int_equal(count(&past, "confirm-bad", VERDICT_BAD), 2);
		assert_int_equal(count(&past, "confirm-good", VERDICT_GOOD), 2 * parents);
		/* of the bad end itself there is nothing to revert on */
		assert_int_equal(count(&past, "revert", VERDICT_GOOD), culprit != LAST);
		assert_int_equal(sim.reboots, past.n_steps + past.n_confirmations);
		/* the log tells it all */
		assert_int_equal(past_load(f->log, &again, NULL), 0);
		assert_int_equal(again.n_steps, past.n_steps);
		assert_int_equal(again.n_confirmations, past.n_confirmations);
	}
}

/* From the N-th test of that commit on another thing happens. */
static struct {
	const char *commit;
	unsigned int from, seen;
	int exit_code;
} turn;

/* Nobody can ask the server, just as the culprit's second test has ended. */
static void be_away(struct sim *sim, const char *commit, struct test_result *result)
{
	(void)result;
	if (strcmp(commit, turn.commit) || ++turn.seen != turn.from)
		return;
	sim->server_away_from = sim->now;
	sim->server_away_to = sim->now + 22;
}

/* The host is up and well then, and takes warm steps; the culprit must fail without. */
static void each_attempt_of_a_confirmation_is_a_reset(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;

	begin(f, &sim, 12);
	f->confirm = 1;
	turn.commit = f->commits[12];
	turn.from = 2;
	turn.seen = 0;
	sim.on_test = be_away;
	sim.warm = SIM_WARM;
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[12]);
	assert_int_equal(past.lab_faults, 1);
	assert_string_equal(past.confirmations[0].role, "confirm-bad");
	assert_int_equal(past.confirmations[0].attempts, 2);
	assert_int_equal(past.confirmations[0].resets, 2);
	for (size_t i = 0; i < past.n_confirmations; i++)
		assert_string_equal(step_way(&past.confirmations[i]), "reset");
	assert_int_equal(sim.warm_steps, past.n_steps - 1);
}

static void what_was_confirmed_is_told(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	CLEANUP_BUF struct buf b;
	struct sim sim;

	buf_init(&b, 4096);
	begin(f, &sim, MERGE);
	f->confirm = 1;
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	confirm_describe(&past, &b);
	assert_string_equal(b.data,
		"it is a merge: none of its 2 sides fails alone\n"
		"confirmed: it failed 1 more time, its parents passed 2 times\n"
		"confirmed: with it reverted, the bad end passes\n");
}

static void turn_round(struct sim *sim, const char *commit, struct test_result *result)
{
	(void)sim;
	if (!strcmp(commit, turn.commit) && ++turn.seen >= turn.from)
		result->exit_code = turn.exit_code;
}

static int turn_at(struct fixture *f, int commit, int exit_code, struct past *past)
{
	struct sim sim;

	begin(f, &sim, 12);
	f->confirm = 1;
	turn.commit = f->commits[commit];
	turn.from = 2;
	turn.seen = 0;
	turn.exit_code = exit_code;
	sim.on_test = turn_round;
	return run_once(f, &sim, past);
}

static void a_culprit_that_cannot_be_tried_again_is_not_named(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};

	assert_int_equal(turn_at(f, 12, 125, &past), RUN_CONTRADICTION);
	assert_string_equal(past.result, "contradiction");
	assert_string_equal(past.culprit, "");
	assert_non_null(strstr(past.words, "contradict"));
	assert_non_null(strstr(past.words, "judged bad"));
}

/* One that passes when it is tried again, or a parent that fails: tests are repeated,
 * and neither is believed any more. */
static void a_contradiction_is_looked_into(void **state)
{
	struct fixture *f = *state;

	for (int which = 0; which < 2; which++) {
		CLEANUP_PAST struct past past = {0};

		assert_int_equal(turn_at(f, which ? 11 : 12, which, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[which ? 11 : 13]);
		assert_string_not_equal(past.belief, "");
	}
}

static void a_revert_that_does_not_help_is_told(void **state)
{
	static const struct {
		enum sim_kind kind;
		bool none;
		const char *words;
	} cases[] = {
		{SIM_BAD, false, "not the only cause"},
		{SIM_BROKEN, false, "it does not build"},
		{SIM_HANG, false, "hang"},
		{SIM_GOOD, true, "not reverted: the revert does not apply"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_PAST struct past past = {0};
		CLEANUP_BUF struct buf b;
		struct sim sim;

		buf_init(&b, 4096);
		begin(f, &sim, 5);
		f->confirm = 1;
		sim.revert_kind = cases[i].kind;
		sim.no_revert = cases[i].none;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[5]);
		confirm_describe(&past, &b);
		assert_non_null(strstr(b.data, cases[i].words));
	}
}

static void cold_boots_come_last_and_are_put_back(void **state)
{
	struct fixture *f = *state;
	static const char *const modes[] = {"", "kexec"};

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		CLEANUP_PAST struct past past = {0};
		struct sim sim;

		begin(f, &sim, 12);
		f->confirm = 1;
		f->cold = true;
		snprintf(sim.mode, sizeof(sim.mode), "%s", modes[i]);
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_int_equal(sim.colds, 2);
		assert_string_equal(sim.mode, modes[i]);
		assert_false(past.mode_changed);
		assert_int_equal(count(&past, "cold-bad", VERDICT_BAD), 1);
		assert_int_equal(count(&past, "cold-good", VERDICT_GOOD), 1);
		assert_int_equal(past.n_confirmations, 5);
		assert_string_equal(past.confirmations[3].role, "cold-bad");
	}
}

/* Wherever the controller is killed: nothing judged is done again, and the host is in
 * the end set to boot as it was. */
static void goes_on_after_a_kill_in_a_confirmation(void **state)
{
	struct fixture *f = *state;
	unsigned int kills = 0;
	struct sim sim;

	for (unsigned int at = 1;; at++) {
		CLEANUP_PAST struct past past = {0}, before = {0};

		begin(f, &sim, MERGE);
		f->confirm = 1;
		f->cold = true;
		sim.die_at = at;
		if (run_once(f, &sim, &before) == RUN_FOUND)
			break;
		kills += before.n_confirmations > 0;
		sim.die_at = 0;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[MERGE]);
		assert_int_equal(past.n_confirmations, 3 + 1 + 3);
		assert_string_equal(sim.mode, "");
		assert_true(sim.tests <= past.n_steps + past.n_confirmations + 1);
	}
	assert_true(kills > 50);
}

static void git_replays_a_log_with_confirmations(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;

	begin(f, &sim, 12);
	f->confirm = 1;
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_git_replays(f, f->commits[12]);
}

/* Real reverts, in a history in which
 *	a - b (adds a line to two) - c (changes one) - d (changes b's line)
 */
static void make_history(const struct fixture *f, char commits[4][IMAGE_COMMIT_TEXT])
{
	static const char stream[] =
		"commit refs/heads/r\nmark :1\ncommitter C <c@e> 1 +0000\ndata 1\na\n"
		"M 644 inline one\ndata 2\n1\n\nM 644 inline two\ndata 2\n1\n\n"
		"commit refs/heads/r\nmark :2\ncommitter C <c@e> 2 +0000\ndata 1\nb\n"
		"M 644 inline two\ndata 4\n1\n2\n\n"
		"commit refs/heads/r\nmark :3\ncommitter C <c@e> 3 +0000\ndata 1\nc\n"
		"M 644 inline one\ndata 2\n9\n\n"
		"commit refs/heads/r\nmark :4\ncommitter C <c@e> 4 +0000\ndata 1\nd\n"
		"M 644 inline two\ndata 4\n1\n7\n\n";
	CLEANUP_BUF struct buf path, marks;
	int mark;

	buf_init(&path, 256);
	buf_init(&marks, 4096);
	git(f->folder, "git fast-import --quiet --export-marks=marks2", stream);
	buf_addf(&path, "%s/marks2", f->folder);
	assert_int_equal(file_read(path.data, &marks, NULL), 0);
	for (char *line = marks.data; *line; line = strchr(line, '\n') + 1) {
		char commit[IMAGE_COMMIT_TEXT];

		assert_int_equal(sscanf(line, ":%d %40s", &mark, commit), 2);
		memcpy(commits[mark - 1], commit, sizeof(commit));
	}
}

static void a_revert_is_a_commit_that_git_knows(void **state)
{
	struct fixture *f = *state;
	char commits[4][IMAGE_COMMIT_TEXT], made[IMAGE_COMMIT_TEXT],
		again[IMAGE_COMMIT_TEXT];
	CLEANUP_BUF struct buf folder, line;
	struct err err = ERR_INIT;

	buf_init(&folder, 256);
	buf_init(&line, 1024);
	make_history(f, commits);
	buf_addf(&folder, "%s/revert.git", f->folder);
	assert_int_equal(revert_make(f->history.repo, folder.data, commits[1], commits[2],
				 made, &err),
		0);
	assert_int_equal(revert_make(f->history.repo, folder.data, commits[1], commits[2],
				 again, &err),
		0);
	assert_string_equal(made, again);
	/* any process can tell that it is the one */
	assert_true(revert_is(folder.data, made));
	assert_false(revert_is(folder.data, commits[2]));
	assert_false(revert_is(f->folder, made));
	/* c's change stays, b's is gone */
	buf_addf(&line, "git --git-dir revert.git diff --exit-code %s %s -- two",
		commits[0], made);
	git(f->folder, line.data, NULL);
	buf_reset(&line);
	buf_addf(&line, "git --git-dir revert.git diff --exit-code %s %s -- one",
		commits[2], made);
	git(f->folder, line.data, NULL);
	git(f->folder, "git --git-dir revert.git fsck --strict", NULL);
	/* d has changed the same line */
	assert_int_equal(revert_make(f->history.repo, folder.data, commits[1], commits[3],
				 made, &err),
		-EEXIST);
	assert_non_null(strstr(err.text, "does not apply"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_culprit_and_its_parents_are_tried_again),
		cmocka_unit_test(each_attempt_of_a_confirmation_is_a_reset),
		cmocka_unit_test(what_was_confirmed_is_told),
		cmocka_unit_test(a_culprit_that_cannot_be_tried_again_is_not_named),
		cmocka_unit_test(a_contradiction_is_looked_into),
		cmocka_unit_test(a_revert_that_does_not_help_is_told),
		cmocka_unit_test(cold_boots_come_last_and_are_put_back),
		cmocka_unit_test(goes_on_after_a_kill_in_a_confirmation),
		cmocka_unit_test(git_replays_a_log_with_confirmations),
		cmocka_unit_test(a_revert_is_a_commit_that_git_knows),
	};

	return cmocka_run_group_tests_name(
		"bisect-confirm", tests, make_fixture, drop_fixture);
}
