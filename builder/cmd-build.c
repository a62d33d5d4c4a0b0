// SPDX-License-Identifier: GPL-2.0-or-later
/* build REV|RANGE: makes what is missing here, or has the watching builder make it. */
#include "builder.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "kbuild.h"
#include "lib/log.h"
#include "publish.h"
#include "refs.h"
#include "repo.h"
#include "wish.h"
#include "workplace.h"

#define WATCHER_GONE_MS 2000 /* how soon a dead watcher is noticed */

/* What the words of the command line came out as. */
struct request {
	const struct conf_tree *tree;
	struct conf_tree borrowed; /* what tree is with --from: its name, another place */
	struct strvec commits;     /* oldest first */
	bool in_conf;              /* the tree is one that a watching builder knows */
};

struct run {
	struct builder *b;
	const struct request *request;
	const char *commit;
	unsigned int number, of;
	int code;
	struct err *err;
};

/* "A..B"; false if there are no dots. */
static bool split_range(const char *word, char **ret_from, char **ret_to)
{
	const char *dots = strstr(word, "..");

	if (!dots)
		return false;
	*ret_from = strndup(word, dots - word);
	*ret_to = strdup(dots + 2);
	return *ret_from && *ret_to;
}

static int resolve_range(git_repository *repo, const char *from, const char *to,
	struct strvec *ret_commits, struct err *err)
{
	char from_name[IMAGE_COMMIT_TEXT], to_name[IMAGE_COMMIT_TEXT];
	const char *from_list[] = {to_name}, *hide_list[] = {from_name};
	struct repo_walk walk = {.from = from_list,
		.n_from = 1,
		.hide = hide_list,
		.n_hide = 1,
		.oldest_first = true};
	int r = repo_resolve(repo, *from ? from : "HEAD", from_name, err);

	if (!r)
		r = repo_resolve(repo, *to ? to : "HEAD", to_name, err);
	if (!r)
		r = repo_walk(repo, &walk, ret_commits, err);
	if (!r && !ret_commits->n)
		r = err_set(err, -ENOENT, "there are no commits in '%.100s..%.100s'",
			from, to);
	return r;
}

static int resolve(git_repository *repo, const char *word, struct strvec *ret_commits,
	struct err *err)
{
	CLEANUP_FREE char *from = NULL, *to = NULL;
	char name[IMAGE_COMMIT_TEXT];
	int r;

	if (split_range(word, &from, &to)) {
		if (*to == '.')
			return err_set(err, -EINVAL,
				"'%.200s': a range is A..B, with two dots", word);
		return resolve_range(repo, from, to, ret_commits, err);
	}
	r = repo_resolve(repo, word, name, err);
	if (!r)
		strvec_add(ret_commits, name);
	return r ? r : strvec_check(ret_commits);
}

static int look_in_tree(struct builder *b, const struct conf_tree *tree, const char *word,
	struct strvec *ret_commits, struct err *err)
{
	CLEANUP_REPO git_repository *repo = NULL;
	CLEANUP_BUF struct buf path = {0};
	int r = refs_repo_path(&b->conf, tree, &path);

	if (!r)
		r = repo_open(path.data, &repo, err);
	return r ? r : resolve(repo, word, ret_commits, err);
}

/* In the mirror as it is, and only if that lacks it, after a fetch. */
static int look_twice(struct builder *b, const struct conf_tree *tree, const char *word,
	struct strvec *ret_commits, struct err *err)
{
	int r = look_in_tree(b, tree, word, ret_commits, err);

	if (r != -ENOENT || tree->in_place)
		return r;
	r = builder_fetch_tree(b, tree, err);
	return r ? r : look_in_tree(b, tree, word, ret_commits, err);
}

static int find_commits(
	struct builder *b, const char *word, struct request *request, struct err *err)
{
	const struct conf *conf = &b->conf;
	int r = err_set(err, -ENOENT,
		"no tree: say --repo PATH or add a [tree NAME] to builder.conf");

	for (size_t i = 0; i < conf->n_trees; i++) {
		if (conf->tree && strcmp(conf->tree, conf->trees[i].name))
			continue;
		request->tree = &conf->trees[i];
		request->in_conf = !conf->repo;
		r = look_twice(b, request->tree, word, &request->commits, err);
		if (r != -ENOENT)
			return r;
	}
	if (conf->tree && !request->tree)
		return err_set(err, -ENOENT, "there is no tree '%s'", conf->tree);
	return r;
}

/* True if the tree has that commit: what grew on it is built fastest beside it. */
static bool has_commit(struct builder *b, const struct conf_tree *tree, const char *name)
{
	CLEANUP_STRVEC struct strvec commits = STRVEC_INIT;

	return look_in_tree(b, tree, name, &commits, NULL) == 0;
}

static const struct conf_tree *tree_of_parents(
	struct builder *b, git_repository *repo, const char *name)
{
	const struct conf *conf = &b->conf;
	CLEANUP_COMMIT struct commit commit = {0};
	const struct conf_tree *found = NULL;

	if (repo_commit(repo, name, &commit, NULL) < 0)
		return NULL;
	for (size_t i = 0; !found && i < conf->n_trees; i++) {
		const struct conf_tree *tree = &conf->trees[i];

		if (conf->tree ? !strcmp(conf->tree, tree->name)
			       : commit.parents.n &&
					 has_commit(b, tree, commit.parents.v[0]))
			found = tree;
	}
	return found;
}

/* --from: a repository that no tree is about, with commits that grew on one of a tree. */
static int find_borrowed(
	struct builder *b, const char *word, struct request *request, struct err *err)
{
	CLEANUP_FREE char *path = realpath(b->conf.from, NULL);
	CLEANUP_REPO git_repository *repo = NULL;
	const struct conf_tree *tree;
	int r;

	if (!path)
		return err_set(err, -ENOENT, "there is no repository '%s'", b->conf.from);
	r = repo_open(path, &repo, err);
	if (!r)
		r = resolve(repo, word, &request->commits, err);
	if (r < 0)
		return r;
	tree = tree_of_parents(b, repo, request->commits.v[0]);
	if (!tree)
		return err_set(err, -ENOENT,
			"no tree has the parent of '%.100s': say --tree NAME", word);
	request->borrowed =
		(struct conf_tree){.name = tree->name, .remote = path, .in_place = true};
	request->tree = &request->borrowed;
	path = NULL;
	return 0;
}

static int check_target(void *ctx, const struct conf_config *config, const char *arch)
{
	struct run *run = ctx;
	CLEANUP_FREE char *text = NULL;

	run->of += run->request->commits.n;
	return kbuild_fragment(config, arch, &text, run->err);
}

static bool watched(struct builder *b)
{
	CLEANUP_BUF struct buf path = {0};

	buf_init(&path, 4096);
	buf_addf(&path, "%s/watch.lock", b->conf.state);
	return !buf_check(&path) && lock_held(path.data);
}

/* Until the wish is gone; -EAGAIN: the watching builder is. */
static int await_wish(struct builder *b, const struct job *job, struct err *err)
{
	const char *state = b->conf.state;
	CLEANUP_FD int notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	CLEANUP_BUF struct buf folder = {0};
	int r = wish_folder(state, &folder, err);

	if (!r && (notify < 0 || inotify_add_watch(notify, folder.data, IN_DELETE) < 0))
		r = err_errno(err, -errno, "cannot watch '%s'", folder.data);
	while (!r && wish_open(state, job->tree->name, &job->id)) {
		struct pollfd fds[] = {{.fd = notify, .events = POLLIN},
			{.fd = b->signal_fd, .events = POLLIN}};
		char events[4096];

		if (!watched(b))
			return -EAGAIN;
		poll(fds, ARRAY_SIZE(fds), WATCHER_GONE_MS);
		if (fds[1].revents)
			return err_set(err, -ECANCELED, "cancelled");
		if (fds[0].revents && read(notify, events, sizeof(events)) < 0)
			continue;
	}
	return r;
}

/* The watching builder makes it, and this one waits. -EAGAIN: make it here. */
static int make_by_wish(struct builder *b, const struct job *job,
	struct outcome *ret_outcome, struct err *err)
{
	const char *state = b->conf.state, *tree = job->tree->name;
	struct job asked = *job;
	CLEANUP_BUF struct buf why = {0};
	int r = wish_add(state, tree, &job->id, job->retry, err);

	if (!r)
		r = await_wish(b, job, err);
	if (r < 0)
		return r;
	if (wish_why(state, tree, &job->id, &why))
		r = err_set(err, -EIO, "%s", why.data);
	buf_release(&why);
	if (r < 0)
		return r;
	asked.retry = false;
	r = job_look(&b->store, &asked, ret_outcome);
	return r == -ENOENT ? -EAGAIN : r;
}

static int make_one(struct builder *b, const struct job *job, bool may_wish,
	struct outcome *ret_outcome, struct err *err)
{
	int r = job_look(&b->store, job, ret_outcome);

	if (r == 0)
		return 0;
	r = -EAGAIN;
	if (may_wish && watched(b)) {
		log_info("%.12s: left to the builder that watches", job->id.commit);
		r = make_by_wish(b, job, ret_outcome, err);
	}
	return r == -EAGAIN ? b->maker.make(b->maker.ctx, job, ret_outcome, err) : r;
}

static void fill_id(struct image_id *id, const struct conf_config *config,
	const char *arch, const char *commit)
{
	snprintf(id->arch, sizeof(id->arch), "%s", arch);
	snprintf(id->config, sizeof(id->config), "%s", config->name);
	snprintf(id->commit, sizeof(id->commit), "%s", commit);
}

static int build_target(void *ctx, const struct conf_config *config, const char *arch)
{
	struct run *run = ctx;
	struct builder *b = run->b;
	CLEANUP_OUTCOME struct outcome outcome = {0};
	CLEANUP_BUF struct buf line = {0};
	struct job job = {.tree = run->request->tree,
		.config = config,
		.retry = b->conf.retry,
		.mail = b->conf.mail,
		.number = ++run->number,
		.of = run->of};
	int r;

	fill_id(&job.id, config, arch, run->commit);
	r = make_one(b, &job, run->request->in_conf, &outcome, run->err);
	if (r < 0)
		return err_prefix(
			run->err, r, "%.12s %s/%s", job.id.commit, arch, config->name);
	buf_init(&line, 4096);
	if (run->of > 1)
		buf_addf(&line, "%u/%u ", run->number, run->of);
	builder_describe(&job, &outcome, &line);
	puts(line.data);
	fflush(stdout);
	if (outcome.result == RESULT_FAILED || outcome.result == RESULT_KNOWN)
		run->code = EXIT_BROKEN;
	if (job.mail && outcome.result <= RESULT_FAILED) {
		builder_look_at_breakages(b, &job.id, NULL);
		builder_send_mail(b);
	}
	return 0;
}

static int build_all(struct builder *b, const struct request *request, struct err *err)
{
	struct run run = {.b = b, .request = request, .err = err};
	int r = builder_each_target(b, check_target, &run);

	if (r < 0)
		return EXIT_INPUT;
	if (!run.of) {
		err_set(err, -EINVAL,
			"there is no config '%s' for this arch: say --fragment FILE or "
			"add "
			"a [config NAME] to builder.conf",
			b->conf.config.n ? b->conf.config.v[0] : "");
		return EXIT_INPUT;
	}
	r = publish_clean(&b->store, err);
	if (!r)
		r = refs_publish(&b->conf, err);
	for (size_t i = 0; !r && i < request->commits.n; i++) {
		run.commit = request->commits.v[i];
		r = builder_each_target(b, build_target, &run);
	}
	return r < 0 ? EXIT_INFRA : run.code;
}

int builder_build(struct builder *b, const struct strvec *words, struct err *err)
{
	struct request request = {0};
	int r, code;

	if (words->n != 1) {
		err_set(err, -EINVAL, "build wants one REV or RANGE, and got %zu",
			words->n);
		return EXIT_INPUT;
	}
	r = b->conf.from ? find_borrowed(b, words->v[0], &request, err)
			 : find_commits(b, words->v[0], &request, err);
	if (r < 0)
		code = r == -ENOENT || r == -EINVAL ? EXIT_INPUT : EXIT_INFRA;
	else
		code = build_all(b, &request, err);
	strvec_release(&request.commits);
	free(request.borrowed.remote);
	return code;
}
