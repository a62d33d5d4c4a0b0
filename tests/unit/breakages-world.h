/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A branch a - b - c - d, and what is built of it, for the tests of breakages. */
#ifndef TENFOLD_TESTS_BREAKAGES_WORLD_H
#define TENFOLD_TESTS_BREAKAGES_WORLD_H

#include "builder/mail/breakages.h"

#include <errno.h>

#include "builder/git/repo.h"
#include "tests/unit/builder-tree.h"

#define SHA256_OF_NOTHING \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct world {
	char temp[32];
	char *git, *store_dir;
	git_repository *repo;
	struct conf_tree tree;
	struct conf conf;
	struct store store;
	struct breakages breakages;
	bool all_awaited;    /* what is not made yet will be */
	const char *same_as; /* what is published from now on has its files there */
	char a[IMAGE_COMMIT_TEXT], b[IMAGE_COMMIT_TEXT], c[IMAGE_COMMIT_TEXT],
		d[IMAGE_COMMIT_TEXT];
};

static bool is_awaited(void *ctx, const struct image_id *id)
{
	struct world *w = ctx;

	(void)id;
	return w->all_awaited;
}

static void commit(struct world *w, const char *parent, const char *subject,
	char ret_name[IMAGE_COMMIT_TEXT])
{
	const struct tree_file file = {"file", subject, 0};

	tree_commit(w->repo, "main", parent, subject, &file, 1, ret_name);
}

/* a - b - c - d, on main */
static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	temp_make(w->temp);
	assert_true(asprintf(&w->git, "%s/git", w->temp) > 0);
	assert_true(asprintf(&w->store_dir, "%s/store", w->temp) > 0);
	w->repo = tree_open(w->git);
	commit(w, NULL, "first", w->a);
	commit(w, w->a, "break\r\nBcc: x@y.org", w->b);
	commit(w, w->b, "on top", w->c);
	commit(w, w->c, "repair", w->d);
	w->tree = (struct conf_tree){.name = "mini", .remote = w->git, .in_place = true};
	w->conf = (struct conf){
		.state = w->temp, .trees = &w->tree, .n_trees = 1, .mail_limit = 10};
	strvec_add(&w->conf.mail_to, "lab@example.org");
	w->store.root = w->store_dir;
	w->breakages = (struct breakages){
		.conf = &w->conf, .store = &w->store, .awaited = is_awaited, .ctx = w};
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	git_repository_free(w->repo);
	dir_remove(w->temp, NULL);
	strvec_release(&w->conf.mail_to);
	free(w->git);
	free(w->store_dir);
	free(w);
	return 0;
}

static struct image_id id_of(const char *commit)
{
	struct image_id id = {.arch = "x86_64", .config = "mini"};

	snprintf(id.commit, sizeof(id.commit), "%s", commit);
	return id;
}

static void publish(struct world *w, const char *commit, bool built, const char *error)
{
	CLEANUP_COMMIT struct commit made = {0};
	struct image image = {.id = id_of(commit),
		.built = built,
		.subject = "subject",
		.author_name = "A",
		.author_email = "a@example.org",
		.author_date = "2023-11-14T22:13:20Z",
		.date = "2023-11-14T22:13:20Z",
		.branch = "main",
		.compiler = "gcc 12",
		.config_sha256 = "",
		.release = "",
		.build_id = "",
		.how = "clean",
		.published = "2023-11-14T22:13:20Z",
		.same_as = w->same_as,
		.files = {{"config", 1, SHA256_OF_NOTHING}},
		.n_files = w->same_as ? 1 : 0,
		.error = error};
	CLEANUP_BUF struct buf path, text;

	repo_commit(w->repo, commit, &made, NULL);
	for (size_t i = 0; i < made.parents.n; i++)
		image.parents[image.n_parents++] = made.parents.v[i];
	buf_init(&path, 4096);
	buf_init(&text, 65536);
	store_image_path(&w->store, &image.id, built, &path);
	assert_int_equal(dir_make(path.data, 0755, NULL), 0);
	buf_adds(&path, "/image.json");
	assert_int_equal(image_dump(&image, &text), 0);
	assert_int_equal(
		file_write_atomic(path.data, text.data, text.len, 0644, NULL), 0);
}

static void look(struct world *w, const char *made)
{
	struct image_id id = id_of(made ? made : w->a);
	struct err err = ERR_INIT;

	if (breakages_look(&w->breakages, made ? &id : NULL, &err) < 0)
		fail_msg("%s", err.text);
}

static void builds(struct world *w, const char *commit)
{
	publish(w, commit, true, "");
	look(w, commit);
}

static void fails_with(struct world *w, const char *commit, const char *error)
{
	struct image_id id = id_of(commit);

	assert_int_equal(breakages_note(w->conf.state, &id, "mini", "main", NULL), 0);
	/* a kill here: nothing is told of what is not published */
	look(w, NULL);
	publish(w, commit, false, error);
	look(w, commit);
	look(w, NULL);
}

static void fails(struct world *w, const char *commit)
{
	fails_with(w, commit, "a.c:1:1: error: no\n");
}

static int count_mails(struct world *w)
{
	CLEANUP_BUF struct buf path;
	CLEANUP_DIR DIR *dir = NULL;
	struct dirent *entry;
	int n = 0;

	buf_init(&path, 4096);
	buf_addf(&path, "%s/outbox", w->temp);
	dir = opendir(path.data);
	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	return n;
}

static void read_mail(
	struct world *w, const char *kind, const char *commit, struct buf *b)
{
	CLEANUP_BUF struct buf path;

	buf_init(&path, 4096);
	buf_init(b, 65536);
	buf_addf(&path, "%s/outbox/%sx86_64@mini@%s", w->temp, kind, commit);
	assert_int_equal(file_read(path.data, b, NULL), 0);
}

#endif
