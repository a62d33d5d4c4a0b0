/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in bisect.conf: [defaults], hosts, and names that stand for hosts. */
#ifndef TENFOLD_BISECT_PARAMS_FILE_H
#define TENFOLD_BISECT_PARAMS_FILE_H

#include "params.h"

/* [hosts NAME] */
struct params_group {
	char *name;
	struct strvec names; /* hosts that --host NAME stands for */
};

struct params_file {
	struct params defaults;
	struct params *hosts; /* host is the section's name */
	size_t n_hosts;
	struct params_group *groups;
	size_t n_groups;
};

/* Reads all of it. -EINVAL: everything that is wrong with it, a line each. */
int params_file_read(struct params_file *file, const char *path, struct err *err);
void params_file_release(struct params_file *file);

/* The section of that name; NULL. */
struct params *params_file_host(const struct params_file *file, const char *name);
struct params_group *params_file_group(const struct params_file *file, const char *name);

#define CLEANUP_PARAMS_FILE CLEANUP(params_file_release)

#endif
