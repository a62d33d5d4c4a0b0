// SPDX-License-Identifier: GPL-2.0-or-later
#include "params.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/file.h"
#include "params-file.h"

void params_release(struct params *s)
{
	options_release(params_options, s);
	free(s->host);
	s->host = NULL;
}

static int inherit_text(char **to, char *const *from)
{
	if (*to || !*from)
		return 0;
	*to = strdup(*from);
	return *to ? 0 : -ENOMEM;
}

static void inherit_bool(const struct option_def *def, char *to, const char *from)
{
	bool *told = def->told ? (bool *)(to + def->told) : NULL;

	if (told && *told)
		return;
	*(bool *)(to + def->offset) |= *(const bool *)(from + def->offset);
	if (told)
		*told = *(const bool *)(from + def->told);
}

static int inherit_one(const struct option_def *def, char *all, const char *all_from)
{
	void *to = all + def->offset;
	const void *from = all_from + def->offset;

	switch (def->kind) {
	case OPTION_TEXT:
		return inherit_text(to, from);
	case OPTION_NUMBER:
		if (!*(unsigned int *)to)
			*(unsigned int *)to = *(const unsigned int *)from;
		return 0;
	case OPTION_BOOL:
		inherit_bool(def, all, all_from);
		return 0;
	case OPTION_LIST:
	case OPTION_WORDS:
		if (!((struct strvec *)to)->n && ((const struct strvec *)from)->n)
			strvec_addv(to,
				(const char *const *)((const struct strvec *)from)->v);
		return strvec_check(to);
	}
	return -EINVAL;
}

int params_inherit(struct params *to, const struct params *from, struct err *err)
{
	int r = 0;

	for (const struct option_def *def = params_options; !r && def->name; def++)
		r = inherit_one(def, (char *)to, (const char *)from);
	return r < 0 ? err_errno(err, r, "cannot take the settings in") : 0;
}

/* The file of --conf must be there, the usual one need not. */
static int read_file(const struct params *s, struct params_file *file, struct err *err)
{
	const char *path = s->config_file ? s->config_file : PARAMS_FILE;

	if (!s->config_file && !file_exists(path))
		return 0;
	return params_file_read(file, path, err);
}

static int add_host(struct strvec *hosts, const char *name, struct err *err)
{
	for (size_t i = 0; i < hosts->n; i++)
		if (!strcmp(hosts->v[i], name))
			return err_set(err, -EINVAL, "host '%s' is named twice", name);
	if (!params_host_valid(name))
		return err_set(err, -EINVAL, "'%.60s' is no name of a host", name);
	if (hosts->n == PARAMS_HOSTS_MAX)
		return err_set(err, -EINVAL, "more than %d hosts", PARAMS_HOSTS_MAX);
	strvec_add(hosts, name);
	return strvec_check(hosts);
}

/* The hosts that one name stands for. */
static int add_named(const struct params_file *file, const char *name,
	struct strvec *hosts, struct err *err)
{
	const struct params_group *group = params_file_group(file, name);
	int r = 0;

	if (!group)
		return add_host(hosts, name, err);
	for (size_t i = 0; !r && i < group->names.n; i++)
		r = add_host(hosts, group->names.v[i], err);
	return r;
}

int params_hosts(struct params *s, struct err *err)
{
	CLEANUP_PARAMS_FILE struct params_file file = {0};
	struct strvec hosts = STRVEC_INIT;
	int r = s->hosts.n ? read_file(s, &file, err) : 0;

	for (size_t i = 0; !r && i < s->hosts.n; i++)
		r = add_named(&file, s->hosts.v[i], &hosts, err);
	strvec_release(&s->hosts);
	s->hosts = hosts;
	return r < 0 || !hosts.n ? r : inherit_text(&s->host, hosts.v);
}

/* $XDG_STATE_HOME/tenfold, as the XDG base directories have it. */
static int usual_state(char **state)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	CLEANUP_BUF struct buf b;

	buf_init(&b, 4096);
	if (*state)
		return 0;
	if (xdg && *xdg == '/')
		buf_addf(&b, "%s/tenfold", xdg);
	else
		buf_addf(&b, "%s/.local/state/tenfold", home ? home : "");
	*state = buf_take(&b);
	return *state ? 0 : -ENOMEM;
}

static int add_defaults(struct params *s, struct err *err)
{
	char server[] = "http://localhost:8080", store[] = "/srv/tenfold", bad[] = "bad";
	char skip[] = "skip", builder[] = "tenfold-builder", build[] = "build";
	char *words[] = {builder, build, NULL}, text[] = "text";
	char sendmail[] = "/usr/sbin/sendmail", t[] = "-t", i[] = "-i";
	char *mail_words[] = {sendmail, t, i, NULL};
	const struct params builtin = {
		.server = server,
		.store = store,
		.on_timeout = bad,
		.on_boot_failure = s->test_is_boot ? bad : skip,
		.format = text,
		.build_command = {.v = words, .n = 2},
		.sendmail = {.v = mail_words, .n = 3},
		.timeout = 600,
		.build_timeout = 14400,
		.attempts = 3,
		.confirm = 1,
		.speculate = 1,
		.backoff = 10,
		.poll = 1,
		.patience = 60,
		.limit_reboot = 180,
		.limit_firmware = 300,
		.limit_grub = 180,
		.limit_first_stage = 120,
		.limit_fetch = 180,
		.limit_kexec = 300,
		.command_timeout = 60,
	};

	if (usual_state(&s->state) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	return params_inherit(s, &builtin, err);
}

int params_complete(struct params *s, struct err *err)
{
	CLEANUP_PARAMS_FILE struct params_file file = {0};
	const struct params *host;
	int r = read_file(s, &file, err);

	host = s->host ? params_file_host(&file, s->host) : NULL;
	if (!r && host)
		r = params_inherit(s, host, err);
	if (!r)
		r = params_inherit(s, &file.defaults, err);
	return r < 0 ? r : add_defaults(s, err);
}

int params_state(const struct params *s, char **ret_state, struct err *err)
{
	CLEANUP_PARAMS struct params whole = {0};
	int r = params_inherit(&whole, s, err);

	if (!r && s->host)
		r = inherit_text(&whole.host, &s->host);
	if (!r)
		r = params_complete(&whole, err);
	if (!r)
		*ret_state = TAKE_PTR(whole.state);
	return r;
}
