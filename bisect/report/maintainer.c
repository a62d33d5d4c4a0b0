// SPDX-License-Identifier: GPL-2.0-or-later
#include "maintainer.h"

#include <errno.h>
#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "lib/child.h"
#include "lib/file.h"

#define SCRIPT_SECONDS 60
#define PATCH_MAX (16 * 1024 * 1024)

DEFINE_CLEANUP(git_commit, git_commit *, git_commit_free)
DEFINE_CLEANUP(git_diff, git_diff *, git_diff_free)
DEFINE_CLEANUP(git_object, git_object *, git_object_free)
DEFINE_CLEANUP(git_tree, git_tree *, git_tree_free)

static int say_git(struct err *err, const char *what)
{
	const git_error *e = git_error_last();

	return err_set(err, -EIO, "%s: %s", what,
		e && e->message ? e->message : "git did not say why");
}

static int read_trees(git_repository *repo, const char *hex, git_tree **ret_old,
	git_tree **ret_new, struct err *err)
{
	CLEANUP(cleanup_git_commit) git_commit *commit = NULL, *parent = NULL;
	git_oid id;

	if (git_oid_fromstr(&id, hex) || git_commit_lookup(&commit, repo, &id) ||
		git_commit_tree(ret_new, commit))
		return say_git(err, "cannot read the culprit");
	if (git_commit_parentcount(commit) && (git_commit_parent(&parent, commit, 0) ||
						      git_commit_tree(ret_old, parent)))
		return say_git(err, "cannot read the culprit's parent");
	return 0;
}

static int add_line(const git_diff_delta *delta, const git_diff_hunk *hunk,
	const git_diff_line *line, void *ctx)
{
	struct buf *b = ctx;

	(void)delta;
	(void)hunk;
	if (line->origin == GIT_DIFF_LINE_CONTEXT ||
		line->origin == GIT_DIFF_LINE_ADDITION ||
		line->origin == GIT_DIFF_LINE_DELETION)
		buf_addc(b, line->origin);
	buf_add(b, line->content, line->content_len);
	return 0;
}

int maintainer_patch(
	git_repository *repo, const char *commit, struct buf *b, struct err *err)
{
	CLEANUP(cleanup_git_tree) git_tree *old = NULL, *new = NULL;
	CLEANUP(cleanup_git_diff) git_diff *diff = NULL;
	int r = read_trees(repo, commit, &old, &new, err);

	if (r < 0)
		return r;
	if (git_diff_tree_to_tree(&diff, repo, old, new, NULL) ||
		git_diff_print(diff, GIT_DIFF_FORMAT_PATCH, add_line, b))
		return say_git(err, "cannot make a patch of the culprit");
	return buf_check(b) ? err_errno(err, buf_check(b), "the culprit's patch") : 0;
}

/* Writes a file of the trusted tree into the folder; -ENOENT if the tree has none. */
static int copy_file(git_repository *repo, const char *trusted, const char *folder,
	const char *name, struct err *err)
{
	CLEANUP(cleanup_git_object) git_object *object = NULL;
	CLEANUP_BUF struct buf spec, path;
	const git_blob *blob;

	buf_init(&spec, 4096);
	buf_init(&path, 4096);
	buf_addf(&spec, "%s:%s", trusted, name);
	buf_addf(&path, "%s/%s", folder, name);
	if (git_revparse_single(&object, repo, spec.data) ||
		git_object_type(object) != GIT_OBJECT_BLOB)
		return err_set(err, -ENOENT, "%.12s has no %s", trusted, name);
	blob = (const git_blob *)object;
	return file_write_atomic(
		path.data, git_blob_rawcontent(blob), git_blob_rawsize(blob), 0644, err);
}

/* What the script takes for the top of a kernel tree. */
static int make_top(
	git_repository *repo, const char *trusted, const char *folder, struct err *err)
{
	static const char *const folders[] = {"Documentation", "arch", "include",
		"drivers", "fs", "init", "ipc", "kernel", "lib", "scripts"};
	static const char *const files[] = {
		"COPYING", "CREDITS", "Kbuild", "Makefile", "README"};
	static const char *const options[] = {".get_maintainer.ignore", ".mailmap"};
	int r = 0;

	for (size_t i = 0; !r && i < ARRAY_SIZE(folders) + ARRAY_SIZE(files); i++) {
		CLEANUP_BUF struct buf path;
		bool dir = i < ARRAY_SIZE(folders);

		buf_init(&path, 4096);
		buf_addf(&path, "%s/%s", folder,
			dir ? folders[i] : files[i - ARRAY_SIZE(folders)]);
		r = dir ? dir_make(path.data, 0755, err)
			: file_write_atomic(path.data, "", 0, 0644, err);
	}
	if (!r)
		r = copy_file(repo, trusted, folder, "MAINTAINERS", err);
	if (!r)
		r = copy_file(repo, trusted, folder, "scripts/get_maintainer.pl", err);
	for (size_t i = 0; !r && i < ARRAY_SIZE(options); i++) {
		r = copy_file(repo, trusted, folder, options[i], err);
		r = r == -ENOENT ? 0 : r;
	}
	return r;
}

static int run_script(const char *folder, struct buf *b, struct err *err)
{
	static char *const argv[] = {"perl", "scripts/get_maintainer.pl", "--nogit",
		"--nogit-fallback", "--roles", "--norolestats", "culprit.patch", NULL};
	struct child_spec spec = CHILD_SPEC_INIT;
	CLEANUP_BUF struct buf home, how;
	struct child_result result;
	char *env[2] = {NULL, NULL};
	int r;

	buf_init(&home, 4096);
	buf_init(&how, 256);
	/* settings of whoever runs this, in ~/.get_maintainer.conf, are not the tree's */
	buf_addf(&home, "HOME=%s", folder);
	env[0] = home.data;
	spec.argv = argv;
	spec.cwd = folder;
	spec.env = env;
	spec.out = b;
	spec.timeout = SCRIPT_SECONDS;
	r = child_run(&spec, &result, err);
	if (r < 0 || result.exit_code == 0)
		return r;
	child_describe(&result, &how);
	return err_set(err, -EIO, "get_maintainer.pl %s: %.300s", how.data, b->data);
}

int maintainer_ask(git_repository *repo, const char *trusted, const char *commit,
	struct buf *b, struct err *err)
{
	char folder[] = "/tmp/tenfold-maintainer-XXXXXX";
	CLEANUP_BUF struct buf patch, path;
	int r;

	buf_init(&patch, PATCH_MAX);
	buf_init(&path, 4096);
	r = maintainer_patch(repo, commit, &patch, err);
	if (r < 0)
		return r;
	if (!mkdtemp(folder))
		return err_errno(err, -errno, "cannot make a folder in /tmp");
	buf_addf(&path, "%s/culprit.patch", folder);
	r = make_top(repo, trusted, folder, err);
	if (!r)
		r = file_write_atomic(path.data, patch.data, patch.len, 0644, err);
	if (!r)
		r = run_script(folder, b, err);
	dir_remove(folder, NULL);
	return r;
}
