/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small git histories, made by code, for the tests of the builder. */
#ifndef TENFOLD_UNIT_BUILDER_TREE_H
#define TENFOLD_UNIT_BUILDER_TREE_H

#include <git2.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/image.h"
#include "tests/unit/unit.h"

/* A file of a commit; text NULL: the commit removes it. */
struct tree_file {
	const char *path, *text;
	unsigned int mode; /* 0: 0100644 */
};

/* A folder that is gone after the test; text must have room for 32 bytes. */
static inline void temp_make(char *ret_path)
{
	memcpy(ret_path, "/tmp/tenfold-test-XXXXXX", 25);
	assert_non_null(mkdtemp(ret_path));
}

/* The library that writes down what is read: in the build folder, as this test is. */
static inline void recorder_path(char ret_path[4096])
{
	ssize_t n = readlink("/proc/self/exe", ret_path, 4000);

	assert_true(n > 0);
	ret_path[n] = '\0';
	for (int i = 0; i < 3; i++)
		*strrchr(ret_path, '/') = '\0';
	snprintf(ret_path + strlen(ret_path), 64, "/tenfold-reach.so");
	assert_true(file_exists(ret_path));
}

static inline git_repository *tree_open(const char *folder)
{
	git_repository *repo;

	git_libgit2_init();
	assert_int_equal(git_repository_init(&repo, folder, 1), 0);
	return repo;
}

/* Commits the parent's files (NULL: none) with these changes; moves branch there. */
static inline void tree_commit(git_repository *repo, const char *branch,
	const char *parent, const char *subject, const struct tree_file *files, size_t n,
	char ret_name[IMAGE_COMMIT_TEXT])
{
	git_index *index;
	git_commit *old = NULL;
	git_tree *tree;
	git_signature *who;
	git_oid oid;
	char ref[128];

	assert_int_equal(git_index_new(&index), 0);
	if (parent) {
		git_tree *old_tree;

		assert_int_equal(git_oid_fromstr(&oid, parent), 0);
		assert_int_equal(git_commit_lookup(&old, repo, &oid), 0);
		assert_int_equal(git_commit_tree(&old_tree, old), 0);
		assert_int_equal(git_index_read_tree(index, old_tree), 0);
		git_tree_free(old_tree);
	}
	for (size_t i = 0; i < n; i++) {
		git_index_entry entry = {.path = files[i].path,
			.mode = files[i].mode ? files[i].mode : 0100644};

		if (!files[i].text) {
			git_index_remove_bypath(index, files[i].path);
			continue;
		}
		assert_int_equal(git_blob_create_from_buffer(&entry.id, repo,
					 files[i].text, strlen(files[i].text)),
			0);
		assert_int_equal(git_index_add(index, &entry), 0);
	}
	assert_int_equal(git_index_write_tree_to(&oid, index, repo), 0);
	assert_int_equal(git_tree_lookup(&tree, repo, &oid), 0);
	assert_int_equal(
		git_signature_new(&who, "A U Thor", "author@example.org", 1700000000, 0),
		0);
	snprintf(ref, sizeof(ref), "refs/heads/%s", branch);
	assert_int_equal(git_commit_create(&oid, repo, NULL, who, who, NULL, subject,
				 tree, old ? 1 : 0, (const git_commit **)&old),
		0);
	{
		git_reference *moved;

		assert_int_equal(
			git_reference_create(&moved, repo, ref, &oid, 1, NULL), 0);
		git_reference_free(moved);
	}
	git_oid_tostr(ret_name, IMAGE_COMMIT_TEXT, &oid);
	git_signature_free(who);
	git_tree_free(tree);
	git_commit_free(old);
	git_index_free(index);
}

#endif
