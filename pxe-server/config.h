/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server's settings: one table for the command line and server.conf. */
#ifndef TENFOLD_SERVER_CONFIG_H
#define TENFOLD_SERVER_CONFIG_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/err.h"
#include "lib/options.h"

struct config {
	char *listen;            /* ADDR:PORT; port 0: any free one */
	char *address;           /* ADDR:PORT as hosts see it; NULL: the one they asked */
	char *store;             /* folder */
	char *state;             /* folder */
	char *nfs;               /* ADDR:/PATH as hosts see it; NULL: address and store */
	char *default_image;     /* spelling or "local": for hosts without a default */
	char *arch, *config;     /* for hosts without one; "": none is preferred */
	char *cmdline;           /* of candidates */
	char *first_cmdline;     /* of the first stage */
	char *netmask, *gateway; /* NULL: the interface's, none */
	char *serial;            /* GRUB's serial console; NULL: as first_cmdline says */
	unsigned int timeout;    /* seconds the list waits */
	unsigned int watchdog;   /* seconds; 0: not armed */
	unsigned int netconsole; /* UDP port; 0: none */
	unsigned int threads;
	struct strvec thaw; /* argv that brings a cold image back */
	/* on the command line only */
	char *config_file; /* NULL: the usual one, if it is there */
	bool check, help, version;
};

extern const struct option_def config_options[];

/* Reads the command line, then the file under it: what the command line says wins.
 * -EINVAL with sentences (one line each). --help and --version: the file is not read.
 * Words behind the options: *ret_next, as options_args() has it. */
int config_read(
	struct config *config, int argc, char **argv, int *ret_next, struct err *err);
void config_release(struct config *config);

void config_help(FILE *out);

/* ADDR:PORT or [ADDR6]:PORT taken apart; ret_address has room for 46 bytes. */
int config_split_listen(const char *text, char ret_address[46], unsigned int *ret_port);

/* Printable ASCII of at most 1024 bytes: what may stand on a command line. */
bool config_cmdline_valid(const char *text);

#endif
