/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tenfold-grub-cfg was told: options, and an INI file whose first part holds for
 * every host and whose [host NAME] sections add hosts. A setting is looked for on the
 * command line, then at the host, then in the file's first part.
 */
#ifndef TENFOLD_SETTINGS_H
#define TENFOLD_SETTINGS_H

#include <stdbool.h>

#include "grub-cfg.h"
#include "lib/options.h"

#define SETTING_UNSET 0xffffffffu /* a number that was not given */
#define SETTING_UNSAID 2          /* a yes or no that was not */

struct host_settings {
	char *name; /* of [host NAME]; owned */
	char *server, *nfs, *mac, *client, *netmask, *gateway, *hostname, *boot;
	char *first_cmdline, *serial, *label, *kernel, *cmdline;
	struct strvec initrds;
	unsigned int timeout, watchdog; /* seconds, or SETTING_UNSET */
	unsigned char local;            /* a bool once it is given, or SETTING_UNSAID */
};

struct settings {
	bool help, version, fixed;
	char *config, *tree, *pick;  /* --config FILE, --tree DIR, --host NAME */
	struct host_settings args;   /* from the command line */
	struct host_settings base;   /* the file's first part */
	struct host_settings *hosts; /* its [host NAME]s; owned */
	size_t n_hosts;
};

extern const struct option_def settings_args[];

/* Reads the command line and the file that it names. -EINVAL is bad usage or a bad file,
 * with a sentence (a file: one line for each error). */
int settings_read(struct settings *s, int argc, char **argv, struct err *err);
void settings_release(struct settings *s);

/* The generator's input for a host (NULL: the command line and the first part alone).
 * ret_cfg borrows from s. -EINVAL if there is no MAC, or a bad one. */
int settings_cfg(const struct settings *s, const struct host_settings *host,
	struct grub_cfg *ret_cfg, struct err *err);

/* The server and serial console that hold for every host. */
const char *settings_server(const struct settings *s);
const char *settings_serial(const struct settings *s);

#endif
