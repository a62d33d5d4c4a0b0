// SPDX-License-Identifier: GPL-2.0-or-later
/* make TREE IMAGE [BRANCH]: one image, made by this very process; a cluster's node runs
 * it. */
#include "builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

struct search {
	const struct image_id *id;
	const struct conf_config *found;
};

static int match(void *ctx, const struct conf_config *config, const char *arch)
{
	struct search *search = ctx;

	if (!strcmp(config->name, search->id->config) && !strcmp(arch, search->id->arch))
		search->found = config;
	return search->found != NULL;
}

static const struct conf_tree *find_tree(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_trees; i++)
		if (!strcmp(conf->trees[i].name, name))
			return &conf->trees[i];
	return NULL;
}

static int read_words(struct builder *b, const struct strvec *words,
	struct conf_tree *borrowed, struct job *job, struct err *err)
{
	struct search search = {.id = &job->id};

	if (words->n < 2 || words->n > 3)
		return err_set(err, -1,
			"make wants TREE IMAGE [BRANCH], and got %zu words", words->n);
	if (image_id_parse(words->v[1], &job->id, err) < 0)
		return -1;
	job->tree = find_tree(&b->conf, words->v[0]);
	/* commits of another repository, beside those of the tree */
	if (b->conf.from && conf_name_valid(words->v[0])) {
		*borrowed = (struct conf_tree){
			.name = words->v[0], .remote = b->conf.from, .in_place = true};
		job->tree = borrowed;
	}
	if (!job->tree)
		return err_set(err, -1, "there is no tree '%.100s'", words->v[0]);
	builder_each_target(b, match, &search);
	job->config = search.found;
	if (!job->config)
		return err_set(err, -1, "there is no config '%s' for %s", job->id.config,
			job->id.arch);
	job->branch = words->n > 2 ? words->v[2] : NULL;
	return 0;
}

static unsigned int from_environment(const char *name)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : 0;
}

/* What Slurm gave to this job bounds what make takes, where nobody says it. */
static int settle_on_node(struct builder *b, char **ret_work, struct err *err)
{
	const char *node = getenv("SLURMD_NODENAME");
	struct conf *conf = &b->conf;
	char host[MAXHOSTNAMELEN] = "";

	if (!conf->slurm.on)
		return 0;
	if (!conf->jobs)
		conf->jobs = from_environment("SLURM_CPUS_ON_NODE");
	if (!conf->memory_limit)
		conf->memory_limit = from_environment("SLURM_MEM_PER_NODE") / 16 * 15;
	gethostname(host, sizeof(host) - 1);
	node = node ? node : host;
	if (!conf_name_valid(node))
		return err_set(
			err, -1, "this node's name '%.100s' makes no folder", node);
	*ret_work = buf_format("%s/%s", conf->slurm.work, node);
	b->local.work = *ret_work;
	b->local.slots = conf->parallel;
	return *ret_work ? 0 : err_set(err, -1, "out of memory");
}

int builder_make(struct builder *b, const struct strvec *words, struct err *err)
{
	struct job job = {.retry = b->conf.retry, .mail = b->conf.mail};
	CLEANUP_OUTCOME struct outcome outcome = {0};
	CLEANUP_BUF struct buf line = {0};
	CLEANUP_FREE char *work = NULL;
	struct conf_tree borrowed;

	if (read_words(b, words, &borrowed, &job, err) < 0)
		return EXIT_INPUT;
	if (settle_on_node(b, &work, err) < 0 ||
		local_make(&b->local, &job, &outcome, err) < 0)
		return EXIT_INFRA;
	buf_init(&line, 4096);
	builder_describe(&job, &outcome, &line);
	puts(line.data);
	return outcome.result == RESULT_FAILED || outcome.result == RESULT_KNOWN
		       ? EXIT_BROKEN
		       : EXIT_THERE;
}
