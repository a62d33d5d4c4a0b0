// SPDX-License-Identifier: GPL-2.0-or-later
/* The report for others: a mail, a page, JSON; who hears of it; hostile words. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bisect/report/facts.h"
#include "bisect/report/html.h"
#include "bisect/report/json.h"
#include "bisect/report/mail.h"
#include "bisect/report/maintainer.h"
#include "tests/unit/builder-tree.h"
#include "tests/unit/golden.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccc"

/* The culprit's author and subject do what they can to get out. */
static const char log_text[] =
	"git bisect start\n"
	"# tenfold: event=start version=0.1.0 host=lab3 mac=52:54:00:12:34:56 "
	"repo=/nowhere/linux.git bad=" B " bad-rev=v6.2 good=" A " good-rev=v6.1 "
	"store=/nowhere arch=x86_64 config=lab timeout=600 confirm=1 cwd=/ "
	"test=./test.sh test='a b'\n"
	"# tenfold: event=signature failure=exit=1 failure='ktap=net/ping'\n"
	"# tenfold: event=judged step=1 role=bad-end commit=" B " verdict=bad "
	"why='the test exited with 1' boot=1 release=6.2.0 exit=1 attempts=1 resets=1 "
	"total=31.4\n"
	"# bad: [" B "] Linux 6.2\ngit bisect bad " B "\n"
	"# tenfold: event=judged step=2 role=good-end commit=" A " verdict=good "
	"why='the test exited with 0' boot=2 release=6.1.0 exit=0 attempts=1 resets=1 "
	"total=23.4\n"
	"# good: [" A "] Linux 6.1\ngit bisect good " A "\n"
	"# tenfold: event=judged step=3 role=split commit=" C " verdict=bad "
	"why='the test exited with 1' boot=3 release=6.1.5 exit=1 attempts=1 resets=1 "
	"total=28.4\n"
	"# bad: [" C "] net: <b>break</b> it\ngit bisect bad " C "\n"
	"# tenfold: event=confirmed subject='net: <b>break</b> it' step=4 "
	"role=confirm-bad commit=" C " verdict=bad why='the test exited with 1' boot=4 "
	"release=6.1.5 exit=1 attempts=1 resets=1 total=28.0\n"
	"# tenfold: event=confirmed subject='Linux 6.1' step=5 role=confirm-good "
	"commit=" A " verdict=good why='the test exited with 0' boot=5 release=6.1.0 "
	"exit=0 attempts=1 resets=1 total=22.0\n"
	"# tenfold: event=no-revert why='the revert does not apply on the bad end'\n"
	"# tenfold: event=end result=found words='" C " is the first bad commit' "
	"commit=" C " subject='net: <b>break</b> it' author='J\xc3\xbcrgen \"X\" "
	"<j@example.org>' date=2024-01-01T19:00:00Z parents=1\n"
	"# first bad commit: [" C "] net: <b>break</b> it\n";

static void make_facts(struct facts *facts, struct past *past)
{
	struct err err = ERR_INIT;

	if (past_parse(log_text, strlen(log_text), past, &err) < 0)
		fail_msg("%s", err.text);
	facts_init(facts, past);
	assert_int_equal(facts_gather(facts, "/nowhere", log_text, &err), 0);
	/* the repository is not there, which is told */
	assert_true(facts->no_people.len > 0);
	facts->time = 1700000000;
	facts->from = "lab@example.org";
	people_release(&facts->to);
	people_add(&facts->to, NULL, "J\xc3\xbcrgen \"X\"", "j@example.org");
	people_take_maintainers("Paul \"P\" Maint <p@example.org> (maintainer:NET)\n"
				"E Vil\t<e@example.org>, x@example.org (maintainer:NET)\n"
				"netdev@example.org (open list:NET)\n",
		&facts->to, &facts->cc);
	people_add(&facts->cc, &facts->to, "", "regressions@lists.linux.dev");
	buf_adds(&facts->dmesg_bad, "WARNING: <here>\n--=-tenfold-regression-report--\n");
	buf_adds(&facts->dmesg_good, "all is well\n");
	buf_adds(&facts->config,
		"# a config\nCONFIG_X=y\n--=-tenfold-regression-report--\n");
}

static void add_json(const struct facts *facts, struct buf *b)
{
	CLEANUP_JSON json_t *json = report_json(facts);
	CLEANUP_FREE char *text = json_dumps(json, JSON_INDENT(2) | JSON_PRESERVE_ORDER);

	assert_non_null(text);
	buf_addf(b, "%s\n", text);
}

static void each_form_is_as_it_should_be(void **state)
{
	static const struct {
		void (*add)(const struct facts *facts, struct buf *b);
		const char *golden;
	} forms[] = {{report_mail, GOLDEN "report.mail"},
		{report_html, GOLDEN "report.html"}, {add_json, GOLDEN "report.json"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		CLEANUP_PAST struct past past = {0};
		CLEANUP_FACTS struct facts facts;
		CLEANUP_BUF struct buf b;

		buf_init(&b, REPORT_MAIL_MAX);
		make_facts(&facts, &past);
		forms[i].add(&facts, &b);
		golden_check(forms[i].golden, &b);
	}
}

static void the_page_links_what_was_kept(void **state)
{
	CLEANUP_PAST struct past past = {0};
	CLEANUP_FACTS struct facts facts;
	CLEANUP_BUF struct buf b, path;
	CLEANUP_FREE char *link = NULL;
	char temp[32];

	(void)state;
	temp_make(temp);
	buf_init(&path, 4096);
	buf_init(&b, REPORT_MAIL_MAX);
	buf_addf(&path, "%s/it's/steps", temp);
	assert_int_equal(dir_make(path.data, 0755, NULL), 0);
	buf_adds(&path, "/003-console.log");
	assert_int_equal(file_write_atomic(path.data, "x", 1, 0644, NULL), 0);
	path.data[path.len - strlen("/steps/003-console.log")] = '\0';
	make_facts(&facts, &past);
	facts.folder = path.data;
	report_html(&facts, &b);
	link = buf_format(
		"the test exited with 1</td><td><a "
		"href=\"file:%s/it%%27s/steps/003-console.log\">console.log</a> </td>",
		temp);
	assert_non_null(strstr(b.data, link));
	assert_null(strstr(b.data, "002-"));
	dir_remove(temp, NULL);
}

/* Whatever stands in the names: so many headers, and nobody else hears of it. */
static void nothing_gets_into_the_headers(void **state)
{
	static const char *const words[] = {"a\nBcc: x@evil.example\n\nbody",
		"a\r\n\r\nbody", "a\" <x@evil.example>, \"b",
		"=?UTF-8?Q?=0ABcc:?=", "a, x@evil.example", "\xff\xfe\n.\nQUIT"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		CLEANUP_PAST struct past past = {0};
		CLEANUP_FACTS struct facts facts;
		CLEANUP_BUF struct buf b;
		unsigned int headers = 0;

		buf_init(&b, REPORT_MAIL_MAX);
		make_facts(&facts, &past);
		people_release(&facts.to);
		people_add(&facts.to, NULL, words[i], "j@example.org");
		people_add(&facts.to, NULL, "E", words[i]);
		snprintf(past.culprit_subject, sizeof(past.culprit_subject), "%s",
			words[i]);
		report_mail(&facts, &b);
		for (const char *line = b.data; *line != '\n';
			line = strchr(line, '\n') + 1)
			headers += *line != ' ';
		assert_int_equal(headers, 9);
		assert_null(strstr(b.data, "\nBcc:"));
		assert_int_equal(facts.to.addresses.n, 1);
	}
}

static void signers_and_maintainers_are_told_apart(void **state)
{
	CLEANUP_PEOPLE struct people to = {0}, cc = {0};

	(void)state;
	people_add(&to, NULL, "Author", "author@e.org");
	people_take_maintainers("Rev <rev@e.org> (reviewer:X)\n"
				"\"Big, M.\" <m@e.org> (maintainer:X,supporter:Y)\n"
				"S <s@e.org> (supporter:Z)\nlist@e.org (open list)\n"
				"bad <not an address> (maintainer:X)\n"
				"Odd (x) <odd@e.org> (maintainer:X)\n"
				"m@e.org (maintainer:AGAIN)\nno role\n\n",
		&to, &cc);
	people_take_signers("x\n\nSigned-off-by: Author <AUTHOR@e.org>\n"
			    "Signed-off-by: Second <2@e.org>\n"
			    "signed-off-by: Third <3@e.org> # note\n"
			    "Signed-off-by: \nSigned-off-by: <\n",
		&to, &cc);
	assert_int_equal(to.addresses.n, 4);
	assert_string_equal(to.names.v[1], "Big, M.");
	assert_string_equal(to.addresses.v[2], "s@e.org");
	assert_string_equal(to.names.v[3], "Odd (x)");
	assert_int_equal(cc.addresses.n, 4);
	assert_string_equal(cc.addresses.v[0], "rev@e.org");
	assert_string_equal(cc.addresses.v[1], "list@e.org");
	assert_string_equal(cc.addresses.v[3], "3@e.org");
}

static void only_ended_runs_are_told_of(void **state)
{
	CLEANUP_PAST struct past past = {0};
	CLEANUP_FACTS struct facts facts;
	struct err err = ERR_INIT;

	(void)state;
	facts_init(&facts, &past);
	assert_int_equal(facts_gather(&facts, "/nowhere", "", &err), -EINVAL);
	assert_non_null(strstr(err.text, "unfinished"));
}

static void check_excerpt(const char *text, const char *first, unsigned int lines)
{
	CLEANUP_BUF struct buf b;
	unsigned int n = 0;

	buf_init(&b, 64 * 1024);
	facts_excerpt(text, &b);
	for (const char *p = b.data; *p; p++)
		n += *p == '\n';
	assert_int_equal(n, lines);
	if (*first)
		assert_int_equal(strncmp(b.data, first, strlen(first)), 0);
}

static void an_excerpt_begins_with_the_trouble(void **state)
{
	CLEANUP_BUF struct buf b;

	(void)state;
	buf_init(&b, 64 * 1024);
	for (int i = 0; i < 100; i++)
		buf_addf(&b, "[    1.0] line %d\r\n", i);
	check_excerpt(b.data, "[    1.0] line 85\n", 15);
	buf_adds(&b, "[    2.0] BUG: here\n");
	for (int i = 0; i < 100; i++)
		buf_addf(&b, "[    3.0] trace %d\n", i);
	check_excerpt(b.data, "[    1.0] line 97\n", 43);
	check_excerpt("", "", 0);
	check_excerpt("one", "one\n", 1);
}

/* A tree with a script of its own, which tells what it was given. */
static void the_tree_is_asked(void **state)
{
	static const char script[] =
		"print \"Args <\", join('-', @ARGV) =~ tr/a-z//cdr, '@e.org> "
		"(maintainer:A)"
		"', \"\\n\";\n"
		"open my $p, '<', 'culprit.patch'; print grep { /^[-+]/ } <$p>;\n"
		"open my $m, '<', 'MAINTAINERS'; print <$m>;\n";
	const struct tree_file files[] = {{"scripts/get_maintainer.pl", script, 0},
		{"MAINTAINERS", "the maintainers\n", 0}, {"x", "1\n", 0}};
	const struct tree_file change[] = {{"x", "2\n", 0}},
			       gone[] = {{"scripts/get_maintainer.pl", NULL, 0}};
	char temp[32], first[IMAGE_COMMIT_TEXT], second[IMAGE_COMMIT_TEXT],
		third[IMAGE_COMMIT_TEXT];
	git_repository *repo;
	struct err err = ERR_INIT;
	CLEANUP_BUF struct buf b;

	(void)state;
	buf_init(&b, 64 * 1024);
	temp_make(temp);
	repo = tree_open(temp);
	tree_commit(repo, "main", NULL, "one", files, 3, first);
	tree_commit(repo, "main", first, "two", change, 1, second);
	tree_commit(repo, "main", second, "three", gone, 1, third);
	if (maintainer_ask(repo, first, second, &b, &err) < 0)
		fail_msg("%s", err.text);
	assert_non_null(
		strstr(b.data, "nogitnogitfallbackrolesnorolestatsculpritpatch@"));
	assert_non_null(strstr(b.data, "--- a/x\n+++ b/x\n-1\n+2\n"));
	assert_non_null(strstr(b.data, "the maintainers\n"));
	assert_int_equal(maintainer_ask(repo, third, second, &b, &err), -ENOENT);
	git_repository_free(repo);
	dir_remove(temp, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_as_it_should_be),
		cmocka_unit_test(the_page_links_what_was_kept),
		cmocka_unit_test(nothing_gets_into_the_headers),
		cmocka_unit_test(signers_and_maintainers_are_told_apart),
		cmocka_unit_test(only_ended_runs_are_told_of),
		cmocka_unit_test(an_excerpt_begins_with_the_trouble),
		cmocka_unit_test(the_tree_is_asked),
	};

	return cmocka_run_group_tests_name("bisect-report", tests, NULL, NULL);
}
