/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A builder, its settings, its store and one git repository in a folder of their own. */
#ifndef TENFOLD_UNIT_MINI_BUILDER_H
#define TENFOLD_UNIT_MINI_BUILDER_H

#include <string.h>

#include "builder/git/repo.h"
#include "builder/job/job.h"
#include "lib/buf.h"
#include "tests/unit/builder-tree.h"

struct mini {
	char temp[32];
	git_repository *repo; /* temp/git */
	struct conf conf;
	struct store store;
	struct local_maker local;
	char recorder[4096]; /* for local, by those who want one */
};

/* settings: builder.conf, in which "~" stands for the folder; fragment: what its
 * "mini-x86_64" holds. */
static inline void mini_open(struct mini *m, const char *settings, const char *fragment)
{
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	CLEANUP_BUF struct buf text;
	char path[64], *argv[] = {"x", "--conf", path, "status", NULL};
	struct err err = ERR_INIT;

	temp_make(m->temp);
	snprintf(path, sizeof(path), "%s/git", m->temp);
	m->repo = tree_open(path);
	snprintf(path, sizeof(path), "%s/mini-x86_64", m->temp);
	assert_int_equal(
		file_write_atomic(path, fragment, strlen(fragment), 0644, NULL), 0);
	buf_init(&text, 4096);
	for (; *settings; settings++)
		if (*settings == '~')
			buf_adds(&text, m->temp);
		else
			buf_addc(&text, *settings);
	snprintf(path, sizeof(path), "%s/builder.conf", m->temp);
	assert_int_equal(file_write_atomic(path, text.data, text.len, 0644, NULL), 0);
	if (conf_read(&m->conf, 4, argv, &words, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(dir_make(m->conf.store, 0755, NULL), 0);
	m->store.root = m->conf.store;
	m->local = (struct local_maker){
		.conf = &m->conf, .store = &m->store, .cancel_fd = -1};
}

static inline void mini_close(struct mini *m)
{
	git_repository_free(m->repo);
	dir_remove(m->temp, NULL);
	conf_release(&m->conf);
}

/* A commit of the first tree with the first config. */
static inline struct job mini_job(struct mini *m, const char *commit)
{
	struct job job = {.tree = &m->conf.trees[0], .config = &m->conf.configs[0]};

	snprintf(job.id.arch, sizeof(job.id.arch), "x86_64");
	snprintf(job.id.config, sizeof(job.id.config), "%s", job.config->name);
	snprintf(job.id.commit, sizeof(job.id.commit), "%s", commit);
	return job;
}

#endif
