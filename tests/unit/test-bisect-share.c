// SPDX-License-Identifier: GPL-2.0-or-later
/* Commits that share an image: one boot between them, and the right culprit. */
#include "bisect/choice/range.h"
#include "bisect/lab/kernels.h"
#include "tests/unit/bisect-lab.h"

/* A line of 8: 0 is the oldest, 7 the bad end; the good end is outside. */
#define LINE 8

struct line {
	uint32_t first[LINE + 1], parents[LINE], image_of[LINE];
	enum mark marks[LINE], image_marks[LINE];
	struct graph graph;
	struct known known;
};

static void make_line(struct line *l)
{
	*l = (struct line){
		.graph = {.n = LINE, .first = l->first, .parents = l->parents}};
	for (uint32_t i = 0; i < LINE; i++) {
		l->first[i + 1] = i;
		l->parents[i] = i;
		l->image_of[i] = IMAGE_OWN;
	}
	l->known = (struct known){.graph = &l->graph,
		.marks = l->marks,
		.bad = LINE - 1,
		.image_of = l->image_of,
		.image_marks = l->image_marks};
}

static struct choice choose_in_line(const struct line *l)
{
	struct choice choice;

	assert_int_equal(choose(&l->known, NULL, &choice), 0);
	return choice;
}

static void a_mark_by_image_narrows(void **state)
{
	struct line l;

	(void)state;
	make_line(&l);
	/* 2 and 5 are one image; the changes between them undo each other */
	l.image_of[2] = l.image_of[5] = 2;
	l.marks[2] = MARK_GOOD;
	assert_int_equal(choose_in_line(&l).candidates, 2);
	l.marks[2] = MARK_BAD;
	assert_int_equal(choose_in_line(&l).candidates, 3);
	l.marks[2] = MARK_NONE;
	l.marks[5] = MARK_BAD;
	assert_int_equal(choose_in_line(&l).candidates, 3);
	/* a skip is shared, and nothing more is known of the candidates */
	l.marks[5] = MARK_SKIP;
	assert_int_equal(choose_in_line(&l).candidates, 8);
}

static void own_marks_come_before_those_by_image(void **state)
{
	struct line l;

	(void)state;
	make_line(&l);
	/* 0 was good, 3 bad, then 5 undid it: that is no contradiction, 5 is good again
	 * but the first bad one before 3 is what was looked for */
	l.image_of[0] = l.image_of[5] = 0;
	l.marks[0] = MARK_GOOD;
	l.marks[3] = MARK_BAD;
	assert_int_equal(choose_in_line(&l).candidates, 3);
	/* without 3 tried, 5 is as good as tried */
	l.marks[3] = MARK_NONE;
	assert_int_equal(choose_in_line(&l).candidates, 2);
	/* good came back before the bad image did: what is newer counts */
	l.image_of[3] = l.image_of[7] = 3;
	assert_int_equal(choose_in_line(&l).candidates, 2);
}

static void images_judged_outside_count(void **state)
{
	struct line l;
	struct choice choice;

	(void)state;
	make_line(&l);
	l.image_of[4] = 4;
	l.image_marks[4] = MARK_GOOD;
	choice = choose_in_line(&l);
	assert_int_equal(choice.candidates, 3);
	/* the first of a run of equal images is named */
	l.image_of[5] = l.image_of[6] = l.image_of[7] = 5;
	choice = choose_in_line(&l);
	assert_int_equal(choice.kind, CHOICE_FOUND);
	assert_int_equal(choice.commit, 5);
}

/* Commits from..to have the image of `of`; SIM_OUTSIDE: the good end's. */
static void alias(struct fixture *f, uint32_t *image_of, int from, int to, int of)
{
	for (int i = from; i <= to; i++) {
		size_t number = number_of(f, i);

		image_of[number] = of ? number_of(f, of) : SIM_OUTSIDE;
		f->kinds[number] = of ? f->kinds[number_of(f, of)] : SIM_GOOD;
	}
}

struct lab {
	uint32_t image_of[COMMITS_MAX];
	bool has_image[COMMITS_MAX], booted[COMMITS_MAX];
	struct sim sim;
};

static void begin_lab(struct fixture *f, struct lab *lab, int culprit)
{
	begin(f, &lab->sim, culprit);
	memset(lab->booted, 0, sizeof(lab->booted));
	for (int i = 0; i < COMMITS_MAX; i++) {
		lab->image_of[i] = IMAGE_OWN;
		lab->has_image[i] = true;
	}
	lab->sim.image_of = lab->image_of;
	lab->sim.has_image = lab->has_image;
	lab->sim.booted = lab->booted;
}

static unsigned int count_taken_over(const struct past *past)
{
	unsigned int n = 0;

	for (size_t i = 0; i < past->n_steps; i++) {
		const struct step *step = &past->steps[i];

		n += *step->same_as != '\0';
		assert_true(!*step->same_as || !*step->boot);
		if (*step->same_as)
			assert_non_null(strstr(step->why, "it has the image of"));
	}
	return n;
}

/* A run of equal images before the culprit, one behind it, and one of the good end's. */
static void no_image_is_booted_twice(void **state)
{
	struct fixture *f = *state;

	for (int built = 0; built < 2; built++) {
		for (int culprit = 4; culprit <= 13; culprit++) {
			CLEANUP_PAST struct past past = {0};
			struct lab lab;

			begin_lab(f, &lab, culprit);
			alias(f, lab.image_of, 1, 2, 0);
			if (culprit > 12)
				alias(f, lab.image_of, 11, 12, 10);
			else
				alias(f, lab.image_of, 14, 16, 13);
			/* where nothing is built, who shares with whom shows late */
			for (int i = 0; !built && i < COMMITS_MAX; i++)
				lab.has_image[i] = false;
			assert_int_equal(run_once(f, &lab.sim, &past), RUN_FOUND);
			assert_string_equal(past.culprit, f->commits[culprit]);
			assert_int_equal(lab.sim.wasted, 0);
			count_taken_over(&past);
		}
	}
}

static void an_alias_found_by_its_build_is_not_booted(void **state)
{
	struct fixture *f = *state;
	unsigned int taken_over = 0;

	for (int culprit = 11; culprit <= LAST; culprit++) {
		CLEANUP_PAST struct past past = {0};
		struct lab lab;

		begin_lab(f, &lab, culprit);
		alias(f, lab.image_of, 1, 10, 0);
		memset(lab.has_image, 0, sizeof(lab.has_image));
		assert_int_equal(run_once(f, &lab.sim, &past), RUN_FOUND);
		assert_string_equal(past.culprit, f->commits[culprit]);
		assert_int_equal(lab.sim.wasted, 0);
		taken_over += count_taken_over(&past);
	}
	assert_true(taken_over > 3);
}

static void ends_of_one_image_end_the_run(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct lab lab;
	struct run run;

	begin_lab(f, &lab, 5);
	alias(f, lab.image_of, LAST, LAST, 0);
	lab.sim.good_kind = f->kinds[number_of(f, LAST)] = SIM_BAD;
	assert_int_equal(control(f, &lab.sim, &run, &past, VERDICT_SKIP), RUN_ENDS);
	assert_non_null(strstr(run.words.data, "it has the image of"));
	assert_int_equal(lab.sim.boots_made, 1);
	run_release(&run);
}

/* The verdicts of equal images are in the log, so that git comes to the same end. */
static void git_needs_no_more_verdicts(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	CLEANUP_BUF struct buf text, path, end;
	struct lab lab;

	buf_init(&text, 1024 * 1024);
	buf_init(&path, 1024);
	buf_init(&end, 1024);
	begin_lab(f, &lab, 13);
	alias(f, lab.image_of, 10, 12, 0);
	alias(f, lab.image_of, 14, LAST, 13);
	assert_int_equal(run_once(f, &lab.sim, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[13]);
	/* the two ends are all that there is to boot */
	assert_int_equal(lab.sim.boots_made, 2);
	assert_int_equal(count_taken_over(&past), 2);
	git(f->folder, "git bisect replay log", NULL);
	buf_addf(&path, "%s/.git/BISECT_LOG", f->folder);
	buf_addf(&end, "commit: [%s]", f->commits[13]);
	assert_int_equal(file_read(path.data, &text, NULL), 0);
	assert_non_null(strstr(text.data, "first "));
	assert_non_null(strstr(strstr(text.data, "first "), end.data));
}

/* A log whose verdicts on one image differ: tests are repeated. */
static void one_image_with_two_verdicts_is_a_contradiction(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	CLEANUP_BUF struct buf log;
	struct lab lab;
	struct run run;

	begin_lab(f, &lab, 8);
	alias(f, lab.image_of, 12, 12, 11);
	buf_init(&log, 4096);
	buf_addf(&log, "git bisect start\ngit bisect bad %s\ngit bisect good %s\n",
		f->commits[12], f->commits[11]);
	write_start(f, log.data);
	assert_int_equal(control(f, &lab.sim, &run, &past, VERDICT_SKIP), RUN_FOUND);
	assert_true(*past.belief);
	run_release(&run);
}

/* Another host judged the same image while this one waited for its build. */
static void judge_meanwhile(void *ctx)
{
	const struct fixture *f = ctx;
	static struct step step = {
		.role = "split", .verdict = VERDICT_GOOD, .boot = "b", .attempts = 1};

	snprintf(step.commit, sizeof(step.commit), "%s", f->commits[11]);
	past_add(f->meanwhile, &step);
}

static void what_was_judged_during_the_build_counts(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct rules rules = make_rules(f, VERDICT_SKIP);
	struct step step = {.number = 1, .role = "split"};
	struct bench bench;
	struct world world;
	struct lab lab;

	begin_lab(f, &lab, 8);
	alias(f, lab.image_of, 12, 12, 11);
	lab.has_image[number_of(f, 12)] = false;
	sim_world(&lab.sim, &world);
	bench = make_bench(&world, &rules);
	failure_init(&bench.failure);
	bench.shared = f->meanwhile = &past;
	bench.refresh_shared = judge_meanwhile;
	bench.ctx = f;
	snprintf(step.commit, sizeof(step.commit), "%s", f->commits[12]);
	assert_int_equal(step_run(&bench, &step), STEP_JUDGED);
	assert_string_equal(step.same_as, f->commits[11]);
	assert_int_equal(lab.sim.boots_made, 0);
	failure_release(&bench.failure);
}

static void confirmations_share_images_too(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	struct lab lab;

	/* both parents of the merge are one image */
	begin_lab(f, &lab, MERGE);
	f->confirm = 1;
	alias(f, lab.image_of, 6, 6, 8);
	assert_int_equal(run_once(f, &lab.sim, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[MERGE]);
	assert_int_equal(past.n_confirmations, 3);
	f->confirm = 0;
}

/* An image of commit cc..c, or an alias of aa..a; digests are one character over. */
static void write_image(
	const char *root, char commit, bool is_alias, char vmlinuz, char modules)
{
	CLEANUP_BUF struct buf path, text;
	char name[41] = {0}, of[41] = {0}, a[65] = {0}, b[65] = {0};

	memset(name, commit, 40);
	memset(of, 'a', 40);
	memset(a, vmlinuz, 64);
	memset(b, modules, 64);
	buf_init(&path, 1024);
	buf_init(&text, 4096);
	buf_addf(&path, "%s/images/x86_64/lab/%s", root, name);
	assert_int_equal(dir_make(path.data, 0755, NULL), 0);
	buf_adds(&path, "/image.json");
	buf_addf(&text, "{\"id\":\"x86_64/lab/%s\",\"status\":\"built\"", name);
	if (is_alias)
		buf_addf(&text, ",\"same_as\":\"x86_64/lab/%s\"", of);
	buf_addf(&text,
		",\"files\":{\"vmlinuz\":{\"size\":1,\"sha256\":\"%s\"},"
		"\"modules.cpio.zst\":{\"size\":1,\"sha256\":\"%s\"},"
		"\"build.log\":{\"size\":1,\"sha256\":\"%s\"}}}",
		a, b, is_alias ? a : b);
	assert_int_equal(
		file_write_atomic(path.data, text.data, text.len, 0644, NULL), 0);
}

static void find_kernel(struct kernels *kernels, const char *root, char commit,
	char ret_kernel[KERNEL_TEXT])
{
	struct store store = {.root = root};
	struct image_id id = {.arch = "x86_64", .config = "lab"};

	memset(id.commit, commit, 40);
	assert_int_equal(kernels_find(kernels, &store, &id, ret_kernel, NULL), 0);
}

static void the_store_tells_which_kernels_are_equal(void **state)
{
	const struct fixture *f = *state;
	struct kernels kernels = {0};
	struct store store = {.root = f->folder};
	struct image_id id = {.arch = "x86_64", .config = "lab"};
	char a[KERNEL_TEXT], other[KERNEL_TEXT];

	write_image(f->folder, 'a', false, '1', '2');
	write_image(f->folder, 'b', true, '1', '2');
	write_image(f->folder, 'c', false, '1', '2'); /* made apart, the same bytes */
	write_image(f->folder, 'd', false, '1', '3');
	write_image(f->folder, 'e', false, '3', '2');
	find_kernel(&kernels, f->folder, 'a', a);
	for (const char *c = "bcde"; *c; c++) {
		find_kernel(&kernels, f->folder, *c, other);
		assert_int_equal(!strcmp(a, other), *c <= 'c');
	}
	memset(id.commit, 'f', 40);
	assert_int_equal(kernels_find(&kernels, &store, &id, other, NULL), -ENOENT);
	/* it may be built later */
	write_image(f->folder, 'f', true, '1', '2');
	find_kernel(&kernels, f->folder, 'f', other);
	assert_string_equal(a, other);
	kernels_release(&kernels);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mark_by_image_narrows),
		cmocka_unit_test(own_marks_come_before_those_by_image),
		cmocka_unit_test(images_judged_outside_count),
		cmocka_unit_test(no_image_is_booted_twice),
		cmocka_unit_test(an_alias_found_by_its_build_is_not_booted),
		cmocka_unit_test(ends_of_one_image_end_the_run),
		cmocka_unit_test(git_needs_no_more_verdicts),
		cmocka_unit_test(one_image_with_two_verdicts_is_a_contradiction),
		cmocka_unit_test(what_was_judged_during_the_build_counts),
		cmocka_unit_test(confirmations_share_images_too),
		cmocka_unit_test(the_store_tells_which_kernels_are_equal),
	};

	return cmocka_run_group_tests_name(
		"bisect-share", tests, make_fixture, drop_fixture);
}
