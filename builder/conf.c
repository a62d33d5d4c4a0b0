// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "conf-settle.h"
#include "kbuild/ccache.h"
#include "keep/room.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/image.h"
#include "lib/message.h"

#define DEFAULT_FILE TENFOLD_SYSCONFDIR "/builder.conf"

bool conf_name_valid(const char *name)
{
	return image_config_valid(name);
}

static bool base_valid(const char *text)
{
	static const char *const bases[] = {"", "tinyconfig", "allnoconfig", "defconfig"};

	for (size_t i = 0; i < ARRAY_SIZE(bases); i++)
		if (!strcmp(text, bases[i]))
			return true;
	return false;
}

static bool date_valid(const char *text)
{
	int64_t seconds;

	return !*text || clock_parse_iso(text, &seconds) == 0;
}

static bool filled(const char *text)
{
	return *text;
}

static bool absolute(const char *text)
{
	return *text == '/';
}

#define AT(type, field) .offset = offsetof(struct type, field)

const struct option_def conf_options[] = {
	{"conf", 'f', OPTION_TEXT, OPTION_ARGS, AT(conf, file), "FILE",
		"read this instead of " DEFAULT_FILE},
	{"store", 's', OPTION_TEXT, OPTION_BOTH, AT(conf, store), "DIR",
		"folder of images", .valid = filled},
	{"state", 0, OPTION_TEXT, OPTION_BOTH, AT(conf, state), "DIR",
		"where mirrors, sources and objects live", .valid = filled},
	{"repo", 'r', OPTION_TEXT, OPTION_ARGS, AT(conf, repo), "PATH",
		"build from this local repository, in place", .valid = filled},
	{"from", 0, OPTION_TEXT, OPTION_ARGS, AT(conf, from), "PATH",
		"take the commit from this repository, beside its tree's others",
		.valid = filled},
	{"tree", 't', OPTION_TEXT, OPTION_ARGS, AT(conf, tree), "NAME",
		"look for commits in this tree only", .valid = conf_name_valid},
	{"arch", 'a', OPTION_LIST, OPTION_ARGS, AT(conf, arch), "ARCH",
		"build for this arch only (repeatable)", .valid = image_arch_valid},
	{"config", 'c', OPTION_LIST, OPTION_ARGS, AT(conf, config), "NAME",
		"build this config only (repeatable)", .valid = conf_name_valid},
	{"fragment", 0, OPTION_TEXT, OPTION_ARGS, AT(conf, fragment), "FILE",
		"the config's options; no [config] section needed", .valid = filled},
	{"base", 0, OPTION_TEXT, OPTION_ARGS, AT(conf, base), "TARGET",
		"what --fragment is laid on (tinyconfig)", .valid = base_valid},
	{"jobs", 'j', OPTION_NUMBER, OPTION_BOTH, AT(conf, jobs), "N",
		"jobs of make (one a processor)", .max = 1024},
	{"parallel", 0, OPTION_NUMBER, OPTION_BOTH, AT(conf, parallel), "N",
		"images that watch makes at a time (1)", .min = 1, .max = 256},
	{"build-timeout", 0, OPTION_NUMBER, OPTION_BOTH, AT(conf, build_timeout), "S",
		"seconds that one build may take (7200)", .min = 1},
	{"poll", 0, OPTION_NUMBER, OPTION_BOTH, AT(conf, poll), "S",
		"seconds between two looks at the remotes (60)", .min = 1},
	{"limit", 0, OPTION_NUMBER, OPTION_BOTH, AT(conf, limit), "N",
		"commits of one branch to queue at a time (500)", .min = 1},
	{"sandbox", 0, OPTION_BOOL, OPTION_FILE, AT(conf, sandbox), NULL,
		"run make where it can do no harm (yes)"},
	{"sandbox-read", 0, OPTION_LIST, OPTION_FILE, AT(conf, sandbox_read), "PATH",
		"make may read this as well", .valid = absolute},
	{"memory-limit", 0, OPTION_NUMBER, OPTION_FILE, AT(conf, memory_limit), "MB",
		"memory that one build may take (3/4 of the machine's)"},
	{"process-limit", 0, OPTION_NUMBER, OPTION_FILE, AT(conf, process_limit), "N",
		"processes that one build may have (4096)", .min = 16},
	{"object-limit", 0, OPTION_NUMBER, OPTION_FILE, AT(conf, object_limit), "MB",
		"what one object folder may hold (65536)", .min = 16},
	{"ccache", 0, OPTION_TEXT, OPTION_FILE, AT(conf, ccache), "WHEN",
		"compile by ccache", .valid = ccache_valid},
	{"ccache-size", 0, OPTION_NUMBER, OPTION_FILE, AT(conf, ccache_size), "MB",
		"what the cache of one tree may hold (5000)", .min = 16},
	{"spare", 0, OPTION_BOOL, OPTION_FILE, AT(conf, spare), NULL,
		"objects that a header cannot change are kept (no)"},
	{"sendmail", 0, OPTION_WORDS, OPTION_FILE, AT(conf, sendmail), "COMMAND",
		"takes a mail on its standard input"},
	{"mail-to", 0, OPTION_LIST, OPTION_FILE, AT(conf, mail_to), "ADDRESS",
		"who hears of commits that do not build", .valid = message_address_valid},
	{"mail-from", 0, OPTION_TEXT, OPTION_FILE, AT(conf, mail_from), "ADDRESS",
		"the sender", .valid = message_address_valid},
	{"mail-author", 0, OPTION_BOOL, OPTION_FILE, AT(conf, mail_author), NULL,
		"the commit's author hears of it too"},
	{"freeze", 0, OPTION_BOOL, OPTION_FILE, AT(conf, freeze), NULL,
		"watch freezes images"},
	{"freeze-after", 0, OPTION_NUMBER, OPTION_BOTH, AT(conf, freeze_after), "DAYS",
		"that an image stays before freeze takes it", .max = 36500},
	{"freeze-keep", 0, OPTION_NUMBER, OPTION_BOTH, AT(conf, freeze_keep), "N",
		"newest images of a branch that freeze leaves"},
	{"server", 0, OPTION_TEXT, OPTION_BOTH, AT(conf, server), "HOST:PORT",
		"who tells freeze and prune what is used"},
	{"prune", 0, OPTION_BOOL, OPTION_FILE, AT(conf, prune), NULL,
		"watch removes images by the rules of prune"},
	{"prune-after", 0, OPTION_NUMBER, OPTION_BOTH, AT(conf, prune_after), "DAYS",
		"that an image stays for nothing before prune takes it", .max = 36500},
	{"prune-keep", 0, OPTION_NUMBER, OPTION_BOTH, AT(conf, prune_keep), "N",
		"newest images of a branch that prune leaves (100)", .min = 1},
	{"keep", 0, OPTION_LIST, OPTION_FILE, AT(conf, keep), "REV|A..B",
		"commits whose images stay", .valid = filled},
	{"disk-floor", 0, OPTION_TEXT, OPTION_BOTH, AT(conf, disk_floor), "SIZE",
		"free on the disk, or nothing is built: 5G, 10% (1G)",
		.valid = room_floor_valid},
	{"dry-run", 'n', OPTION_BOOL, OPTION_ARGS, AT(conf, dry_run), NULL,
		"'prune' only says what it would do"},
	{"mail-limit", 0, OPTION_NUMBER, OPTION_FILE, AT(conf, mail_limit), "N",
		"breakages of one branch mailed within a day (10)", .min = 1},
	{"retry", 0, OPTION_BOOL, OPTION_ARGS, AT(conf, retry), NULL,
		"build again what is known not to build"},
	{"mail", 0, OPTION_BOOL, OPTION_ARGS, AT(conf, mail), NULL,
		"'build' mails what does not build, as 'watch' does"},
	{"json", 0, OPTION_BOOL, OPTION_ARGS, AT(conf, json), NULL,
		"'status', 'estimate' and 'prune' answer in JSON"},
	{"help", 'h', OPTION_BOOL, OPTION_ARGS, AT(conf, help), NULL, "show this"},
	{"version", 'V', OPTION_BOOL, OPTION_ARGS, AT(conf, version), NULL,
		"show the version"},
	OPTION_END,
};

static const struct option_def tree_options[] = {
	{"remote", 0, OPTION_TEXT, OPTION_FILE, AT(conf_tree, remote), "URL", "",
		.valid = filled},
	{"branches", 0, OPTION_WORDS, OPTION_FILE, AT(conf_tree, branches), "PATTERN",
		""},
	{"tags", 0, OPTION_WORDS, OPTION_FILE, AT(conf_tree, tags), "PATTERN", ""},
	{"depth", 0, OPTION_NUMBER, OPTION_FILE, AT(conf_tree, depth), "N", "", .min = 1},
	{"since", 0, OPTION_TEXT, OPTION_FILE, AT(conf_tree, since), "DATE", "",
		.valid = date_valid},
	OPTION_END,
};

static const struct option_def config_options[] = {
	{"arch", 0, OPTION_WORDS, OPTION_FILE, AT(conf_config, arch), "ARCH", "",
		.valid = image_arch_valid},
	{"file", 0, OPTION_TEXT, OPTION_FILE, AT(conf_config, file), "FILE", "",
		.valid = filled},
	{"base", 0, OPTION_TEXT, OPTION_FILE, AT(conf_config, base), "TARGET", "",
		.valid = base_valid},
	{"make_args", 0, OPTION_WORDS, OPTION_FILE, AT(conf_config, make_args), "ARG",
		""},
	OPTION_END,
};

int conf_default(char **field, const char *text, struct err *err)
{
	if (!*field)
		*field = strdup(text);
	return *field ? 0 : err_set(err, -ENOMEM, "out of memory");
}

static void *open_top(void *ctx, const char *name, struct err *err)
{
	(void)name;
	(void)err;
	return ctx;
}

struct conf_tree *conf_add_tree(struct conf *conf, const char *name, struct err *err)
{
	struct conf_tree *trees, *tree;

	for (size_t i = 0; i < conf->n_trees; i++)
		if (!strcmp(conf->trees[i].name, name))
			return &conf->trees[i];
	trees = reallocarray(conf->trees, conf->n_trees + 1, sizeof(*trees));
	if (trees)
		conf->trees = trees;
	tree = trees ? &trees[conf->n_trees] : NULL;
	if (tree)
		*tree = (struct conf_tree){.name = strdup(name), .depth = 1};
	if (!tree || !tree->name) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	conf->n_trees++;
	return tree;
}

struct conf_config *conf_find_config(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_configs; i++)
		if (!strcmp(conf->configs[i].name, name))
			return &conf->configs[i];
	return NULL;
}

struct conf_config *conf_add_config(struct conf *conf, const char *name, struct err *err)
{
	struct conf_config *configs, *config = conf_find_config(conf, name);

	if (config)
		return config;
	configs = reallocarray(conf->configs, conf->n_configs + 1, sizeof(*configs));
	if (configs)
		conf->configs = configs;
	config = configs ? &configs[conf->n_configs] : NULL;
	if (config)
		*config = (struct conf_config){.name = strdup(name)};
	if (!config || !config->name) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	conf->n_configs++;
	return config;
}

static bool section_named(const char *type, const char *name, struct err *err)
{
	if (conf_name_valid(name))
		return true;
	err_set(err, -EINVAL,
		"[%s NAME] wants a name of letters, digits and ._+-, not '%.100s'", type,
		name);
	return false;
}

static void *open_tree(void *ctx, const char *name, struct err *err)
{
	return section_named("tree", name, err) ? conf_add_tree(ctx, name, err) : NULL;
}

static void *open_config(void *ctx, const char *name, struct err *err)
{
	return section_named("config", name, err) ? conf_add_config(ctx, name, err)
						  : NULL;
}

/* Both are the file's own, and stand before its sections. */
static void check_top(void *ctx, const char *name, struct option_faults *faults)
{
	const struct conf *conf = ctx;

	(void)name;
	if (conf->ccache && strcmp(conf->ccache, "no") && !conf->sandbox)
		options_fault(
			faults, "ccache", "'ccache' works with 'sandbox = yes' alone");
}

static void *open_slurm(void *ctx, const char *name, struct err *err)
{
	struct conf *conf = ctx;

	if (*name) {
		err_set(err, -EINVAL, "[slurm] takes no name");
		return NULL;
	}
	conf->slurm.on = true;
	return &conf->slurm;
}

static const struct option_section sections[] = {
	{"", conf_options, .open = open_top, .check = check_top},
	{"slurm", slurm_options, .required = "work", .open = open_slurm},
	{"tree", tree_options, .required = "remote", .open = open_tree},
	{"config", config_options, .required = "file", .open = open_config},
	{.name = NULL},
};

/* Options may stand before, between and behind the words. */
static int read_args(
	struct conf *conf, int argc, char **argv, struct strvec *words, struct err *err)
{
	for (int i = 0; i < argc - 1;) {
		int next, r;

		r = options_args(conf_options, conf, argc - i, argv + i, &next, err);
		if (r < 0)
			return r;
		i += next;
		if (i < argc)
			strvec_add(words, argv[i]);
	}
	return strvec_check(words);
}

/* Where the file was asked for it must be there; the default one may be missing. */
static int read_file(struct conf *conf, const char *asked, struct err *err)
{
	const char *path = asked ? asked : DEFAULT_FILE;
	int r;

	if (!asked && !file_exists(path))
		return 0;
	r = options_file(path, sections, conf, err);
	return r < 0 ? r : conf_default(&conf->file, path, err);
}

int conf_read(struct conf *conf, int argc, char **argv, struct strvec *ret_words,
	struct err *err)
{
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	CLEANUP_CONF struct conf first = {0};
	int r;

	*conf = (struct conf){.poll = 60,
		.parallel = 1,
		.slurm = {.poll = 5},
		.build_timeout = 7200,
		.limit = 500,
		.freeze_after = 7,
		.freeze_keep = 20,
		.prune_keep = 100,
		.mail_limit = 10,
		.sandbox = true,
		.process_limit = 4096,
		.object_limit = 65536,
		.ccache_size = 5000};
	r = read_args(&first, argc, argv, &words, err);
	if (r < 0)
		return r;
	if (!first.help && !first.version)
		r = read_file(conf, first.file, err);
	if (!r)
		r = read_args(conf, argc, argv, ret_words, err);
	/* without a command there is nothing to be settled for */
	if (!r && words.n && !first.help && !first.version)
		r = conf_settle(conf, err);
	return r;
}

void conf_release(struct conf *conf)
{
	options_release(conf_options, conf);
	options_release(slurm_options, &conf->slurm);
	for (size_t i = 0; i < conf->n_trees; i++) {
		options_release(tree_options, &conf->trees[i]);
		free(conf->trees[i].name);
	}
	for (size_t i = 0; i < conf->n_configs; i++) {
		options_release(config_options, &conf->configs[i]);
		free(conf->configs[i].name);
	}
	free(conf->trees);
	free(conf->configs);
	*conf = (struct conf){0};
}

bool conf_matches(const struct strvec *patterns, const char *text)
{
	for (size_t i = 0; i < patterns->n; i++)
		if (fnmatch(patterns->v[i], text, 0) == 0)
			return true;
	return !patterns->n;
}
