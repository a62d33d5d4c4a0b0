// SPDX-License-Identifier: GPL-2.0-or-later
/* The choice against git's own, on random graphs with merges, several goods and skips. */
#include "bisect/choice/choose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bisect/git/history.h"
#include "lib/buf.h"
#include "lib/child.h"
#include "lib/file.h"
#include "lib/strvec.h"
#include "tests/unit/unit.h"

#define GRAPHS 1000 /* of which a quick run takes the first 200 */
#define COMMITS_MAX 40

static unsigned int random_state = 1;

static unsigned int roll(unsigned int sides)
{
	random_state = random_state * 1103515245 + 12345;
	return (random_state >> 16) % sides;
}

/* Runs git in the folder; its output replaces out. */
static void git(
	const char *folder, struct strvec *words, const char *input, struct buf *out)
{
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;

	buf_reset(out);
	spec.argv = words->v;
	spec.cwd = folder;
	spec.input = input;
	spec.out = out;
	spec.timeout = 60;
	assert_int_equal(child_run(&spec, &result, NULL), 0);
	if (result.exit_code)
		print_error("%s\n", out->data);
	assert_int_equal(result.exit_code, 0);
}

/* A stream for git fast-import: graph g's commits are marks g * 1000 + 1, ...; about a
 * quarter are merges of two or three earlier ones, some start over from a far one. */
static void write_graph(struct buf *b, unsigned int g, unsigned int n)
{
	/* one ref for all graphs, as git reads all refs each time; marks name the commits
	 */
	buf_adds(b, "reset refs/heads/graph\n");
	for (unsigned int i = 1; i <= n; i++) {
		unsigned int base = g * 1000;

		buf_addf(b, "commit refs/heads/graph\nmark :%u\n", base + i);
		buf_addf(b, "committer A U Thor <a@example.org> %u +0000\ndata 4\n%04u",
			1700000000 + base + i, i);
		if (i > 1) {
			unsigned int first = roll(4) ? i - 1 : 1 + roll(i - 1);
			unsigned int second = 1 + roll(i - 1), third = 1 + roll(i - 1);

			buf_addf(b, "\nfrom :%u", base + first);
			if (roll(4) == 0 && second != first)
				buf_addf(b, "\nmerge :%u", base + second);
			if (roll(16) == 0 && third != first && third != second)
				buf_addf(b, "\nmerge :%u", base + third);
		}
		buf_adds(b, "\n\n");
	}
}

struct repo {
	char folder[64];
	unsigned int sizes[GRAPHS];
	char commits[GRAPHS][COMMITS_MAX + 1][IMAGE_COMMIT_TEXT];
};

static void read_marks(struct repo *repo)
{
	CLEANUP_BUF struct buf path, marks;
	unsigned int mark;

	buf_init(&path, 256);
	buf_init(&marks, 16 * 1024 * 1024);
	buf_addf(&path, "%s/marks", repo->folder);
	assert_int_equal(file_read(path.data, &marks, NULL), 0);
	for (const char *line = marks.data; *line; line = strchr(line, '\n') + 1) {
		char commit[IMAGE_COMMIT_TEXT];

		assert_int_equal(sscanf(line, ":%u %40s", &mark, commit), 2);
		memcpy(repo->commits[mark / 1000][mark % 1000], commit, sizeof(commit));
	}
}

static int make_repo(void **state)
{
	static struct repo repo;
	CLEANUP_BUF struct buf stream, out;
	CLEANUP_STRVEC struct strvec init = STRVEC_INIT, import = STRVEC_INIT;

	snprintf(repo.folder, sizeof(repo.folder), "/tmp/tenfold-choose-XXXXXX");
	assert_non_null(mkdtemp(repo.folder));
	buf_init(&stream, 64 * 1024 * 1024);
	buf_init(&out, 1024 * 1024);
	for (unsigned int g = 0; g < GRAPHS; g++) {
		repo.sizes[g] = 3 + roll(COMMITS_MAX - 2);
		write_graph(&stream, g, repo.sizes[g]);
	}
	strvec_addv(
		&init, (const char *const[]){"git", "init", "-q", "--bare", ".", NULL});
	git(repo.folder, &init, NULL, &out);
	strvec_addv(&import, (const char *const[]){"git", "fast-import", "--quiet",
				     "--force", "--export-marks=marks", NULL});
	git(repo.folder, &import, stream.data, &out);
	read_marks(&repo);
	*state = &repo;
	return 0;
}

static int drop_repo(void **state)
{
	return dir_remove(((struct repo *)*state)->folder, NULL);
}

/* git's list of all candidates, "COMMIT (REFS, dist=N)" a line: ours must be among those
 * of the largest distance that are not skipped, unless the best of all was tried and
 * skipped: then we keep away from it. */
static void compare(const struct history *h, const enum mark *marks,
	const struct choice *choice, const char *list)
{
	const char *ours = h->commits[choice->commit];
	int best = 0, best_skipped = 0, our_dist = -1;
	size_t candidates = 0;

	for (const char *line = list; *line; line = strchr(line, '\n') + 1) {
		char commit[41];
		size_t number;
		int dist;

		assert_int_equal(sscanf(line, "%40s", commit), 1);
		assert_int_equal(sscanf(strstr(line, "dist="), "dist=%d", &dist), 1);
		assert_int_equal(history_find(h, commit, &number), 0);
		candidates++;
		if (!strcmp(commit, ours)) {
			our_dist = dist;
			assert_true(
				choice->kind != CHOICE_TRY || marks[number] == MARK_NONE);
		}
		if (marks[number] == MARK_NONE && dist > best)
			best = dist;
		if (marks[number] == MARK_SKIP && dist > best_skipped)
			best_skipped = dist;
	}
	assert_int_equal(choice->candidates, candidates);
	if (choice->kind != CHOICE_TRY)
		assert_int_equal(best, 0);
	else if (best >= best_skipped)
		assert_int_equal(our_dist, best);
	else
		assert_true(our_dist > 0);
}

static void ask_git(const struct repo *repo, const struct history *h, const char *bad,
	const struct strvec *goods, const enum mark *marks, struct buf *out)
{
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;

	strvec_addv(
		&words, (const char *const[]){"git", "rev-list", "--bisect-all", NULL});
	strvec_add(&words, bad);
	for (size_t i = 0; i < goods->n; i++)
		strvec_addf(&words, "^%s", goods->v[i]);
	for (size_t i = 0; i < h->graph.n; i++)
		if (marks[i] == MARK_GOOD)
			strvec_addf(&words, "^%s", h->commits[i]);
	git(repo->folder, &words, NULL, out);
}

static void check_graph(const struct repo *repo, unsigned int g)
{
	CLEANUP_HISTORY struct history h;
	CLEANUP_STRVEC struct strvec goods = STRVEC_INIT;
	enum mark marks[COMMITS_MAX + 1] = {0};
	CLEANUP_BUF struct buf out;
	const char *bad = repo->commits[g][repo->sizes[g]];
	struct choice choice;
	struct known known;
	size_t number;

	buf_init(&out, 1024 * 1024);
	assert_int_equal(history_open(&h, repo->folder, NULL), 0);
	for (unsigned int i = 0; i < 1 + g % 3; i++)
		strvec_add(&goods, repo->commits[g][1 + roll(repo->sizes[g] / 2)]);
	assert_int_equal(history_load(&h, &goods, bad, NULL), 0);
	assert_int_equal(history_find(&h, bad, &number), 0);
	for (size_t i = 0; i < h.graph.n; i++)
		if (i != number)
			marks[i] = roll(5) == 0    ? g % 2 ? MARK_SKIP : MARK_BROKEN
				   : roll(12) == 0 ? MARK_GOOD
						   : MARK_NONE;
	known = (struct known){.graph = &h.graph, .marks = marks, .bad = number};
	assert_int_equal(choose(&known, NULL, &choice), 0);
	ask_git(repo, &h, bad, &goods, marks, &out);
	compare(&h, marks, &choice, out.data);
}

static void splits_as_git_does(void **state)
{
	unsigned int n = getenv("TENFOLD_THOROUGH") ? GRAPHS : 200;

	for (unsigned int g = 0; g < n; g++)
		check_graph(*state, g);
	print_message(
		"split: random graphs that are split as git does: %u (target >= %u)\n", n,
		n);
}

/*   0 - 1 - 2 - 4      a merge of two sides of one and two commits
 *     \- 3 -----/                                                  */
static uint32_t fork_first[] = {0, 0, 1, 2, 3, 5}, fork_parents[] = {0, 1, 0, 2, 3};
static const struct graph fork_graph = {
	.n = 5, .first = fork_first, .parents = fork_parents};

static struct choice choose_in_fork(
	const enum mark *marks, size_t bad, const uint32_t *image_of)
{
	struct known known = {
		.graph = &fork_graph, .marks = marks, .bad = bad, .image_of = image_of};
	struct choice choice;

	assert_int_equal(choose(&known, NULL, &choice), 0);
	return choice;
}

static void weighs_merges_once(void **state)
{
	enum mark marks[5] = {0};
	struct choice choice = choose_in_fork(marks, 4, NULL);

	(void)state;
	assert_int_equal(choice.kind, CHOICE_TRY);
	assert_int_equal(choice.candidates, 5);
	assert_int_equal(choice.if_bad + choice.if_good, 5);
	assert_true(choice.if_bad == 2 || choice.if_bad == 3);
	marks[1] = marks[2] = marks[3] = MARK_GOOD;
	choice = choose_in_fork(marks, 4, NULL);
	assert_int_equal(choice.kind, CHOICE_FOUND);
	assert_int_equal(choice.commit, 4);
	marks[2] = marks[3] = MARK_SKIP;
	marks[0] = MARK_GOOD;
	marks[1] = MARK_SKIP;
	choice = choose_in_fork(marks, 4, NULL);
	assert_int_equal(choice.kind, CHOICE_ONLY_SKIPPED);
	assert_int_equal(choice.candidates, 4);
	marks[4] = MARK_GOOD;
	assert_int_equal(choose_in_fork(marks, 2, NULL).kind, CHOICE_CONTRADICTION);
}

static void equal_images_have_one_verdict(void **state)
{
	/* 1 and 2 are one image, so 2 cannot be the first bad one */
	static const uint32_t two[] = {IMAGE_OWN, 0, 0, IMAGE_OWN, IMAGE_OWN};
	/* 4 is that of 2: what is bad came with 2 or before */
	static const uint32_t merge[] = {IMAGE_OWN, IMAGE_OWN, 3, IMAGE_OWN, 3};
	enum mark marks[5] = {0};
	struct choice choice = choose_in_fork(marks, 4, two);

	(void)state;
	assert_int_equal(choice.candidates, 4);
	assert_int_equal(choice.if_bad, 2);
	marks[2] = MARK_GOOD;
	choice = choose_in_fork(marks, 4, two);
	assert_int_equal(choice.candidates, 2);
	assert_int_equal(choice.commit, 3);
	marks[2] = MARK_NONE;
	marks[1] = MARK_GOOD;
	assert_int_equal(choose_in_fork(marks, 4, two).candidates, 2);
	assert_int_equal(choose_in_fork(marks, 2, two).kind, CHOICE_CONTRADICTION);
	marks[1] = MARK_BROKEN;
	assert_int_equal(choose_in_fork(marks, 4, two).commit, 3);
	marks[1] = MARK_NONE;
	choice = choose_in_fork(marks, 4, merge);
	assert_int_equal(choice.candidates, 3);
	marks[1] = MARK_GOOD;
	choice = choose_in_fork(marks, 4, merge);
	assert_int_equal(choice.kind, CHOICE_FOUND);
	assert_int_equal(choice.commit, 2);
}

/* A line of 64: what is there is tried before what must be built, if it tells enough. */
static void a_price_counts(void **state)
{
	uint32_t first[65], parents[64];
	struct graph graph = {.n = 64, .first = first, .parents = parents};
	enum mark marks[64] = {0};
	struct known known = {.graph = &graph, .marks = marks, .bad = 63};
	uint8_t price_of[64];
	struct prices prices = {.price_of = price_of, .seconds = {60, 600}};
	struct choice choice;

	(void)state;
	for (uint32_t i = 0; i < 64; i++) {
		first[i] = i ? i - 1 : 0;
		parents[i] = i;
		price_of[i] = i != 20;
	}
	first[64] = 63;
	assert_int_equal(choose(&known, &prices, &choice), 0);
	assert_int_equal(choice.commit, 20);
	price_of[20] = 1;
	price_of[0] = 0;
	prices.seconds[1] = 300;
	assert_int_equal(choose(&known, &prices, &choice), 0);
	assert_int_equal(choice.if_bad, 32);
	prices.seconds[1] = 70;
	assert_int_equal(choose(&known, &prices, &choice), 0);
	assert_int_equal(choice.if_bad, 32);
	prices.seconds[1] = prices.seconds[0] = 5;
	assert_int_equal(choose(&known, &prices, &choice), 0);
	assert_int_equal(choice.if_bad, 32);
}

static void keeps_away_from_what_was_skipped(void **state)
{
	uint32_t first[65], parents[64];
	struct graph graph = {.n = 64, .first = first, .parents = parents};
	enum mark marks[64] = {0};
	struct known known = {.graph = &graph, .marks = marks, .bad = 63};
	size_t before = 0;
	struct choice choice;

	(void)state;
	for (uint32_t i = 0; i < 64; i++) {
		first[i] = i ? i - 1 : 0;
		parents[i] = i;
	}
	first[64] = 63;
	marks[31] = MARK_BROKEN;
	assert_int_equal(choose(&known, NULL, &choice), 0);
	assert_true(choice.commit == 30 || choice.commit == 32);
	for (int skips = 0; skips < 3; skips++) {
		size_t away;

		marks[31 + skips] = MARK_SKIP;
		assert_int_equal(choose(&known, NULL, &choice), 0);
		away = choice.commit < 31 ? 31 - choice.commit
					  : choice.commit - 31 - skips;
		assert_true(away >= before && away > 1 && away < 28);
		before = away;
	}
}

static void counts_steps_as_git_does(void **state)
{
	/* estimate_bisect_steps() of git's bisect.c */
	static const unsigned int git_says[] = {0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 3};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(git_says); i++)
		assert_int_equal(choose_steps(i), git_says[i]);
	assert_int_equal(choose_steps(1000), 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(splits_as_git_does, make_repo, drop_repo),
		cmocka_unit_test(weighs_merges_once),
		cmocka_unit_test(equal_images_have_one_verdict),
		cmocka_unit_test(a_price_counts),
		cmocka_unit_test(keeps_away_from_what_was_skipped),
		cmocka_unit_test(counts_steps_as_git_does),
	};

	return cmocka_run_group_tests_name("bisect-choose", tests, NULL, NULL);
}
