// SPDX-License-Identifier: GPL-2.0-or-later
/* What a bisection walks, and its words: first parents, paths, terms, finding a fix. */
#include "bisect/git/simplify.h"
#include "bisect/judge/confirm.h"
#include "bisect/log/journal.h"
#include "bisect/log/terms.h"
#include "tests/unit/bisect-lab.h"

#define RANDOM_COMMITS 40
#define HISTORIES 25

static unsigned int seed;

static unsigned int rnd(unsigned int below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % below;
}

/* Random merges over files a, b and d/c; each commit changes one of them, or none. */
static void write_random(struct buf *b, int i)
{
	static const char *const files[] = {"a", "b", "d/c"};
	unsigned int change = rnd(4);

	buf_addf(b, "commit refs/heads/r%u\nmark :%d\ncommitter C <c@e> %d +0000\n", seed,
		i + 1, 1700000000 + i);
	buf_addf(b, "data 2\n%02d\n", i);
	if (i)
		buf_addf(b, "from :%d\n", i - (int)rnd(i < 4 ? i : 4));
	if (i > 8 && rnd(3) == 0)
		buf_addf(b, "merge :%d\n", i - 4 - (int)rnd(4));
	if (!i)
		buf_adds(b, "M 644 inline a\ndata 1\n0M 644 inline b\ndata 1\n0"
			    "M 644 inline d/c\ndata 1\n0\n");
	else if (change < 3)
		buf_addf(b, "M 644 inline %s\ndata 1\n%u\n", files[change], rnd(3));
	buf_addc(b, '\n');
}

static void read_output(const char *folder, const char *line, struct buf *out)
{
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;

	assert_int_equal(strvec_split(&words, line, NULL), 0);
	spec.argv = words.v;
	spec.cwd = folder;
	spec.out = out;
	spec.timeout = 60;
	assert_int_equal(child_run(&spec, &result, NULL), 0);
	assert_int_equal(result.exit_code, 0);
}

/* All that git lists is in our graph, and nothing else but the bad end. */
static void compare_with_git(struct fixture *f, const char *good, const char *bad,
	bool first_parent, const char *path)
{
	CLEANUP_STRVEC struct strvec goods = STRVEC_INIT, paths = STRVEC_INIT;
	CLEANUP_BUF struct buf line, out;
	struct history h;
	size_t listed = 0, number;
	struct err err = ERR_INIT;

	buf_init(&line, 1024);
	buf_init(&out, 64 * 1024);
	strvec_add(&goods, good);
	if (*path)
		strvec_add(&paths, path);
	buf_addf(&line, "git rev-list %s %s ^%s -- %s",
		first_parent ? "--first-parent" : "", bad, good, path);
	read_output(f->folder, line.data, &out);
	assert_int_equal(history_open(&h, f->folder, NULL), 0);
	assert_int_equal(history_load(&h, &goods, bad, NULL), 0);
	if (history_simplify(&h, &goods, bad, first_parent, &paths, &err) < 0) {
		assert_int_equal(out.len, 0);
		history_close(&h);
		return;
	}
	for (char *at = out.data; *at; at += 41, listed++) {
		at[40] = '\0';
		if (history_find(&h, at, &number) < 0)
			fail_msg("%s: %s is not there", line.data, at);
	}
	if (h.graph.n != listed + h.bad_is_outside)
		fail_msg("%s: %zu, not %zu", line.data, h.graph.n,
			listed + h.bad_is_outside);
	for (size_t i = 0; i < h.graph.n; i++)
		for (uint32_t e = h.graph.first[i]; e < h.graph.first[i + 1]; e++)
			assert_true(h.graph.parents[e] < i);
	history_close(&h);
}

static const char *first_parents(const char *bad)
{
	static char line[128];

	snprintf(line, sizeof(line), "git rev-parse %s~4", bad);
	return line;
}

static void the_walk_is_gits(void **state)
{
	struct fixture *f = *state;

	for (int n = 0; n < HISTORIES; n++) {
		char commits[RANDOM_COMMITS][IMAGE_COMMIT_TEXT];
		CLEANUP_BUF struct buf stream, path, marks;
		int mark;

		buf_init(&stream, 64 * 1024);
		buf_init(&path, 256);
		buf_init(&marks, 64 * 1024);
		seed = n + 1;
		for (int i = 0; i < RANDOM_COMMITS; i++)
			write_random(&stream, i);
		git(f->folder, "git fast-import --quiet --force --export-marks=marks3",
			stream.data);
		buf_addf(&path, "%s/marks3", f->folder);
		assert_int_equal(file_read(path.data, &marks, NULL), 0);
		for (char *at = marks.data; *at; at = strchr(at, '\n') + 1) {
			char commit[IMAGE_COMMIT_TEXT];

			assert_int_equal(sscanf(at, ":%d %40s", &mark, commit), 2);
			memcpy(commits[mark - 1], commit, sizeof(commit));
		}
		for (int i = RANDOM_COMMITS - 3; i < RANDOM_COMMITS; i++) {
			const char *good = commits[rnd(8)], *bad = commits[i];
			CLEANUP_BUF struct buf near;

			buf_init(&near, 64);
			compare_with_git(f, good, bad, true, "");
			compare_with_git(f, good, bad, false, "a");
			compare_with_git(f, good, bad, false, "d");
			/* with a good end off the first parents git passes over merges
			 * that do change the path: there we do not follow it */
			read_output(f->folder, first_parents(bad), &near);
			near.data[40] = '\0';
			compare_with_git(f, near.data, bad, true, "b");
		}
	}
}

static void a_merge_is_found_on_first_parents(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct strvec none = STRVEC_INIT;
	struct history whole = f->history;
	CLEANUP_BUF struct buf text = {0};
	struct sim sim;
	size_t number;

	/* the culprit is on the side that is not followed: its merge is what is found */
	begin(f, &sim, 5);
	assert_int_equal(history_open(&f->history, f->folder, NULL), 0);
	assert_int_equal(history_load(&f->history, &f->goods, f->commits[LAST], NULL), 0);
	assert_int_equal(history_simplify(&f->history, &f->goods, f->commits[LAST], true,
				 &none, NULL),
		0);
	/* without 4, 5 and 6 */
	assert_int_equal(f->history.graph.n, LAST - 3);
	for (int i = 1; i <= LAST; i++)
		if (history_find(&f->history, f->commits[i], &number) == 0)
			f->kinds[number] = i >= MERGE ? SIM_BAD : SIM_GOOD;
	f->first_parent = true;
	f->confirm = 1;
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[MERGE]);
	/* its other parent is bad, and nobody asked it */
	assert_int_equal(past.n_confirmations, 3);
	buf_init(&text, 4096);
	confirm_describe(&past, &text);
	assert_non_null(strstr(text.data, "which were not all tried alone\n"));
	f->first_parent = false;
	history_close(&f->history);
	f->history = whole;
}

static void a_fix_is_found(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	CLEANUP_BUF struct buf text;
	struct sim sim;

	buf_init(&text, 1024 * 1024);
	begin(f, &sim, 12);
	/* it fails at the old end and passes from 12 on; 7 fails in another way */
	for (int i = 1; i <= LAST; i++)
		f->kinds[number_of(f, i)] = i >= 12 ? SIM_GOOD : SIM_BAD;
	f->kinds[number_of(f, 7)] = SIM_FAILS_OTHERWISE;
	sim.good_kind = SIM_BAD;
	sim.revert_kind = SIM_BAD;
	f->find_fix = true;
	f->confirm = 1;
	write_start(f, "git bisect start '--term-new' 'fixed' '--term-old' 'broken'\n"
		       "# tenfold: event=start find-fix=yes\n");
	assert_int_equal(run_once(f, &sim, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[12]);
	assert_string_equal(past.words + 41, "is the first fixed commit");
	assert_int_equal(past.signature.n, 1);
	assert_string_equal(past.signature.v[0], "exit=1");
	assert_int_equal(past.n_confirmations, 3);
	assert_int_equal(past.confirmations[2].verdict, VERDICT_GOOD);
	assert_int_equal(file_read(f->log, &text, NULL), 0);
	assert_non_null(strstr(text.data, "\ngit bisect fixed "));
	assert_non_null(strstr(text.data, "\ngit bisect broken "));
	assert_non_null(strstr(text.data, "\n# first fixed commit: "));
	git(f->folder, "git bisect replay log", NULL);
	read_output(f->folder, "git rev-parse refs/bisect/fixed", &text);
	assert_non_null(strstr(text.data, f->commits[12]));
	git(f->folder, "git bisect reset", NULL);
	f->find_fix = false;
}

#define A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B40 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* git's own logs: with and without revisions, terms, options and paths, and its last line
 * as it was before 2.55 and as it is since. */
static void gits_logs_are_read(void **state)
{
	static const struct {
		const char *text;
		size_t steps, revs, paths;
		const char *old, *new;
		bool first_parent;
	} cases[] = {
		{"git bisect start\n# status: waiting for both good and bad commits\n"
		 "# bad: [" B40 "] x\ngit bisect bad " B40 "\n# good: [" A40
		 "] y\ngit bisect good " A40 "\n# first bad commit: [" B40 "] x\n",
			2, 0, 0, "good", "bad", false},
		{"# bad: [" B40 "] x\n# good: [" A40 "] y\ngit bisect start '" B40
		 "' '" A40 "'\n# first 'bad' commit: [" B40 "] x\n",
			0, 2, 0, "good", "bad", false},
		{"git bisect start '--term-new=fixed' '--term-old' 'broken' "
		 "'--first-parent' '--' 'drivers/gpu' 'a b'\ngit bisect fixed " B40
		 "\ngit bisect broken " A40 "\n# first 'fixed' commit: [" B40 "] x\n",
			2, 0, 2, "broken", "fixed", true},
		{"git bisect start '--term-bad' 'slow' '--term-good' 'fast' '" B40
		 "' '" A40 "' '--' 'x'\ngit bisect slow " B40 "\ngit bisect skip " A40
		 "\n",
			2, 2, 1, "fast", "slow", false},
		{"git bisect start '--no-checkout' '" B40 "'\ngit bisect new " B40
		 "\ngit bisect old " A40 "\n",
			2, 1, 0, "good", "bad", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_PAST struct past past = {0};
		struct err err = ERR_INIT;

		if (past_parse(cases[i].text, strlen(cases[i].text), &past, &err) < 0)
			fail_msg("case %zu: %s", i, err.text);
		assert_int_equal(past.n_steps, cases[i].steps);
		assert_int_equal(past.start_revs.n, cases[i].revs);
		assert_int_equal(past.paths.n, cases[i].paths);
		assert_string_equal(terms_old(&past.terms), cases[i].old);
		assert_string_equal(terms_new(&past.terms), cases[i].new);
		assert_int_equal(past.first_parent, cases[i].first_parent);
		if (past.n_steps)
			assert_int_equal(past.steps[0].verdict, VERDICT_BAD);
	}
}

/* What we write for the start is what git takes. */
static void git_takes_our_start(void **state)
{
	const struct fixture *f = *state;
	CLEANUP_STRVEC struct strvec paths = STRVEC_INIT;
	struct terms terms = {.old = "fast", .new = "slow"};
	CLEANUP_PAST struct past past = {0};
	CLEANUP_BUF struct buf b, said;

	buf_init(&b, 4096);
	buf_init(&said, 4096);
	strvec_add(&paths, "it's");
	terms_start(&terms, true, &paths, &b);
	assert_int_equal(past_parse(b.data, b.len, &past, NULL), 0);
	assert_string_equal(past.paths.v[0], "it's");
	assert_int_equal(file_write_atomic(f->log, b.data, b.len, 0644, NULL), 0);
	git(f->folder, "git bisect replay log", NULL);
	read_output(f->folder, "git bisect terms", &said);
	assert_non_null(strstr(said.data, "fast"));
	assert_non_null(strstr(said.data, "slow"));
	git(f->folder, "git bisect reset", NULL);
}

static void words_that_git_refuses_are_refused(void **state)
{
	(void)state;
	assert_true(term_valid("fixed"));
	assert_false(term_valid("start"));
	assert_false(term_valid(""));
	assert_false(term_valid("a b"));
	assert_false(term_valid("-x"));
	assert_true(path_valid("drivers/gpu/"));
	assert_false(path_valid("/drivers"));
	assert_false(path_valid("*.c"));
	assert_false(path_valid(":(top)x"));
	assert_false(path_valid("../x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_walk_is_gits),
		cmocka_unit_test(a_merge_is_found_on_first_parents),
		cmocka_unit_test(a_fix_is_found),
		cmocka_unit_test(gits_logs_are_read),
		cmocka_unit_test(git_takes_our_start),
		cmocka_unit_test(words_that_git_refuses_are_refused),
	};

	return cmocka_run_group_tests_name(
		"bisect-walk", tests, make_fixture, drop_fixture);
}
