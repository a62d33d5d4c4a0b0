// SPDX-License-Identifier: GPL-2.0-or-later
#include "params-file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lab/command.h"

static const struct option_def group_options[] = {
	{.name = "names",
		.kind = OPTION_WORDS,
		.where = OPTION_FILE,
		.arg = "NAMES",
		.help = "hosts that --host NAME stands for",
		.min = 1,
		.max = PARAMS_HOSTS_MAX,
		.valid = params_host_valid,
		.offset = offsetof(struct params_group, names)},
	OPTION_END,
};

struct params *params_file_host(const struct params_file *file, const char *name)
{
	for (size_t i = 0; i < file->n_hosts; i++)
		if (!strcmp(file->hosts[i].host, name))
			return &file->hosts[i];
	return NULL;
}

struct params_group *params_file_group(const struct params_file *file, const char *name)
{
	for (size_t i = 0; i < file->n_groups; i++)
		if (!strcmp(file->groups[i].name, name))
			return &file->groups[i];
	return NULL;
}

static void *open_defaults(void *ctx, const char *name, struct err *err)
{
	if (*name) {
		err_set(err, -EINVAL, "[defaults] takes no name");
		return NULL;
	}
	return &((struct params_file *)ctx)->defaults;
}

/* Another item behind n of an array, and its name; NULL: no memory. */
static void *add_item(void *array, size_t n, size_t size, const char *name,
	char **ret_name, struct err *err)
{
	void **items = array, *more = reallocarray(*items, n + 1, size);
	char *copy = strdup(name);

	if (more)
		*items = more;
	if (!more || !copy) {
		free(copy);
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	*ret_name = copy;
	more = (char *)more + n * size;
	memset(more, 0, size);
	return more;
}

static void *open_host(void *ctx, const char *name, struct err *err)
{
	struct params_file *file = ctx;
	struct params *host = params_file_host(file, name);
	char *copy;

	if (!params_host_valid(name)) {
		err_set(err, -EINVAL, "a host's section is [host NAME], not '%.60s'",
			name);
		return NULL;
	}
	if (host)
		return host;
	host = add_item(&file->hosts, file->n_hosts, sizeof(*host), name, &copy, err);
	if (!host)
		return NULL;
	host->host = copy;
	file->n_hosts++;
	return host;
}

static void *open_group(void *ctx, const char *name, struct err *err)
{
	struct params_file *file = ctx;
	struct params_group *group = params_file_group(file, name);
	char *copy;

	if (!params_host_valid(name)) {
		err_set(err, -EINVAL, "hosts are named by [hosts NAME], not '%.60s'",
			name);
		return NULL;
	}
	if (group)
		return group;
	group = add_item(&file->groups, file->n_groups, sizeof(*group), name, &copy, err);
	if (!group)
		return NULL;
	group->name = copy;
	file->n_groups++;
	return group;
}

/* A command of the host, or of the defaults, for which the host lacks what it needs. */
static void check_command(struct option_faults *faults, const char *option,
	int (*make)(const struct params *s, struct strvec *argv, struct err *err),
	const struct params *whole)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	struct err err = ERR_INIT;

	if (make(whole, &argv, &err) == -EINVAL)
		options_fault(faults, option, "%s", err.text);
}

static int make_warm(const struct params *s, struct strvec *argv, struct err *err)
{
	return command_warm(s, "BOOT", "IMAGE", argv, err);
}

/* The server and the command line may yet tell the arch and the config. */
static void check_host(void *ctx, const char *name, struct option_faults *faults)
{
	const struct params_file *file = ctx;
	char arch[] = "ARCH", config[] = "CONFIG";
	const struct params from_elsewhere = {.arch = arch, .config = config};
	CLEANUP_PARAMS struct params whole = {.host = strdup(name)};

	if (!whole.host ||
		params_inherit(&whole, params_file_host(file, name), NULL) < 0 ||
		params_inherit(&whole, &file->defaults, NULL) < 0 ||
		params_inherit(&whole, &from_elsewhere, NULL) < 0)
		return;
	check_command(faults, "reboot", command_reboot, &whole);
	check_command(faults, "warm", make_warm, &whole);
	check_command(faults, whole.power.n ? "power" : "method", command_power, &whole);
}

static void check_group(void *ctx, const char *name, struct option_faults *faults)
{
	const struct strvec *names = &params_file_group(ctx, name)->names;

	for (size_t i = 0; i < names->n; i++)
		for (size_t j = 0; j < i; j++)
			if (!strcmp(names->v[i], names->v[j]))
				options_fault(faults, "names", "host '%s' is named twice",
					names->v[i]);
}

int params_file_read(struct params_file *file, const char *path, struct err *err)
{
	static const struct option_section sections[] = {
		{"defaults", params_options, .open = open_defaults},
		{"host", params_options, .open = open_host, .check = check_host},
		{"hosts", group_options, .required = "names", .open = open_group,
			.check = check_group},
		{.name = NULL},
	};

	return options_file(path, sections, file, err);
}

void params_file_release(struct params_file *file)
{
	params_release(&file->defaults);
	for (size_t i = 0; i < file->n_hosts; i++)
		params_release(&file->hosts[i]);
	for (size_t i = 0; i < file->n_groups; i++) {
		options_release(group_options, &file->groups[i]);
		free(file->groups[i].name);
	}
	free(file->hosts);
	free(file->groups);
}
