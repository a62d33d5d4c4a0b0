// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "grub-cfg-gen/grub-cfg.h"
#include "config.h"
#include "lib/log.h"
#include "lib/options.h"
#include "setup-parts.h"

#define TEXT(name_, field_, arg_, help_)                                             \
	{                                                                            \
		.name = name_, .kind = OPTION_TEXT, .where = OPTION_ARGS,            \
		.offset = offsetof(struct setup, field_), .arg = arg_, .help = help_ \
	}

static const struct option_def defs[] = {
	{.name = "config",
		.letter = 'c',
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.offset = offsetof(struct setup, config),
		.arg = "FILE",
		.help = "the server's settings, which tell the address and the store"},
	TEXT("tftp", tftp, "DIR", "TFTP root (/srv/tftp)"),
	{.name = "address",
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.offset = offsetof(struct setup, address),
		.arg = "ADDR[:PORT]",
		.help = "the server (as in its settings, else this machine)"},
	{.name = "serial",
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.offset = offsetof(struct setup, serial),
		.arg = "TTY",
		.valid = grub_cfg_serial_valid,
		.help = "GRUB's serial console (as in the settings): ttyS0,115200"},
	TEXT("store", store, "DIR", "images (as in the settings)"),
	TEXT("network", network, "NET", "the lab's network: 10.0.0.0/24"),
	TEXT("mode", mode, "MODE", "dnsmasq, dnsmasq-proxy, isc or kea"),
	TEXT("grub-dir", grub_dir, "DIR", "GRUB's platforms (/usr/lib/grub)"),
	TEXT("exports", exports, "FILE",
		"what --write makes (/etc/exports.d/tenfold.exports)"),
	{.name = "write",
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.offset = offsetof(struct setup, write),
		.help = "nfs: write that file"},
	{.name = "help",
		.letter = 'h',
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.offset = offsetof(struct setup, help),
		.help = "this text"},
	OPTION_END,
};

static const struct {
	const char *name;
	int (*run)(const struct setup *s, struct err *err);
	const char *help;
	bool address; /* needs to know the server's address */
} parts[] = {
	{"tftp", setup_tftp, "GRUB for BIOS and UEFI into the TFTP root", true},
	{"tftpd", setup_tftpd, "print /etc/default/tftpd-hpa", false},
	{"nfs", setup_nfs, "print, or with --write install, the export of the store",
		false},
	{"dhcp", setup_dhcp, "print what the DHCP server needs (--mode)", true},
};

static void usage(FILE *out)
{
	fputs("usage: tenfold-server setup PART [OPTION...]\n\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		fprintf(out, "  %-8s %s\n", parts[i].name, parts[i].help);
	fputc('\n', out);
	options_help(defs, out);
}

/* The address from which this machine reaches others; nothing is sent. */
static int own_address(char ret_text[INET_ADDRSTRLEN], struct err *err)
{
	CLEANUP_FD int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in far = {.sin_family = AF_INET, .sin_port = htons(9)}, own;
	socklen_t len = sizeof(own);

	inet_pton(AF_INET, "192.0.2.1", &far.sin_addr); /* RFC 5737: nobody's */
	if (fd < 0 || connect(fd, (struct sockaddr *)&far, sizeof(far)) < 0 ||
		getsockname(fd, (struct sockaddr *)&own, &len) < 0 ||
		!inet_ntop(AF_INET, &own.sin_addr, ret_text, INET_ADDRSTRLEN))
		return err_set(err, -EINVAL,
			"this machine's address is not clear: say --address ADDR:PORT");
	return 0;
}

static int set_default(char **field, const char *text)
{
	if (!*field)
		*field = strdup(text);
	return *field ? 0 : -ENOMEM;
}

/* ADDR:PORT: what was said, the settings' address, or this machine and their port. */
static int choose_address(const struct setup *s, const struct config *config,
	struct buf *full, struct err *err)
{
	char own[INET_ADDRSTRLEN], listen[46];
	unsigned int port = 8080;
	int r = 0;

	config_split_listen(config->listen, listen, &port);
	if (s->address) {
		buf_adds(full, s->address);
		if (!strchr(s->address, ':'))
			buf_addf(full, ":%u", port);
	} else if (config->address) {
		buf_adds(full, config->address);
	} else {
		r = own_address(own, err);
		buf_addf(full, "%s:%u", own, port);
	}
	if (!r && (buf_check(full) || !grub_cfg_server_valid(full->data)))
		return err_set(err, -EINVAL, "'%.200s' cannot be a server's address",
			full->data);
	return r;
}

/* Makes address ADDR:PORT and fills host. */
static int set_address(struct setup *s, const struct config *config, struct err *err)
{
	CLEANUP_BUF struct buf full;
	int r;

	buf_init(&full, sizeof(s->host));
	r = choose_address(s, config, &full, err);
	if (r < 0)
		return r;
	free(s->address);
	s->address = buf_take(&full);
	if (!s->address)
		return err_errno(err, -ENOMEM, "cannot set up");
	snprintf(s->host, sizeof(s->host), "%.*s", (int)strcspn(s->address, ":"),
		s->address);
	return 0;
}

/* What was not said: as the server's settings have it, else the usual. */
static int set_defaults(struct setup *s, const struct config *config, struct err *err)
{
	if (set_default(&s->tftp, "/srv/tftp") || set_default(&s->store, config->store) ||
		set_default(&s->serial, config->serial ? config->serial : "") ||
		set_default(&s->grub_dir, "/usr/lib/grub") ||
		set_default(&s->exports, "/etc/exports.d/tenfold.exports"))
		return err_errno(err, -ENOMEM, "cannot set up");
	return 0;
}

static int run_part(size_t part, struct setup *s, struct err *err)
{
	char program[] = "tenfold-server", option[] = "--config";
	char *argv[] = {program, option, s->config, NULL};
	struct config config = {0};
	int next, r;

	r = config_read(&config, s->config ? 3 : 1, argv, &next, err) < 0 ? -EINVAL : 0;
	if (!r)
		r = set_defaults(s, &config, err);
	if (!r && parts[part].address)
		r = set_address(s, &config, err);
	config_release(&config);
	return r ? r : parts[part].run(s, err);
}

static int run(struct setup *s, int argc, char **argv, struct err *err)
{
	const char *name = argc > 1 && argv[1][0] != '-' ? argv[1] : NULL;
	int next, r;

	r = options_args(
		defs, s, name ? argc - 1 : argc, name ? argv + 1 : argv, &next, err);
	if (r < 0)
		return r;
	if (s->help) {
		usage(stdout);
		return 0;
	}
	if (!name)
		return err_set(err, -EINVAL, "setup of what? tftp, tftpd, nfs or dhcp");
	if (argv[next + 1])
		return err_set(err, -EINVAL, "nothing is known of '%s'", argv[next + 1]);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (!strcmp(name, parts[i].name))
			return run_part(i, s, err);
	return err_set(err, -EINVAL,
		"there is no 'setup %.100s': tftp, tftpd, nfs or dhcp", name);
}

int setup_main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct setup s = {0};
	int r;

	log_open("tenfold-server setup");
	r = run(&s, argc, argv, &err);
	options_release(defs, &s);
	if (!r && (fflush(stdout) || ferror(stdout)))
		r = err_errno(&err, -EIO, "cannot write to standard output");
	if (r < 0)
		log_error_lines(err.text);
	return r == 0 ? 0 : r == -EINVAL ? 2 : 1;
}
