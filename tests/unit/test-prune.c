// SPDX-License-Identifier: GPL-2.0-or-later
/* Images leave a store by rule: who is asked, what stays, and what happens in between. */
#include "builder/keep/prune.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "builder/git/repo.h"
#include "builder/keep/gone.h"
#include "lib/clock.h"
#include "tests/unit/answering.h"
#include "tests/unit/builder-tree.h"

#define DAY 86400.0
#define COMMITS 6 /* of the branch main */

struct world {
	char temp[32], root[64], git[64], server[ANSWERING_ADDRESS];
	git_repository *repo;
	struct conf conf;
	struct conf_tree tree;
	struct store store;
	struct prune prune;
	pid_t answering;
	/* main: c[0] - c[1] - ... - c[5]; topic: c[1] - t */
	char c[COMMITS][IMAGE_COMMIT_TEXT], t[IMAGE_COMMIT_TEXT];
};

/* An image without any file but build.log. */
static void put(struct world *w, const char *commit, const char *same_as, double days)
{
	struct image image = {.built = true, .branch = "main", .same_as = same_as};
	CLEANUP_BUF struct buf json = {0}, path = {0};
	char date[CLOCK_ISO_TEXT];
	struct timespec times[2] = {{0}, {0}};

	clock_iso((int64_t)(clock_wall() - days * DAY), date);
	image.date = "2023-11-14T22:13:20Z"; /* as builder-tree.h has it */
	image.published = date;
	memcpy(image.id.arch, "x86_64", 7);
	memcpy(image.id.config, "lab", 4);
	memcpy(image.id.commit, commit, IMAGE_COMMIT_TEXT);
	image.files[0] = (struct image_file){.name = "build.log", .size = 1000};
	memset(image.files[0].sha256, '0', 64);
	image.n_files = 1;
	buf_init(&json, IMAGE_JSON_MAX);
	assert_int_equal(image_dump(&image, &json), 0);
	buf_init(&path, STORE_PATH_MAX);
	store_image_path(&w->store, &image.id, true, &path);
	assert_int_equal(dir_make(path.data, 0755, NULL), 0);
	buf_adds(&path, "/image.json");
	assert_int_equal(
		file_write_atomic(path.data, json.data, json.len, 0644, NULL), 0);
	path.data[path.len -= strlen("/image.json")] = '\0';
	if (!same_as) {
		CLEANUP_BUF struct buf log = {0};
		char bytes[1000] = {0};

		buf_init(&log, STORE_PATH_MAX);
		buf_addf(&log, "%s/build.log", path.data);
		assert_int_equal(
			file_write_atomic(log.data, bytes, sizeof(bytes), 0644, NULL), 0);
	}
	times[0].tv_sec = times[1].tv_sec = (time_t)(clock_wall() - days * DAY);
	assert_int_equal(utimensat(AT_FDCWD, path.data, times, 0), 0);
}

static char *id_of(const char *commit)
{
	static char text[2][IMAGE_ID_TEXT];
	static int turn;

	turn = !turn;
	snprintf(text[turn], sizeof(text[turn]), "x86_64/lab/%s", commit);
	return text[turn];
}

static bool has(struct world *w, const char *commit)
{
	struct image_id id;

	assert_int_equal(image_id_parse(id_of(commit), &id, NULL), 0);
	return store_has(&w->store, &id, true);
}

/* What the server says to GET /v1/used, one after the other. */
static void answer(struct world *w, const char *const *answers)
{
	w->answering = answering_start(answers, w->server);
	w->conf.server = w->server;
}

static int setup(void **state)
{
	static struct world w;
	const struct tree_file file = {"Makefile", "all:\n", 0};

	w = (struct world){.prune = {.cancel_fd = -1}};
	temp_make(w.temp);
	snprintf(w.root, sizeof(w.root), "%s/store", w.temp);
	snprintf(w.git, sizeof(w.git), "%s/git", w.temp);
	repo_library_init(NULL);
	w.repo = tree_open(w.git);
	for (int i = 0; i < COMMITS; i++) {
		char subject[8];

		snprintf(subject, sizeof(subject), "c%d", i);
		tree_commit(w.repo, "main", i ? w.c[i - 1] : NULL, subject, &file, !i,
			w.c[i]);
	}
	tree_commit(w.repo, "topic", w.c[1], "t", NULL, 0, w.t);
	w.tree = (struct conf_tree){.name = "lab", .remote = w.git, .in_place = true};
	w.conf = (struct conf){.store = w.root,
		.prune_after = 30,
		.prune_keep = 2,
		.trees = &w.tree,
		.n_trees = 1};
	w.store.root = w.root;
	w.prune.gather.conf = &w.conf;
	w.prune.gather.store = &w.store;
	assert_int_equal(dir_make(w.root, 0755, NULL), 0);
	for (int i = 0; i < COMMITS; i++)
		put(&w, w.c[i], NULL, 100 - i);
	put(&w, w.t, NULL, 90);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	prune_release(&w->prune);
	strvec_release(&w->conf.keep);
	git_repository_free(w->repo);
	if (w->answering > 0) {
		kill(w->answering, SIGKILL);
		waitpid(w->answering, NULL, 0);
	}
	return dir_remove(w->temp, NULL);
}

static void decide(struct world *w)
{
	struct err err = ERR_INIT;

	if (prune_decide(&w->prune, &err) < 0)
		fail_msg("%s", err.text);
}

static void prune(struct world *w)
{
	struct err err = ERR_INIT;

	decide(w);
	if (prune_do(&w->prune, &err) < 0)
		fail_msg("%s", err.text);
}

static const char *why(struct world *w, const char *commit)
{
	static char text[256];
	struct retain_set *set = &w->prune.gather.set;
	CLEANUP_BUF struct buf b = {0};

	buf_init(&b, sizeof(text));
	for (size_t i = 0; i < set->n; i++)
		if (!strcmp(set->v[i].id.commit, commit))
			retain_describe(&set->v[i], &b);
	snprintf(text, sizeof(text), "%s", b.data);
	return text;
}

static void keeps_the_newest_of_each_branch(void **state)
{
	struct world *w = *state;

	answer(w, (const char *const[]){"", "", NULL});
	prune(w);
	assert_int_equal(w->prune.goes, 3);
	assert_int_equal(w->prune.freed, 3000);
	assert_true(has(w, w->c[5]) && has(w, w->c[4]));
	assert_string_equal(why(w, w->c[4]), "among the newest of 'main'");
	assert_true(has(w, w->t));
	assert_true(has(w, w->c[1])); /* topic has it too */
	assert_string_equal(why(w, w->c[1]), "among the newest of 'topic'");
	assert_true(!has(w, w->c[0]) && !has(w, w->c[2]) && !has(w, w->c[3]));
}

static void a_removed_branch_speaks_for_nothing(void **state)
{
	struct world *w = *state;
	git_reference *ref;

	assert_int_equal(git_reference_lookup(&ref, w->repo, "refs/heads/topic"), 0);
	assert_int_equal(git_reference_delete(ref), 0);
	git_reference_free(ref);
	answer(w, (const char *const[]){"", "", NULL});
	prune(w);
	assert_false(has(w, w->t));
	assert_false(has(w, w->c[1]));
	assert_true(has(w, w->c[5]));
}

/* main is moved to where c[0] has another child; nothing has c[1]..c[5] any more. */
static void nor_does_a_history_that_was_rewritten(void **state)
{
	struct world *w = *state;
	char fresh[IMAGE_COMMIT_TEXT];

	tree_commit(w->repo, "main", w->c[0], "another c1", NULL, 0, fresh);
	put(w, fresh, NULL, 80);
	answer(w, (const char *const[]){"", "", NULL});
	prune(w);
	assert_true(has(w, fresh) && has(w, w->c[0]));
	assert_true(has(w, w->t) && has(w, w->c[1])); /* topic's */
	for (int i = 2; i < COMMITS; i++)
		assert_false(has(w, w->c[i]));
}

static void keeps_tags_and_what_the_owner_names(void **state)
{
	struct world *w = *state;
	git_reference *ref;
	git_oid oid;
	char range[16];

	git_oid_fromstr(&oid, w->c[0]);
	assert_int_equal(
		git_reference_create(&ref, w->repo, "refs/tags/v1", &oid, 0, NULL), 0);
	git_reference_free(ref);
	snprintf(range, sizeof(range), "main~3..main~2");
	strvec_add(&w->conf.keep, range);
	answer(w, (const char *const[]){"", "", NULL});
	prune(w);
	assert_int_equal(w->prune.goes, 0);
	assert_string_equal(why(w, w->c[0]), "tagged 'v1'");
	assert_string_equal(why(w, w->c[3]), "kept by 'main~3..main~2'");
	assert_string_equal(why(w, w->c[2]), "kept by 'main~3..main~2'");
}

static void nothing_goes_for_a_name_that_nobody_knows(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;

	strvec_add(&w->conf.keep, "v9.9");
	answer(w, (const char *const[]){"", NULL});
	assert_int_equal(prune_decide(&w->prune, &err), -ENOENT);
	assert_string_equal(err.text, "'keep' in builder.conf: no tree has 'v9.9'");
}

static void nothing_goes_where_nobody_can_be_asked(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;

	assert_int_equal(prune_decide(&w->prune, &err), -EINVAL);
	assert_string_equal(err.text,
		"nothing is removed: there is no 'server' that says what is used");
	prune_release(&w->prune);
	w->conf.server = "127.0.0.1:1";
	assert_int_equal(prune_decide(&w->prune, &err), -EIO);
	/* or where a tree cannot be read */
	prune_release(&w->prune);
	answer(w, (const char *const[]){"", NULL});
	w->tree.remote = "/nowhere";
	assert_int_equal(prune_decide(&w->prune, &err), -ENOENT);
	assert_string_equal(err.text, "tree 'lab': '/nowhere' is not a git repository");
	prune_release(&w->prune);
	w->conf.n_trees = 0;
	assert_int_equal(prune_decide(&w->prune, &err), -EINVAL);
}

/* The server goes away between the two questions: all is where it was. */
static void nothing_goes_where_the_server_goes_away(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;
	struct image_id id;

	answer(w, (const char *const[]){"", NULL});
	decide(w);
	assert_int_equal(w->prune.goes, 3);
	assert_int_equal(waitpid(w->answering, NULL, 0), w->answering);
	w->answering = 0;
	assert_int_equal(prune_do(&w->prune, &err), -EIO);
	for (int i = 0; i < COMMITS; i++) {
		assert_true(has(w, w->c[i]));
		image_id_parse(id_of(w->c[i]), &id, NULL);
		assert_false(gone_was(&w->store, &id));
	}
}

/* A machine is given c[2], which has the files of c[3], when all is decided. */
static void a_machine_does_not_lose_what_it_was_just_given(void **state)
{
	struct world *w = *state;
	char used[IMAGE_ID_TEXT + 1];

	put(w, w->c[2], id_of(w->c[3]), 98);
	snprintf(used, sizeof(used), "%s\n", id_of(w->c[2]));
	answer(w, (const char *const[]){"", used, NULL});
	prune(w);
	assert_int_equal(w->prune.goes, 1); /* c[0] */
	assert_true(has(w, w->c[2]) && has(w, w->c[3]));
	assert_string_equal(why(w, w->c[2]), "used by 'a host, a boot or a bisection'");
}

/* A builder publishes an alias of c[2] when all is decided. */
static void an_alias_that_comes_meanwhile_keeps_its_files(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;
	char fresh[IMAGE_COMMIT_TEXT];

	answer(w, (const char *const[]){"", "", NULL});
	decide(w);
	tree_commit(w->repo, "main", w->c[5], "c6", NULL, 0, fresh);
	put(w, fresh, id_of(w->c[2]), 0);
	assert_int_equal(prune_do(&w->prune, &err), 0);
	assert_true(has(w, w->c[2]));
	assert_false(has(w, w->c[3]));
	assert_int_equal(w->prune.goes, 2);
}

static void a_bisection_keeps_its_range(void **state)
{
	struct world *w = *state;
	char held[200];

	w->conf.prune_keep = 1;
	snprintf(held, sizeof(held), "%s..%s\n", id_of(w->c[1]), w->c[3]);
	answer(w, (const char *const[]){held, held, NULL});
	prune(w);
	assert_false(has(w, w->c[0]));
	for (int i = 1; i <= 3; i++) {
		assert_true(has(w, w->c[i]));
		assert_string_equal(why(w, w->c[i]), "used by 'a bisection'");
	}
	assert_false(has(w, w->c[4]));
}

/* Of a repository that no tree is about: nobody knows what is between. */
static void a_range_that_no_tree_has_keeps_all(void **state)
{
	struct world *w = *state;
	char held[200];

	snprintf(held, sizeof(held), "%s..%s\n", id_of(w->c[1]),
		"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
	answer(w, (const char *const[]){held, NULL});
	decide(w);
	assert_int_equal(w->prune.goes, 0);
}

static void ends_when_it_is_told(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	answer(w, (const char *const[]){"", "", NULL});
	decide(w);
	assert_int_equal(write(fds[1], "x", 1), 1);
	w->prune.cancel_fd = fds[0];
	assert_int_equal(prune_do(&w->prune, &err), -ECANCELED);
	close(fds[0]);
	close(fds[1]);
	for (int i = 0; i < COMMITS; i++)
		assert_true(has(w, w->c[i]));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(keeps_the_newest_of_each_branch),
		T(a_removed_branch_speaks_for_nothing),
		T(nor_does_a_history_that_was_rewritten),
		T(keeps_tags_and_what_the_owner_names),
		T(nothing_goes_for_a_name_that_nobody_knows),
		T(nothing_goes_where_nobody_can_be_asked),
		T(nothing_goes_where_the_server_goes_away),
		T(a_machine_does_not_lose_what_it_was_just_given),
		T(an_alias_that_comes_meanwhile_keeps_its_files),
		T(a_bisection_keeps_its_range),
		T(a_range_that_no_tree_has_keeps_all),
		T(ends_when_it_is_told),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("prune", tests, NULL, NULL);
}
