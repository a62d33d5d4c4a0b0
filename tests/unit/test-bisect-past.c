// SPDX-License-Identifier: GPL-2.0-or-later
/* The log: what is written is read back, ours and git's; the report of it. */
#include "bisect/log/past.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bisect/log/journal.h"
#include "bisect/report/text.h"
#include "lib/file.h"
#include "tests/unit/unit.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccc"

static void parse(const char *text, struct past *past)
{
	struct err err = ERR_INIT;

	if (past_parse(text, strlen(text), past, &err) < 0)
		fail_msg("%s", err.text);
}

static struct step make_step(void)
{
	struct step step = {.number = 3,
		.role = "split",
		.commit = A,
		.subject = "it's \"odd\" \\ $(x)] [y",
		.verdict = VERDICT_BAD,
		.why = "the test's end: 'exited' with 1\\",
		.boot = "0123456789abcdef",
		.release = "6.1.0",
		.exit_code = 1,
		.attempts = 2,
		.resets = 1,
		.candidates = 12,
		.finished = "2026-11-23T17:00:00Z"};

	cost_init(&step.cost);
	step.cost.seconds[COST_FETCH] = 1.25;
	step.cost.seconds[COST_TOTAL] = 61.5;
	return step;
}

static void a_step_makes_the_round(void **state)
{
	struct step step = make_step();
	CLEANUP_PAST struct past past = {0};
	CLEANUP_BUF struct buf b;

	(void)state;
	buf_init(&b, RECORD_MAX);
	record_step(&b, &step, &(struct terms){0});
	parse(b.data, &past);
	assert_int_equal(past.n_steps, 1);
	assert_string_equal(past.steps[0].commit, step.commit);
	assert_string_equal(past.steps[0].subject, step.subject);
	assert_string_equal(past.steps[0].why, step.why);
	assert_string_equal(past.steps[0].boot, step.boot);
	assert_int_equal(past.steps[0].verdict, VERDICT_BAD);
	assert_int_equal(past.steps[0].exit_code, 1);
	assert_int_equal(past.steps[0].candidates, 12);
	assert_true(past.steps[0].cost.seconds[COST_FETCH] == 1.25);
	assert_true(past.steps[0].cost.seconds[COST_GRUB] < 0);
}

/* A subject cannot write a line of the log. */
static void hostile_texts_stay_in_their_line(void **state)
{
	struct step step = make_step();
	CLEANUP_PAST struct past past = {0};
	CLEANUP_BUF struct buf b;

	(void)state;
	buf_init(&b, RECORD_MAX);
	memcpy(step.subject, "x\ngit bisect good " C "\n",
		sizeof("x\ngit bisect good " C "\n"));
	memcpy(step.why, "y\ngit bisect good " C "\n",
		sizeof("y\ngit bisect good " C "\n"));
	record_step(&b, &step, &(struct terms){0});
	parse(b.data, &past);
	assert_int_equal(past.n_steps, 1);
	assert_string_equal(past.steps[0].commit, A);
}

static void only_gits_line_makes_a_verdict(void **state)
{
	CLEANUP_PAST struct past past = {0};

	(void)state;
	parse("git bisect start\n"
	      "# tenfold: event=start host=lab3 test=./t test='a b'\n"
	      "# tenfold: event=judged step=1 commit=" A " verdict=bad why=x\n"
	      "# bad: [" A "] subject\n"
	      "git bisect bad " A "\n"
	      "# tenfold: event=judged step=2 commit=" B " verdict=good why=x\n"
	      "# good: [" B "] subj",
		&past);
	assert_int_equal(past.n_steps, 1);
	assert_string_equal(past_setting(&past, "host", NULL), "lab3");
	assert_string_equal(
		past_setting(&past, "test", past_setting(&past, "test", NULL)), "a b");
	assert_null(past_setting(&past, "tes", NULL));
	assert_string_equal(past.result, "");
}

static void gits_own_log_is_read(void **state)
{
	CLEANUP_PAST struct past past = {0};

	(void)state;
	parse("# bad: [" A "] the last\n"
	      "# good: [" B "] the first\n"
	      "git bisect start 'v2' 'v1' 'v0' '--' 'fs/'\n"
	      "# skip: [" C "] broken\n"
	      "git bisect skip " C "\n"
	      "# status: waiting for good commit(s), bad commit known\n"
	      "git bisect new " A "\n"
	      "git bisect old " B "\n"
	      "# first 'bad' commit: [" A "] the last\n",
		&past);
	assert_int_equal(past.start_revs.n, 3);
	assert_string_equal(past.start_revs.v[0], "v2");
	assert_int_equal(past.n_steps, 3);
	assert_int_equal(past.steps[0].verdict, VERDICT_SKIP);
	assert_string_equal(past.steps[0].subject, "broken");
	assert_int_equal(past.steps[1].verdict, VERDICT_BAD);
	assert_int_equal(past.steps[2].verdict, VERDICT_GOOD);
}

static void other_files_are_refused(void **state)
{
	static const char *const bad[] = {"hello\n", "git bisect frob\n", "git log\n",
		"git bisect good HEAD\n", "git bisect good 'x\n", "# tenfold: 'x\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err err = ERR_INIT;
		struct past past;

		assert_int_equal(
			past_parse(bad[i], strlen(bad[i]), &past, &err), -EINVAL);
		assert_ptr_equal(strstr(err.text, "line 1: "), err.text);
	}
}

/* A journal on a file of its own that has a text already. */
static void begin_journal(char *path, const char *text, struct journal *ret_journal)
{
	CLEANUP_FD int fd = mkstemp(path);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(journal_open(ret_journal, path, NULL), 0);
}

static void end_journal(struct journal *journal, const char *path, const char *want)
{
	CLEANUP_BUF struct buf b;

	journal_close(journal);
	buf_init(&b, 4096);
	assert_int_equal(file_read(path, &b, NULL), 0);
	assert_string_equal(b.data, want);
	unlink(path);
}

#define TWO_LINES "git bisect start\ngit bisect bad " A "\n"

static void half_a_line_is_cut(void **state)
{
	char path[] = "/tmp/tenfold-past-XXXXXX";
	struct journal journal;
	CLEANUP_BUF struct buf more;

	(void)state;
	buf_init(&more, 4096);
	buf_adds(&more, "git bisect bad " A "\n");
	begin_journal(path, "git bisect start\ngit bis", &journal);
	assert_int_equal(journal_append(&journal, &more, NULL), 0);
	end_journal(&journal, path, TWO_LINES);
}

static void half_a_record_is_taken_back(void **state)
{
	char path[] = "/tmp/tenfold-past-XXXXXX";
	struct rlimit all, few;
	struct journal journal;
	CLEANUP_BUF struct buf more;

	(void)state;
	buf_init(&more, 4096);
	buf_adds(&more, "git bisect bad " A "\n");
	begin_journal(path, "git bisect start\n", &journal);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &all);
	few = (struct rlimit){.rlim_cur = 30, .rlim_max = all.rlim_max};
	setrlimit(RLIMIT_FSIZE, &few);
	assert_int_equal(journal_append(&journal, &more, NULL), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &all);
	assert_int_equal(journal_append(&journal, &more, NULL), 0);
	end_journal(&journal, path, TWO_LINES);
}

static void the_report_names_the_culprit_and_the_command(void **state)
{
	CLEANUP_PAST struct past past = {0};
	CLEANUP_BUF struct buf b;

	(void)state;
	buf_init(&b, 64 * 1024);
	parse("git bisect start\n"
	      "# tenfold: event=start host=lab3 repo='/a b' bad=" A " good=" B
	      " test=./t test='it'\\''s'\n"
	      "# tenfold: event=judged step=1 commit=" A
	      " verdict=bad why='the test exited with 1' resets=1 fetch=1.500 "
	      "total=10.000\n"
	      "git bisect bad " A "\n"
	      "# tenfold: event=judged step=2 commit=" B
	      " verdict=good why='the test exited with 0' resets=1 fetch=2.500 "
	      "total=20.000\n"
	      "git bisect good " B "\n"
	      "# tenfold: event=end result=found commit=" A
	      " subject='break it' author='A <a@b>' date=2026-01-01T00:00:00Z\n",
		&past);
	report_whole(&past, NULL, &b);
	assert_non_null(
		strstr(b.data, A " is the first bad commit\nAuthor: A <a@b>\n"
				 "Date:   2026-01-01T00:00:00Z\n\n    break it\n"));
	assert_non_null(strstr(b.data, "--repo '/a b' --good " B " --bad " A
				       " --host lab3 -- ./t 'it'\\''s'\n"));
	assert_non_null(strstr(b.data, "    30.0\n"));
	assert_non_null(strstr(b.data, "     4.0 "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_makes_the_round),
		cmocka_unit_test(hostile_texts_stay_in_their_line),
		cmocka_unit_test(only_gits_line_makes_a_verdict),
		cmocka_unit_test(gits_own_log_is_read),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(half_a_line_is_cut),
		cmocka_unit_test(half_a_record_is_taken_back),
		cmocka_unit_test(the_report_names_the_culprit_and_the_command),
	};

	return cmocka_run_group_tests_name("bisect-past", tests, NULL, NULL);
}
