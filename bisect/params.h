/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run is told: by the command line, by [host NAME] and [defaults] of
 * bisect.conf, and by the defaults built in, in this order.
 */
#ifndef TENFOLD_BISECT_PARAMS_H
#define TENFOLD_BISECT_PARAMS_H

#include <stdbool.h>

#include "lib/err.h"
#include "lib/options.h"
#include "lib/strvec.h"

#define PARAMS_HOSTS_MAX 32 /* in one run */
#define PARAMS_FILE TENFOLD_SYSCONFDIR "/bisect.conf"

/* A field that was not given is NULL, 0, false or empty. */
struct params {
	/* command line only */
	char *config_file, *repo, *bad, *replay;
	struct strvec hosts; /* one as a rule; see params_hosts() */
	char *host;          /* the first of them: whose section of the file counts */
	struct strvec goods, failures, to;
	struct strvec paths;
	char *format, *title, *term_old, *term_new;
	bool resume, fresh, test_is_boot, no_confirm, cold, send, find_fix, find_good,
		live, first_parent, json, help, version;
	/* both */
	bool no_warm, no_speculate;
	struct {
		bool no_confirm, cold, no_warm, no_speculate;
	} told; /* yes or no; of the others there is only yes */
	char *server, *token_file, *store, *arch, *config, *state;
	char *on_timeout, *on_boot_failure, *console, *mail_from;
	struct strvec build_command, sendmail;
	unsigned int timeout, build_timeout, attempts, confirm, speculate, confidence,
		runs, backoff, poll, patience;
	unsigned int limit_reboot, limit_firmware, limit_grub, limit_first_stage,
		limit_fetch, limit_kexec;
	/* config file only */
	char *mac, *address, *method;
	struct strvec reboot, power, power_args, warm, ssh_args;
	unsigned int command_timeout;
};

extern const struct option_def params_options[];

/* True if text can name a host: a folder of its own, and a word of a URL. */
bool params_host_valid(const char *text);

/* Fills what is not set from the config file (that of --conf must be there, the usual
 * one may be missing) and from the defaults. s->host says which [host] is meant. */
int params_complete(struct params *s, struct err *err);

/* Puts in place of a name of [hosts NAME] the hosts that stand there, and sets host.
 * -EINVAL: one is named twice, or there are too many. No host at all is no error. */
int params_hosts(struct params *s, struct err *err);

/* Where logs are kept, which may stand in the config file; free() it. */
int params_state(const struct params *s, char **ret_state, struct err *err);

/* Copies each field that `to` lacks; a no that was told is there. */
int params_inherit(struct params *to, const struct params *from, struct err *err);

void params_release(struct params *s);

#define CLEANUP_PARAMS CLEANUP(params_release)

#endif
