// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole bisections in which other things fail as well: only the one failure counts. */
#include "bisect/lab/tester.h"
#include "bisect/log/place.h"
#include "tests/unit/bisect-lab.h"

/* 7 - 8 and 10 fail too, but not as the bad end does; the culprit is 12. */
static void set_others(struct fixture *f, enum sim_kind kind)
{
	static const int names[] = {7, 8, 10};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		f->kinds[number_of(f, names[i])] = kind;
}

static void another_exit_code_is_a_skip(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;

	begin(f, &sim, 12);
	set_others(f, SIM_FAILS_OTHERWISE);
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[12]);
	assert_int_equal(past.signature.n, 1);
	assert_string_equal(past.signature.v[0], "exit=1");
}

static void every_failure_counts_if_asked(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;

	begin(f, &sim, 12);
	set_others(f, SIM_FAILS_OTHERWISE);
	strvec_add(&f->failures, "any");
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_string_not_equal(past.culprit, f->commits[12]);
}

static void one_given_by_hand_is_taken(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;
	struct run run;

	/* the bad end fails, but not in the way that was asked for */
	begin(f, &sim, 12);
	strvec_add(&f->failures, "exit=2");
	assert_int_equal(control(f, &sim, &run, &past, VERDICT_SKIP), RUN_ENDS);
	assert_non_null(strstr(run.words.data, "another failure"));
	run_release(&run);
}

/* Each fails with 1; what the cases say is what tells them apart. */
static void show_cases(struct sim *sim, const char *commit, struct test_result *result)
{
	const struct fixture *f = sim->ctx;
	size_t number;

	if (result->exit_code != 0)
		strvec_add(&result->failed, "net/ping");
	if (history_find(&f->history, commit, &number) < 0)
		return;
	for (int i = 7; i <= 10; i++) {
		if (i == MERGE || number != number_of(f, i))
			continue;
		result->exit_code = 1;
		strvec_release(&result->failed);
		strvec_add(&result->failed, "net/trace");
	}
}

static void another_case_is_a_skip(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;

	begin(f, &sim, 12);
	sim.on_test = show_cases;
	sim.ctx = f;
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[12]);
	assert_int_equal(past.signature.n, 2);
	assert_string_equal(past.signature.v[1], "ktap=net/ping");
}

/* All tests fail with 1, also that of 7 to 10; the kernel says why. */
static void print_trouble(struct sim *sim, const char *commit, struct test_result *result)
{
	const struct fixture *f = sim->ctx;
	size_t number = 0;

	sim_print(sim, "WARNING: CPU: 1 PID: 99 at noise.c:7 always+0x1/0x2");
	if (result->exit_code)
		sim_print(sim, "BUG: kernel NULL pointer dereference, address: "
			       "0000000000000010");
	if (history_find(&f->history, commit, &number) < 0 ||
		(number != number_of(f, 7) && number != number_of(f, 10)))
		return;
	result->exit_code = 1;
	sim_print(sim, "BUG: sleeping function called from invalid context at a.c:1");
}

static void another_bug_on_the_console_is_a_skip(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;

	begin(f, &sim, 12);
	sim.on_test = print_trouble;
	sim.ctx = f;
	sim.console = true;
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[12]);
	/* what the good end says too is not what fails */
	assert_int_equal(past.signature.n, 2);
	assert_string_equal(past.signature.v[1],
		"line=BUG: kernel NULL pointer dereference, address: #");
}

/* The regression is a panic at boot; a hang and a failing test are other failures. */
static void another_way_to_die_is_a_skip(void **state)
{
	struct fixture *f = *state;

	for (int other = 0; other < 3; other++) {
		static const enum sim_kind kinds[] = {SIM_HANG, SIM_BAD, SIM_NO_ROOT};
		CLEANUP_PAST struct past past = {0};
		struct sim sim;
		struct run run;

		begin(f, &sim, 12);
		for (int i = 12; i <= LAST; i++)
			f->kinds[number_of(f, i)] = SIM_PANIC;
		set_others(f, kinds[other]);
		sim.console = true;
		assert_int_equal(control(f, &sim, &run, &past, VERDICT_BAD), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[12]);
		run_release(&run);
	}
}

/* The signature is what a killed controller must not lose. */
static void the_signature_survives_a_kill(void **state)
{
	struct fixture *f = *state;
	unsigned int kills = 0;
	struct sim sim;

	for (unsigned int at = 1;; at += 5) {
		CLEANUP_PAST struct past past = {0}, before = {0};

		begin(f, &sim, 12);
		set_others(f, SIM_FAILS_OTHERWISE);
		sim.die_at = at;
		if (run_once(f, &sim, &before) == RUN_FOUND)
			break;
		kills++;
		sim.die_at = 0;
		assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[12]);
	}
	assert_true(kills > 10);
}

static void skips_for_another_failure_are_told(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;
	struct run run;

	begin(f, &sim, 12);
	f->kinds[number_of(f, 11)] = SIM_FAILS_OTHERWISE;
	assert_int_equal(control(f, &sim, &run, &past, VERDICT_SKIP), RUN_ONLY_SKIPPED);
	assert_non_null(
		strstr(run.words.data, "1 of the skipped ones failed in another"));
	run_release(&run);
}

/* The real test, a program: its output goes to its file, and its cases are read. */
static void cases_are_read_from_a_programs_output(void **state)
{
	const struct fixture *f = *state;
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	CLEANUP_BUF struct buf steps, path, output;
	struct candidate candidate = {.image = "x86_64/lab/x"};
	struct tester tester = {.argv = &argv,
		.host = "h",
		.timeout = 60,
		.folder = f->folder,
		.cancel_fd = -1};
	struct test_result result;

	buf_init(&steps, 256);
	buf_init(&path, 256);
	buf_init(&output, 4096);
	buf_addf(&steps, "%s/steps", f->folder);
	place_evidence(f->folder, 7, "test", &path);
	assert_int_equal(dir_make(steps.data, 0755, NULL), 0);
	strvec_split(&argv, "sh -c 'echo 1..2; echo ok 1 a; echo not ok 2 b >&2; exit 3'",
		NULL);
	assert_int_equal(tester_ops.run(&tester, 7, &candidate, "1", &result, NULL), 0);
	assert_int_equal(result.exit_code, 3);
	assert_int_equal(result.failed.n, 1);
	assert_string_equal(result.failed.v[0], "b");
	strvec_release(&result.failed);
	assert_int_equal(file_read(path.data, &output, NULL), 0);
	assert_string_equal(output.data, "1..2\nok 1 a\nnot ok 2 b\n");
}

/* The host goes down in the test of the good end, which fails by that; nobody can ask. */
static void fail_unseen(struct sim *sim, const char *commit, struct test_result *result)
{
	const struct fixture *f = sim->ctx;

	if (strcmp(commit, f->commits[0]) || sim->server_away_to > 0)
		return;
	result->exit_code = 1;
	sim->server_away_from = sim->now;
	sim->server_away_to = sim->now + 60;
}

static void a_test_counts_if_the_host_is_known_to_have_stayed_up(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct sim sim;

	begin(f, &sim, 5);
	sim.on_test = fail_unseen;
	sim.ctx = f;
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[5]);
	assert_true(sim.server_away_to > 0);
	assert_true(past.lab_faults > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_exit_code_is_a_skip),
		cmocka_unit_test(every_failure_counts_if_asked),
		cmocka_unit_test(one_given_by_hand_is_taken),
		cmocka_unit_test(another_case_is_a_skip),
		cmocka_unit_test(another_bug_on_the_console_is_a_skip),
		cmocka_unit_test(another_way_to_die_is_a_skip),
		cmocka_unit_test(the_signature_survives_a_kill),
		cmocka_unit_test(cases_are_read_from_a_programs_output),
		cmocka_unit_test(skips_for_another_failure_are_told),
		cmocka_unit_test(a_test_counts_if_the_host_is_known_to_have_stayed_up),
	};

	return cmocka_run_group_tests_name(
		"bisect-failure", tests, make_fixture, drop_fixture);
}
