// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf-settle.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/sha256.h"

/* A config's file stands beside builder.conf unless it is absolute. */
static int settle_file(struct conf *conf, char **file, struct err *err)
{
	CLEANUP_FREE char *copy = conf->file ? strdup(conf->file) : NULL;
	char *joined;

	if (!*file || **file == '/' || !copy)
		return 0;
	joined = buf_format("%s/%s", dirname(copy), *file);
	if (!joined)
		return err_set(err, -ENOMEM, "out of memory");
	free(*file);
	*file = joined;
	return 0;
}

static int settle_config(struct conf *conf, struct conf_config *config, struct err *err)
{
	if (!config->arch.n)
		strvec_add(&config->arch, "x86_64");
	return strvec_check(&config->arch) ? -ENOMEM
					   : settle_file(conf, &config->file, err);
}

static void settle_tree(struct conf_tree *tree)
{
	struct stat st;

	tree->in_place = stat(tree->remote, &st) == 0 || tree->remote[0] == '/';
}

/* --fragment makes the one config that is built. */
static int settle_fragment(struct conf *conf, struct err *err)
{
	const char *name = conf->config.n ? conf->config.v[0] : "default";
	struct conf_config *config;

	if (!conf->fragment)
		return conf->base ? err_set(err, -EINVAL, "--base wants --fragment") : 0;
	if (conf->config.n > 1)
		return err_set(err, -EINVAL, "--fragment is for one --config");
	config = conf_add_config(conf, name, err);
	if (!config)
		return -ENOMEM;
	free(config->file);
	free(config->base);
	config->file = realpath(conf->fragment, NULL);
	if (!config->file)
		return err_errno(err, -errno, "cannot read '%s'", conf->fragment);
	config->base = strdup(conf->base ? conf->base : "tinyconfig");
	for (size_t i = 0; i < conf->arch.n; i++)
		strvec_add(&config->arch, conf->arch.v[i]);
	if (!conf->config.n)
		strvec_add(&conf->config, name);
	return config->base ? strvec_check(&config->arch) : -ENOMEM;
}

/* --repo is a tree too: named after its folder and, as two may be called alike, its
 * whole path, so that no two trees share an object folder. */
static int settle_repo(struct conf *conf, struct err *err)
{
	CLEANUP_FREE char *path = NULL, *copy = NULL, *name = NULL;
	char digest[SHA256_TEXT];
	struct conf_tree *tree;
	char *base, *end;

	if (!conf->repo)
		return 0;
	path = realpath(conf->repo, NULL);
	if (!path)
		return err_set(err, -EINVAL, "there is no repository '%s'", conf->repo);
	sha256_bytes(path, strlen(path), digest);
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	base = basename(copy);
	end = strrchr(base, '.');
	if (end && end != base && !strcmp(end, ".git"))
		*end = '\0';
	if (!conf_name_valid(base) || strlen(base) > 40)
		base = "repo";
	name = buf_format("%s-%.6s", base, digest);
	if (!name)
		return -ENOMEM;
	tree = conf_add_tree(conf, name, err);
	if (!tree)
		return -ENOMEM;
	tree->remote = TAKE_PTR(path);
	free(conf->tree);
	conf->tree = TAKE_PTR(name);
	return 0;
}

int conf_settle(struct conf *conf, struct err *err)
{
	int r = settle_fragment(conf, err);

	if (!r)
		r = settle_repo(conf, err);
	if (!r && !conf->store)
		r = err_set(err, -EINVAL,
			"no store: say --store DIR or 'store = DIR' in builder.conf");
	if (!r)
		r = conf_default(&conf->state, "/var/lib/tenfold/builder", err);
	if (!r)
		r = conf_default(&conf->disk_floor, "1G", err);
	for (size_t i = 0; i < conf->n_trees; i++)
		settle_tree(&conf->trees[i]);
	for (size_t i = 0; !r && i < conf->n_configs; i++)
		r = settle_config(conf, &conf->configs[i], err);
	if (!r && !conf->sendmail.n)
		r = strvec_split(&conf->sendmail, "/usr/sbin/sendmail -t -i", err);
	return r;
}
