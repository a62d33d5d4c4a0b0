// SPDX-License-Identifier: GPL-2.0-or-later
#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "grub-cfg.h"
#include "lib/file.h"
#include "lib/log.h"
#include "settings.h"

static void usage(FILE *out)
{
	fputs("usage: tenfold-grub-cfg --server ADDR:PORT --mac MAC [OPTION...]\n"
	      "       tenfold-grub-cfg --server ADDR:PORT --fixed\n"
	      "       tenfold-grub-cfg --config FILE --host NAME | --tree DIR\n"
	      "\n"
	      "Writes GRUB's configuration for the lab's machines.\n\n",
		out);
	options_help(settings_args, out);
}

static int write_host(const struct settings *s, const struct host_settings *host,
	struct buf *out, struct mac *ret_mac, struct err *err)
{
	struct grub_cfg cfg;
	int r = settings_cfg(s, host, &cfg, err);

	if (r < 0)
		return r;
	*ret_mac = cfg.mac;
	return s->args.boot ? grub_cfg_write(&cfg, out, err)
			    : grub_cfg_write_static(&cfg, out, err);
}

static int write_file(
	const char *dir, const char *name, const struct buf *text, struct err *err)
{
	CLEANUP_BUF struct buf path;

	buf_init(&path, 4096);
	buf_addf(&path, "%s/%s", dir, name);
	if (buf_check(&path))
		return err_errno(err, -ENAMETOOLONG, "cannot write into '%.200s'", dir);
	return file_write_atomic(path.data, text->data, text->len, 0644, err);
}

/* Hosts first: grub.cfg, which refers to them, is never newer than they are. With
 * check_only nothing is written, so that a bad host leaves the tree as it was. */
static int write_hosts(const struct settings *s, bool check_only, struct err *err)
{
	CLEANUP_BUF struct buf text;
	int r = 0;

	buf_init(&text, GRUB_CFG_MAX);
	for (size_t i = 0; !r && i < s->n_hosts; i++) {
		char name[GRUB_CFG_STATIC_NAME_TEXT];
		struct mac mac;

		buf_reset(&text);
		r = write_host(s, &s->hosts[i], &text, &mac, err);
		if (r < 0)
			return err_prefix(err, r, "host '%s'", s->hosts[i].name);
		grub_cfg_static_name(&mac, name);
		if (!check_only)
			r = write_file(s->tree, name, &text, err);
	}
	return r;
}

static int write_tree(const struct settings *s, struct err *err)
{
	CLEANUP_BUF struct buf fixed;
	int r;

	buf_init(&fixed, GRUB_CFG_MAX);
	r = grub_cfg_write_fixed(settings_server(s), settings_serial(s), &fixed, err);
	if (!r)
		r = write_hosts(s, true, err);
	if (!r)
		r = write_hosts(s, false, err);
	return r ? r : write_file(s->tree, "grub.cfg", &fixed, err);
}

/* The one host to print: --host NAME, or the only one of the file; none is no error. */
static int picked_host(
	const struct settings *s, const struct host_settings **ret_host, struct err *err)
{
	*ret_host = NULL;
	for (size_t i = 0; s->pick && i < s->n_hosts; i++)
		if (!strcmp(s->hosts[i].name, s->pick))
			*ret_host = &s->hosts[i];
	if (s->pick && !*ret_host)
		return err_set(err, -EINVAL, "there is no host '%s' in '%s'", s->pick,
			s->config ? s->config : "no config file");
	if (!s->pick && s->n_hosts == 1)
		*ret_host = s->hosts;
	if (!s->pick && s->n_hosts > 1 && !s->args.mac)
		return err_set(err, -EINVAL,
			"'%s' has %zu hosts: say --host NAME, or --tree DIR for all",
			s->config, s->n_hosts);
	return 0;
}

static int print_one(const struct settings *s, struct err *err)
{
	const struct host_settings *host;
	CLEANUP_BUF struct buf text;
	struct mac mac;
	int r;

	buf_init(&text, GRUB_CFG_MAX);
	if (s->fixed) {
		r = grub_cfg_write_fixed(
			settings_server(s), settings_serial(s), &text, err);
	} else {
		r = picked_host(s, &host, err);
		if (!r)
			r = write_host(s, host, &text, &mac, err);
	}
	if (r < 0)
		return r;
	fputs(text.data, stdout);
	if (fflush(stdout) || ferror(stdout))
		return err_errno(err, -EIO, "cannot write to standard output");
	return 0;
}

static int run(struct settings *s, int argc, char **argv, struct err *err)
{
	if (settings_read(s, argc, argv, err) < 0)
		return -EINVAL;
	if (s->help) {
		usage(stdout);
		return 0;
	}
	if (s->version) {
		puts("tenfold-grub-cfg " TENFOLD_VERSION);
		return 0;
	}
	if (argc == 1)
		return err_set(err, -EINVAL, "nothing to do: see --help");
	return s->tree ? write_tree(s, err) : print_one(s, err);
}

int program_main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct settings s;
	int r;

	log_open("tenfold-grub-cfg");
	r = run(&s, argc, argv, &err);
	settings_release(&s);
	if (r < 0)
		log_error_lines(err.text);
	return r == 0 ? 0 : r == -EINVAL ? 2 : 1;
}
