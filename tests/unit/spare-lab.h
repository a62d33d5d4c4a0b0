/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A source tree of two commits, and objects of the first as kbuild leaves them. */
#ifndef TENFOLD_UNIT_SPARE_LAB_H
#define TENFOLD_UNIT_SPARE_LAB_H

#include <fcntl.h>
#include <sys/stat.h>

#include "builder/spare/spare.h"
#include "lib/child.h"
#include "tests/unit/builder-tree.h"

struct spare_lab {
	char temp[32];
	char *git, *src, *obj;
	git_repository *repo;
	char from[IMAGE_COMMIT_TEXT], to[IMAGE_COMMIT_TEXT];
};

static inline void lab_write(
	const char *dir, const char *name, const char *text, time_t when)
{
	CLEANUP_FREE char *path = buf_format("%s/%s", dir, name);
	struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};

	assert_int_equal(file_write_atomic(path, text, strlen(text), 0644, NULL), 0);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static inline void lab_open(struct spare_lab *lab)
{
	*lab = (struct spare_lab){0};
	temp_make(lab->temp);
	lab->git = buf_format("%s/git", lab->temp);
	lab->src = buf_format("%s/src", lab->temp);
	lab->obj = buf_format("%s/obj", lab->temp);
	assert_int_equal(dir_make(lab->src, 0755, NULL), 0);
	assert_int_equal(dir_make(lab->obj, 0755, NULL), 0);
	lab->repo = tree_open(lab->git);
	lab_write(lab->obj, ".config", "CONFIG_ON=y\n# CONFIG_OFF is not set\n", 1000);
}

static inline void lab_close(struct spare_lab *lab)
{
	git_repository_free(lab->repo);
	dir_remove(lab->temp, NULL);
	free(lab->git);
	free(lab->src);
	free(lab->obj);
}

/* gcc -c SRC/NAME.c to OUT; true if it compiles. */
static inline bool lab_compile(
	const struct spare_lab *lab, const char *name, const char *out)
{
	CLEANUP_FREE char *source = buf_format("%s/%s.c", lab->src, name);
	char *argv[] = {"gcc", "-O2", "-w", "-Werror=implicit-function-declaration",
		"-fno-builtin-abs", "-c", "-o", (char *)out, source, NULL};
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	CLEANUP_BUF struct buf said = {0};

	buf_init(&said, 1 << 20);
	spec.argv = argv;
	spec.out = &said;
	spec.timeout = 60;
	assert_int_equal(child_run(&spec, &result, NULL), 0);
	return result.exit_code == 0;
}

/* SRC/NAME.c compiled to OBJ/NAME.o, with its .cmd; flags and the headers that it reads
 * (a list for deps_). */
static inline void lab_make(const struct spare_lab *lab, const char *name,
	const char *flags, const char *const *headers)
{
	CLEANUP_FREE char *out = buf_format("%s/%s.o", lab->obj, name);
	CLEANUP_FREE char *command = buf_format(".%s.o.cmd", name);
	struct timespec times[2] = {{.tv_sec = 2000}, {.tv_sec = 2000}};
	CLEANUP_BUF struct buf b = {0};

	assert_true(lab_compile(lab, name, out));
	assert_int_equal(utimensat(AT_FDCWD, out, times, 0), 0);
	buf_init(&b, 64 * 1024);
	buf_addf(&b,
		"cmd_%s.o := gcc -Wp,-MMD,.%s.o.d -O2 %s -c -o %s.o %s/%s.c \n\n"
		"source_%s.o := %s/%s.c\n\ndeps_%s.o := \\\n"
		"    $(wildcard include/config/ON) \\\n",
		name, name, flags, name, lab->src, name, name, lab->src, name, name);
	for (; *headers; headers++)
		buf_addf(&b, "  %s/%s \\\n", lab->src, *headers);
	buf_addf(&b, "\n%s.o: $(deps_%s.o)\n\n$(deps_%s.o):\n", name, name, name);
	lab_write(lab->obj, command, b.data, 2000);
}

/* Puts a commit's tree id into ret. */
static inline void lab_commit(struct spare_lab *lab, const char *branch,
	const struct tree_file *files, size_t n, char ret[IMAGE_COMMIT_TEXT])
{
	char name[IMAGE_COMMIT_TEXT];
	git_commit *commit;
	git_oid oid;

	tree_commit(lab->repo, branch, NULL, "a commit", files, n, name);
	assert_int_equal(git_oid_fromstr(&oid, name), 0);
	assert_int_equal(git_commit_lookup(&commit, lab->repo, &oid), 0);
	git_oid_tostr(ret, IMAGE_COMMIT_TEXT, git_commit_tree_id(commit));
	git_commit_free(commit);
}

static inline void lab_plan(const struct spare_lab *lab, struct spare *ret)
{
	struct spare_view view = {.repo = lab->repo,
		.from = lab->from,
		.to = lab->to,
		.src = lab->src,
		.obj = lab->obj,
		.src_name = lab->src};

	spare_plan(&view, ret);
}

/* 's': spared, 'p': it proves, 'c': compiled. */
static inline char lab_verdict(const struct spare *spare, const char *name)
{
	for (size_t i = 0; i < spare->n; i++) {
		const char *base = strrchr(spare->objects[i].path, '/') + 1;

		if (!strncmp(base, name, strlen(name)) && base[strlen(name)] == '.')
			return spare->objects[i].proves ? 'p' : 's';
	}
	return 'c';
}

#endif
