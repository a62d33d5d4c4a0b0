// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts.h"

#include <errno.h>
#include <git2.h>
#include <stdio.h>
#include <string.h>

#include "bisect/judge/console.h"
#include "bisect/log/place.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/store.h"
#include "lib/text.h"
#include "maintainer.h"
#include "text.h"

#define EVIDENCE_MAX (8 * 1024 * 1024)
#define EXCERPT_BEFORE 3 /* lines before the first one of trouble */
#define EXCERPT_AFTER 40
#define EXCERPT_LAST 15 /* lines where there is no trouble */

DEFINE_CLEANUP(git_commit, git_commit *, git_commit_free)
DEFINE_CLEANUP(git_repository, git_repository *, git_repository_free)

void facts_init(struct facts *facts, const struct past *past)
{
	*facts = (struct facts){.past = past, .time = clock_wall()};
	buf_init(&facts->no_people, 1024);
	buf_init(&facts->dmesg_bad, 64 * 1024);
	buf_init(&facts->dmesg_good, 64 * 1024);
	buf_init(&facts->config, 1024 * 1024);
	buf_init(&facts->bisect_log, EVIDENCE_MAX);
	buf_init(&facts->command, 64 * 1024);
}

void facts_release(struct facts *facts)
{
	people_release(&facts->to);
	people_release(&facts->cc);
	buf_release(&facts->no_people);
	buf_release(&facts->dmesg_bad);
	buf_release(&facts->dmesg_good);
	buf_release(&facts->config);
	buf_release(&facts->bisect_log);
	buf_release(&facts->command);
}

void facts_git_lines(const char *log, struct buf *b)
{
	for (size_t len; *log; log += len) {
		len = strcspn(log, "\n");
		len += log[len] == '\n';
		if (strncmp(log, "# tenfold: ", 11))
			buf_add(b, log, len);
	}
}

static const char *line_at(const char *text, size_t number)
{
	while (number-- && *text)
		text += strcspn(text, "\n") + (text[strcspn(text, "\n")] == '\n');
	return text;
}

/* The first line of trouble; the count of lines without one. */
static size_t find_trouble(const char *text, size_t *ret_lines)
{
	size_t found = SIZE_MAX, n = 0;

	for (size_t len; *text; text += len, n++) {
		CLEANUP_STRVEC struct strvec lines = STRVEC_INIT;
		CLEANUP_BUF struct buf line;

		len = strcspn(text, "\n");
		buf_init(&line, 1024);
		buf_add(&line, text, len < 1024 ? len : 1024);
		len += text[len] == '\n';
		if (found < SIZE_MAX)
			continue;
		console_lines(line.data, &lines);
		found = lines.n ? n : found;
	}
	*ret_lines = n;
	return found;
}

void facts_excerpt(const char *text, struct buf *b)
{
	size_t lines, trouble = find_trouble(text, &lines);
	size_t from = lines > EXCERPT_LAST ? lines - EXCERPT_LAST : 0, to = lines;

	if (trouble < SIZE_MAX) {
		from = trouble > EXCERPT_BEFORE ? trouble - EXCERPT_BEFORE : 0;
		to = from + EXCERPT_BEFORE + EXCERPT_AFTER;
	}
	text = line_at(text, from);
	for (size_t i = from; i < to && *text; i++) {
		size_t len = strcspn(text, "\r\n");

		text_add_utf8(b, text, len, 400);
		buf_addc(b, '\n');
		text = line_at(text, 1);
	}
}

/* The one that tells the most of those that were kept. */
static void read_kernel_log(const char *folder, const struct step *step, struct buf *b)
{
	static const char *const kinds[] = {"console", "netconsole", "pstore", "dmesg"};

	for (size_t k = 0; k < ARRAY_SIZE(kinds) && !b->len; k++) {
		CLEANUP_BUF struct buf path, text;

		buf_init(&path, 4096);
		buf_init(&text, EVIDENCE_MAX);
		place_evidence(folder, step->number, kinds[k], &path);
		if (file_read(path.data, &text, NULL) == 0)
			facts_excerpt(text.data, b);
	}
}

/* The last boot of that verdict whose kernel's log was kept. */
static void read_console(const struct facts *facts, const char *folder,
	enum verdict verdict, struct buf *b)
{
	const struct step *step;
	size_t n = 0;

	while (past_step(facts->past, n))
		n++;
	while (n-- > 0 && !b->len) {
		step = past_step(facts->past, n);
		if (step->verdict != verdict || !*step->boot ||
			!strcmp(step->role, "revert"))
			continue;
		read_kernel_log(folder, step, b);
	}
}

static void read_config(struct facts *facts)
{
	const struct past *past = facts->past;
	const char *root = past_setting(past, "store", NULL);
	const char *arch = past_setting(past, "arch", NULL);
	const char *config = past_setting(past, "config", NULL);
	const char *bad =
		*past->culprit ? past->culprit : past_setting(past, "bad", NULL);
	struct store store = {.root = root};
	struct image_id id = {0};
	CLEANUP_BUF struct buf path;

	buf_init(&path, STORE_PATH_MAX);
	if (!root || !arch || !config || !bad)
		return;
	snprintf(id.arch, sizeof(id.arch), "%s", arch);
	snprintf(id.config, sizeof(id.config), "%s", config);
	snprintf(id.commit, sizeof(id.commit), "%s", bad);
	store_image_path(&store, &id, true, &path);
	buf_adds(&path, "/config");
	if (file_read(path.data, &facts->config, NULL) < 0)
		buf_reset(&facts->config);
}

static int take_commit(
	struct facts *facts, git_repository *repo, char **ret_message, struct err *err)
{
	CLEANUP(cleanup_git_commit) git_commit *commit = NULL;
	const git_signature *author;
	git_oid id;

	if (git_oid_fromstr(&id, facts->past->culprit) ||
		git_commit_lookup(&commit, repo, &id))
		return err_set(err, -ENOENT, "the repository has no commit %.12s",
			facts->past->culprit);
	author = git_commit_author(commit);
	people_add(&facts->to, NULL, author->name, author->email);
	*ret_message = strdup(git_commit_message(commit));
	return *ret_message ? 0 : -ENOMEM;
}

static int ask_tree(struct facts *facts, struct err *err)
{
	CLEANUP(cleanup_git_repository) git_repository *repo = NULL;
	const struct past *past = facts->past;
	const char *path = past_setting(past, "repo", NULL);
	const char *bad = past_setting(past, "bad", NULL);
	CLEANUP_FREE char *message = NULL;
	CLEANUP_BUF struct buf said;
	int r;

	buf_init(&said, 256 * 1024);
	if (!path || !bad)
		return err_set(err, -ENOENT, "the log names no repository");
	if (git_repository_open_ext(&repo, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL))
		return err_set(err, -ENOENT, "there is no repository '%s'", path);
	r = take_commit(facts, repo, &message, err);
	if (r < 0)
		return r;
	r = maintainer_ask(repo, bad, past->culprit, &said, err);
	if (!r)
		people_take_maintainers(said.data, &facts->to, &facts->cc);
	people_take_signers(message, &facts->to, &facts->cc);
	return r;
}

static void find_people(struct facts *facts)
{
	static const char list[] = "regressions@lists.linux.dev";
	struct err err = ERR_INIT;

	if (*facts->past->culprit) {
		git_libgit2_init();
		git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
		if (ask_tree(facts, &err) < 0)
			buf_adds(&facts->no_people, err.text);
		git_libgit2_shutdown();
	}
	people_add(facts->to.addresses.n ? &facts->cc : &facts->to, &facts->to, "", list);
}

/* Given, or found among the releases. */
static const char *good_end(const struct past *past)
{
	const char *good = past_setting(past, "good", NULL);

	for (size_t i = 0; !good && i < past->n_steps; i++)
		if (past->steps[i].verdict == VERDICT_GOOD)
			good = past->steps[i].commit;
	return good;
}

int facts_gather(
	struct facts *facts, const char *folder, const char *log, struct err *err)
{
	const struct past *past = facts->past;
	const char *good = good_end(past);
	const char *bad = past_setting(past, "bad", NULL);

	if (past_setting(past, "find-fix", NULL))
		return err_set(err, -EINVAL,
			"a fix was looked for: there is no regression to tell of");
	if (!strcmp(past->result, "found"))
		snprintf(facts->range, sizeof(facts->range), "%s", past->culprit);
	else if (!strcmp(past->result, "only-skipped") && good && bad)
		snprintf(facts->range, sizeof(facts->range), "%.40s..%.40s", good, bad);
	else
		return err_set(err, -EINVAL,
			"the run has named no commit, so there is nothing to tell others "
			"(state: %s)",
			*past->result ? past->result : "unfinished");
	find_people(facts);
	facts_git_lines(log, &facts->bisect_log);
	read_console(facts, folder, VERDICT_BAD, &facts->dmesg_bad);
	read_console(facts, folder, VERDICT_GOOD, &facts->dmesg_good);
	read_config(facts);
	report_command(past, &facts->command);
	return 0;
}
