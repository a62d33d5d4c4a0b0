// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/options.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/file.h"
#include "lib/mac.h"
#include "tests/unit/unit.h"

struct values {
	char *store;
	unsigned int jobs;
	bool verbose, quiet, quiet_told;
	struct strvec branches, reboot, paths, path;
};

static bool valid_store(const char *text)
{
	return text[0] == '/';
}

static const struct option_def defs[] = {
	{.name = "store",
		.letter = 's',
		.kind = OPTION_TEXT,
		.where = OPTION_BOTH,
		.offset = offsetof(struct values, store),
		.arg = "DIR",
		.valid = valid_store},
	{.name = "jobs",
		.kind = OPTION_NUMBER,
		.where = OPTION_BOTH,
		.offset = offsetof(struct values, jobs),
		.arg = "N",
		.min = 1,
		.max = 64},
	{.name = "verbose",
		.letter = 'v',
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.offset = offsetof(struct values, verbose)},
	{.name = "quiet",
		.kind = OPTION_BOOL,
		.where = OPTION_BOTH,
		.offset = offsetof(struct values, quiet),
		.told = offsetof(struct values, quiet_told)},
	{.name = "branch",
		.letter = 'b',
		.kind = OPTION_LIST,
		.where = OPTION_BOTH,
		.offset = offsetof(struct values, branches),
		.arg = "GLOB"},
	{.name = "reboot-command",
		.kind = OPTION_WORDS,
		.where = OPTION_FILE,
		.offset = offsetof(struct values, reboot),
		.arg = "ARGV"},
	{.name = "paths",
		.kind = OPTION_WORDS,
		.where = OPTION_FILE,
		.offset = offsetof(struct values, paths),
		.min = 1,
		.max = 2,
		.valid = valid_store},
	{.name = "path",
		.kind = OPTION_LIST,
		.where = OPTION_FILE,
		.offset = offsetof(struct values, path),
		.max = 2,
		.valid = valid_store},
	OPTION_END,
};

static int parse(struct values *values, int *next, struct err *err, const char *line)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;

	assert_int_equal(strvec_split(&argv, line, err), 0);
	return options_args(defs, values, argv.n, argv.v, next, err);
}

static void reads_a_command_line(void **state)
{
	struct values v = {0};
	int next;

	(void)state;
	assert_int_equal(
		parse(&v, &next, NULL,
			"prog --store=/srv -vb main --branch 'net/*' --jobs 4 run -x"),
		0);
	assert_string_equal(v.store, "/srv");
	assert_true(v.verbose);
	assert_int_equal(v.jobs, 4);
	assert_int_equal(v.branches.n, 2);
	assert_string_equal(v.branches.v[1], "net/*");
	assert_int_equal(next, 8);
	options_release(defs, &v);
	assert_int_equal(parse(&v, &next, NULL, "prog -s/x -- -v"), 0);
	assert_int_equal(next, 3);
	options_release(defs, &v);
}

static void says_what_is_wrong_in_a_command_line(void **state)
{
	static const char *const bad[][2] = {
		{"prog --nope", "there is no option '--nope'"},
		{"prog -q", "there is no option '-q'"},
		{"prog --jobs 0", "'jobs' takes a whole number from 1 to 64, not '0'"},
		{"prog --jobs -1", "'jobs' takes a whole number from 1 to 64, not '-1'"},
		{"prog --jobs", "'--jobs' wants N"},
		{"prog --store rel", "'store' cannot be 'rel'"},
		{"prog --reboot-command x", "there is no option '--reboot-command'"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct values v = {0};
		struct err err = ERR_INIT;
		int next;

		assert_int_equal(parse(&v, &next, &err, bad[i][0]), -EINVAL);
		assert_string_equal(err.text, bad[i][1]);
		options_release(defs, &v);
	}
}

struct file_ctx {
	struct values top, host;
};

static void *open_top(void *ctx, const char *name, struct err *err)
{
	(void)name;
	(void)err;
	return &((struct file_ctx *)ctx)->top;
}

static void *open_host(void *ctx, const char *name, struct err *err)
{
	if (!*name) {
		err_set(err, -EINVAL, "a host needs a name");
		return NULL;
	}
	return &((struct file_ctx *)ctx)->host;
}

static void check_host(void *ctx, const char *name, struct option_faults *faults)
{
	const struct values *host = &((struct file_ctx *)ctx)->host;

	if (host->jobs != 13)
		return;
	options_fault(faults, "jobs", "'%s' does not like %u", name, host->jobs);
	options_fault(faults, "reboot-command", "'%s' cannot be reset", name);
}

static const struct option_section sections[] = {
	{"", defs, .open = open_top},
	{"host", defs, .open = open_host, .required = "store", .check = check_host},
	{.name = NULL},
};

static int parse_file(const char *text, struct file_ctx *ctx, struct err *err)
{
	char path[] = "/tmp/test-options.XXXXXX";
	int fd = mkstemp(path), r;

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(file_write_atomic(path, text, strlen(text), 0600, NULL), 0);
	r = options_file(path, sections, ctx, err);
	unlink(path);
	options_release(defs, &ctx->top);
	options_release(defs, &ctx->host);
	return r;
}

static void reads_a_file(void **state)
{
	struct file_ctx ctx = {0};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(parse_file("\xef\xbb\xbfjobs = 3\n[host lab3] ; x\n"
				    "store = /\n# jobs = 9\njobs = 5\n\n"
				    "reboot_command = ssh root@%a \"reboot -f\"\n",
				 &ctx, &err),
		0);
	assert_int_equal(ctx.top.jobs, 3);
	assert_int_equal(ctx.host.jobs, 5);
}

static void tells_all_errors_of_a_file_with_their_lines(void **state)
{
	struct file_ctx ctx = {0};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(
		parse_file("jobs = many\n\ncolour = red\n[host]\njobs = 1\n[hots a]\n"
			   "jobs = 1\n[host b]\nreboot_command = 'open\nnonsense\n",
			&ctx, &err),
		-EINVAL);
	assert_non_null(strstr(err.text, ":1: 'jobs' takes a whole number"));
	assert_non_null(strstr(err.text, ":3: there is no option 'colour'"));
	assert_non_null(strstr(err.text, ":4: a host needs a name"));
	assert_non_null(strstr(err.text, ":6: there is no section 'hots a'"));
	assert_non_null(strstr(err.text, ":9: a quote is not closed"));
	assert_non_null(strstr(err.text, ":10: this is neither"));
}

/* The faults of a file, each with its line and a newline. */
static void faults_are(const char *text, const char *want)
{
	CLEANUP_BUF struct buf got;
	struct file_ctx ctx = {0};
	struct err err = ERR_INIT;
	char *rest = err.text, *line;

	buf_init(&got, sizeof(err.text));
	assert_int_equal(parse_file(text, &ctx, &err), *want ? -EINVAL : 0);
	while (*want && (line = strsep(&rest, "\n"))) {
		line = strchr(line, ':');
		assert_non_null(line);
		buf_addf(&got, "%s\n", line + 1);
	}
	assert_string_equal(got.data, want);
}

static void tells_what_a_section_lacks(void **state)
{
	(void)state;
	/* one without a line too, and the last one */
	faults_are("[host a]\n[host b]\njobs = 1\n[host c]\nstore = /\n[host d]",
		"1: [host a] has no 'store'\n2: [host b] has no 'store'\n"
		"6: [host d] has no 'store'\n");
	/* a bad value is no lack */
	faults_are("[host a]\nstore = x\n", "2: 'store' cannot be 'x'\n");
	/* several sections of one name are one */
	faults_are("[host a]\njobs = 1\n[host b]\nstore = /\n[host a]\nstore = /\n", "");
}

#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void names_of_sections_are_whole(void **state)
{
	(void)state;
	faults_are("[host " LONG "1]\nstore = /\n[host " LONG "2]\njobs = 1\n",
		"3: [host " LONG "2] has no 'store'\n");
}

static void tells_faults_in_the_files_order(void **state)
{
	(void)state;
	faults_are("[host a]\nstore = /\njobs = 12\njobs = 13\nx\n[host]\nz\n",
		"1: 'a' cannot be reset\n4: 'a' does not like 13\n"
		"5: this is neither 'name = value' nor a [section]\n"
		"6: a host needs a name\n"
		"7: this is neither 'name = value' nor a [section]\n");
}

static void a_line_that_goes_on_is_no_section(void **state)
{
	(void)state;
	faults_are(
		"[host a]\nstore = /\n [hots b]\n", "3: 'store' cannot be '[hots b]'\n");
	faults_are(" [host a]\n\t[hots b]\n",
		"1: [host a] has no 'store'\n2: there is no section 'hots b'\n");
	faults_are("= 1\n [hots b]\n",
		"1: there is no option ''\n2: there is no section 'hots b'\n");
	faults_are("store = /\n[host a\nstore = /\n[host b ;]\n",
		"2: this is neither 'name = value' nor a [section]\n"
		"4: this is neither 'name = value' nor a [section]\n");
}

static void words_and_lists_are_checked_one_by_one(void **state)
{
	(void)state;
	faults_are("paths = /a /b\npath = /a\npath = /b\n", "");
	faults_are("paths = /a b\npaths =\npaths = /a /b /c\npath = a\npath = /a\n"
		   "path = /b\npath = /c\n",
		"1: 'paths' cannot be 'b'\n2: 'paths' cannot be ''\n"
		"3: 'paths' takes up to 2 words, not 3\n4: 'path' cannot be 'a'\n"
		"7: 'path' may stand 2 times, not more\n");
}

static void tells_how_many_faults_do_not_fit(void **state)
{
	CLEANUP_BUF struct buf text;
	struct file_ctx ctx = {0};
	struct err err = ERR_INIT;
	unsigned int lines = 0, more;
	const char *last = NULL;

	(void)state;
	buf_init(&text, 64 * 1024);
	for (int i = 0; i < 1000; i++)
		buf_adds(&text, "colour = red\n");
	assert_int_equal(parse_file(text.data, &ctx, &err), -EINVAL);
	for (const char *p = err.text; (p = strchr(p, '\n')); p++) {
		last = p;
		lines++;
	}
	assert_true(lines > 20);
	assert_int_equal(sscanf(last, "\nand %u more", &more), 1);
	assert_int_equal(lines + more, 1000);
}

static void add_texts(const struct values *v, struct buf *b)
{
	for (const struct option_def *def = defs; def->name; def++) {
		CLEANUP_STRVEC struct strvec texts = STRVEC_INIT;

		options_get(def, v, &texts);
		assert_int_equal(strvec_check(&texts), 0);
		for (size_t i = 0; i < texts.n; i++)
			buf_addf(b, "%s=%s\n", def->name, texts.v[i]);
	}
}

/* What is got from values makes the same values where it is set. */
static void what_is_set_can_be_got(void **state)
{
	struct values v = {0}, none = {0}, reboot = {0};
	CLEANUP_BUF struct buf b;
	int next;

	(void)state;
	buf_init(&b, 1024);
	add_texts(&none, &b);
	assert_string_equal(b.data, "");
	assert_int_equal(
		parse(&v, &next, NULL,
			"prog --store=/a\\'b -v -b main -b '' --jobs 4 --quiet=no"),
		0);
	assert_int_equal(
		options_set(defs, &v, "reboot-command", "ssh 'a b' \"c'd\" ''", NULL), 0);
	add_texts(&v, &b);
	assert_string_equal(b.data,
		"store=/a'b\njobs=4\nverbose=yes\nquiet=no\nbranch=main\nbranch=\n"
		"reboot-command=ssh 'a b' 'c'\\''d' ''\n");
	assert_int_equal(
		options_set(defs, &reboot, "reboot-command", strstr(b.data, "ssh"), NULL),
		0);
	assert_int_equal(reboot.reboot.n, 4);
	for (size_t i = 0; i < reboot.reboot.n; i++)
		assert_string_equal(reboot.reboot.v[i], v.reboot.v[i]);
	options_release(defs, &v);
	options_release(defs, &reboot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_command_line),
		cmocka_unit_test(says_what_is_wrong_in_a_command_line),
		cmocka_unit_test(reads_a_file),
		cmocka_unit_test(tells_all_errors_of_a_file_with_their_lines),
		cmocka_unit_test(tells_what_a_section_lacks),
		cmocka_unit_test(names_of_sections_are_whole),
		cmocka_unit_test(tells_faults_in_the_files_order),
		cmocka_unit_test(a_line_that_goes_on_is_no_section),
		cmocka_unit_test(words_and_lists_are_checked_one_by_one),
		cmocka_unit_test(tells_how_many_faults_do_not_fit),
		cmocka_unit_test(what_is_set_can_be_got),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
