// SPDX-License-Identifier: GPL-2.0-or-later
/* What a run was told when it began holds after --resume, unless that says another thing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bisect/log-start.h"
#include "lib/file.h"
#include "tests/unit/unit.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define HOSTILE "it's \"a\"\n\t\\n $(x) `y` %0a # \x1b[2J"

/* one run, of host h */
static struct {
	char folder[64], state[80], conf[80], log[128];
} lab;

static int make_lab(void **state)
{
	char host[96];

	(void)state;
	snprintf(lab.folder, sizeof(lab.folder), "/tmp/tenfold-resume-XXXXXX");
	assert_non_null(mkdtemp(lab.folder));
	snprintf(lab.conf, sizeof(lab.conf), "%s/conf", lab.folder);
	snprintf(lab.state, sizeof(lab.state), "%s/tenfold", lab.folder);
	snprintf(host, sizeof(host), "%s/h", lab.state);
	snprintf(lab.log, sizeof(lab.log), "%s/log", host);
	assert_int_equal(setenv("XDG_STATE_HOME", lab.folder, 1), 0);
	assert_int_equal(mkdir(lab.state, 0755), 0);
	return mkdir(host, 0755);
}

static int drop_lab(void **state)
{
	(void)state;
	return dir_remove(lab.folder, NULL);
}

static void write_file(const char *path, const char *text)
{
	assert_int_equal(file_write_atomic(path, text, strlen(text), 0644, NULL), 0);
}

static int read_args(struct session *s, const char *const *words, struct err *err)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;

	strvec_add(&argv, "run");
	strvec_add(&argv, "--host");
	strvec_add(&argv, "h");
	strvec_addv(&argv, words);
	session_init(s);
	return session_read_args(s, argv.n, argv.v, err);
}
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The log of a run that was begun by these words and was killed then. */
static void start(const char *const *words)
{
	CLEANUP_SESSION struct session s;
	struct err err = ERR_INIT;
	CLEANUP_BUF struct buf b;

	buf_init(&b, 1024 * 1024);
	if (read_args(&s, words, &err) < 0)
		fail_msg("%s", err.text);
	snprintf(s.bad, sizeof(s.bad), "%s", B);
	strvec_add(&s.goods, A);
	log_start_record(&s, &b);
	assert_int_equal(buf_check(&b), 0);
	write_file(lab.log, b.data);
}
#define START(...)                                                                   \
	start(WORDS("--conf", lab.conf, "--repo", "/r", "--good", "g", "--bad", "b", \
		"--arch", "i386", "--config", "lab", __VA_ARGS__))

static void resume(struct session *s, const char *const *words)
{
	struct err err = ERR_INIT;

	if (read_args(s, words, &err) < 0)
		fail_msg("%s", err.text);
}
#define RESUME(s, ...) resume(s, WORDS("--resume", ##__VA_ARGS__))

static void each_kind_of_option_goes_on(void **state)
{
	static const char file[] = "/" HOSTILE, failure[] = "console=" HOSTILE;
	CLEANUP_FREE char *cwd = getcwd(NULL, 0);
	CLEANUP_SESSION struct session s;
	const struct params *p = &s.settings;
	char token[4096];

	(void)state;
	write_file(lab.conf, "[defaults]\nno-warm = yes\npatience = 7\n");
	START("--console", file, "--token-file", "a token", "--limit-grub", "11",
		"--patience", "12", "--no-speculate", "--no-warm=no", "--build-command",
		"mk 'a b' \"it's\" '' '\n' %c", "--timeout", "13", "--confidence", "90",
		"--no-confirm", "--failure", failure, "--", "sh", "-c", HOSTILE);
	RESUME(&s);
	assert_string_equal(p->console, file);
	/* from whichever folder */
	snprintf(token, sizeof(token), "%s/a token", cwd);
	assert_string_equal(p->token_file, token);
	assert_int_equal(p->limit_grub, 11);
	assert_int_equal(p->patience, 12);
	assert_int_equal(p->timeout, 13);
	assert_int_equal(p->confidence, 90);
	assert_true(p->no_speculate);
	assert_true(p->no_confirm);
	assert_false(p->no_warm);
	assert_int_equal(p->build_command.n, 6);
	assert_string_equal(p->build_command.v[1], "a b");
	assert_string_equal(p->build_command.v[2], "it's");
	assert_string_equal(p->build_command.v[3], "");
	assert_string_equal(p->build_command.v[4], "\n");
	assert_string_equal(p->config_file, lab.conf);
	assert_string_equal(p->failures.v[0], failure);
	assert_int_equal(s.test.n, 3);
	assert_string_equal(s.test.v[2], HOSTILE);
	assert_string_equal(s.cwd, cwd);
}

static void what_resume_is_told_rules(void **state)
{
	CLEANUP_SESSION struct session s;
	const struct params *p = &s.settings;
	char other[80];

	(void)state;
	write_file(lab.conf, "[defaults]\npoll = 5\n");
	snprintf(other, sizeof(other), "%s/other", lab.folder);
	write_file(other, "[defaults]\npoll = 6\n");
	START("--console", "/one", "--limit-grub", "11", "--limit-fetch", "12",
		"--no-speculate", "--cold", "--build-command", "one two", "--timeout",
		"13", "--", "true");
	RESUME(&s, "--conf", other, "--console", "/two", "--limit-grub", "21",
		"--no-speculate=no", "--no-warm", "--cold=no", "--build-command", "three",
		"--timeout", "23");
	assert_string_equal(p->console, "/two");
	assert_int_equal(p->limit_grub, 21);
	assert_int_equal(p->limit_fetch, 12);
	assert_int_equal(p->timeout, 23);
	assert_int_equal(p->poll, 6);
	assert_false(p->no_speculate);
	assert_false(p->cold);
	assert_true(p->no_warm);
	assert_int_equal(p->build_command.n, 1);
	assert_string_equal(p->build_command.v[0], "three");
}

/* A lab that was mended there goes on mended; what the answer hangs on stays as it was.
 */
static void the_config_file_is_read_anew(void **state)
{
	CLEANUP_SESSION struct session s;

	(void)state;
	write_file(lab.conf, "[host h]\nlimit-kexec = 5\ntimeout = 5\nno-warm = yes\n");
	START("--", "true");
	write_file(lab.conf, "[defaults]\nstate = /elsewhere\n"
			     "[host h]\nlimit-kexec = 6\ntimeout = 6\n");
	RESUME(&s);
	assert_int_equal(s.settings.limit_kexec, 6);
	assert_false(s.settings.no_warm);
	assert_int_equal(s.settings.timeout, 5);
	/* this log is where it was found */
	assert_string_equal(s.settings.state, lab.state);
}

static void a_no_is_no_yes_in_the_log(void **state)
{
	CLEANUP_SESSION struct session s;

	(void)state;
	write_file(lab.conf, "[defaults]\nno-confirm = yes\n");
	START("--no-confirm=no", "--", "true");
	RESUME(&s);
	assert_false(s.settings.no_confirm);
	assert_false(past_is_set(&s.past, "no-confirm"));
}

static void an_older_log_goes_on(void **state)
{
	CLEANUP_SESSION struct session s;
	const struct params *p = &s.settings;

	(void)state;
	write_file(lab.log,
		"git bisect start\n"
		"# tenfold: event=start version=0.1.0 host=h mac=52:54:00:00:00:01 "
		"repo=/r "
		"bad=" B " bad-rev=b good=" A " good-rev=g server=http://s store=/s "
		"arch=i386 config=lab timeout=13 on-timeout=skip on-boot-failure=bad "
		"attempts=2 confirm=4 runs=5 cold=yes no-warm=yes cwd=/ failure=exit=3 "
		"test=sh test=-c test='a %0a b'\n");
	RESUME(&s);
	assert_string_equal(p->store, "/s");
	assert_string_equal(p->on_timeout, "skip");
	assert_int_equal(p->timeout, 13);
	assert_int_equal(p->runs, 5);
	assert_true(p->cold);
	assert_true(p->no_warm);
	assert_string_equal(s.test.v[2], "a %0a b");
	assert_int_equal(p->limit_grub, 180);
}

static void a_log_that_makes_no_sense_is_refused(void **state)
{
	static const char *const bad[][2] = {
		{"console*=%zz", "bad %XX"},
		{"console*=%00", "bad %XX"},
		{"limit-grub=many", "'limit-grub' takes a whole number"},
		{"no-warm=perhaps", "'no-warm' takes yes or no"},
		{"build-command=%x", "'build-command' cannot be"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		CLEANUP_SESSION struct session s;
		struct err err = ERR_INIT;
		char text[256];

		snprintf(text, sizeof(text), "# tenfold: event=start host=h %s\n",
			bad[i][0]);
		write_file(lab.log, text);
		assert_int_equal(read_args(&s, WORDS("--resume"), &err), -EINVAL);
		if (!strstr(err.text, bad[i][1]))
			fail_msg("%s: %s", bad[i][0], err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_option_goes_on),
		cmocka_unit_test(what_resume_is_told_rules),
		cmocka_unit_test(the_config_file_is_read_anew),
		cmocka_unit_test(a_no_is_no_yes_in_the_log),
		cmocka_unit_test(an_older_log_goes_on),
		cmocka_unit_test(a_log_that_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests_name("bisect-resume", tests, make_lab, drop_lab);
}
