// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "grub-cfg-gen/grub-cfg.h"
#include "lib/file.h"
#include "lib/image.h"

#define CMDLINE_MAX 1024

int config_split_listen(const char *text, char ret_address[46], unsigned int *ret_port)
{
	const char *colon = strrchr(text, ':');
	unsigned char bin[16];
	size_t len;
	char *end;
	unsigned long port;

	if (!colon || colon == text)
		return -EINVAL;
	len = colon - text;
	if (text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	port = strtoul(colon + 1, &end, 10);
	if (len > 45 || !colon[1] || *end || colon[1] == '-' || port > 65535)
		return -EINVAL;
	memcpy(ret_address, text, len);
	ret_address[len] = '\0';
	*ret_port = port;
	if (inet_pton(AF_INET, ret_address, bin) == 1)
		return 0;
	return inet_pton(AF_INET6, ret_address, bin) == 1 ? 0 : -EINVAL;
}

static bool listen_valid(const char *text)
{
	char address[46];
	unsigned int port;

	return !config_split_listen(text, address, &port);
}

static bool image_valid(const char *text)
{
	struct image_spelling spelling;

	return !image_spelling_parse(text, &spelling, NULL);
}

static bool arch_valid(const char *text)
{
	return !*text || image_arch_valid(text);
}

static bool config_valid(const char *text)
{
	return !*text || image_config_valid(text);
}

static bool path_valid(const char *text)
{
	return *text != '\0';
}

bool config_cmdline_valid(const char *text)
{
	size_t len = 0;

	for (; text[len]; len++)
		if (text[len] < ' ' || text[len] > '~')
			return false;
	return len <= CMDLINE_MAX;
}

#define FIELD(kind, field) kind, OPTION_BOTH, .offset = offsetof(struct config, field)
#define ARGS_ONLY(kind, field) kind, OPTION_ARGS, .offset = offsetof(struct config, field)

const struct option_def config_options[] = {
	{"config", 'c', ARGS_ONLY(OPTION_TEXT, config_file), "FILE",
		"settings (" TENFOLD_SYSCONFDIR "/server.conf)", 0, 0, NULL},
	{"listen", 0, FIELD(OPTION_TEXT, listen), "ADDR:PORT",
		"where HTTP is served (0.0.0.0:8080)", 0, 0, listen_valid},
	{"address", 0, FIELD(OPTION_TEXT, address), "ADDR:PORT",
		"the same as hosts see it (the address they asked)", 0, 0,
		grub_cfg_server_valid},
	{"store", 0, FIELD(OPTION_TEXT, store), "DIR",
		"the folder of images (/srv/tenfold)", 0, 0, path_valid},
	{"state", 0, FIELD(OPTION_TEXT, state), "DIR",
		"database and token (/var/lib/tenfold)", 0, 0, path_valid},
	{"nfs", 0, FIELD(OPTION_TEXT, nfs), "ADDR:/PATH",
		"the store's NFS export as hosts see it (address:store)", 0, 0,
		grub_cfg_nfs_valid},
	{"default", 0, FIELD(OPTION_TEXT, default_image), "IMAGE",
		"for hosts without a default: an image, or local (local)", 0, 0,
		image_valid},
	{"arch", 0, FIELD(OPTION_TEXT, arch), "ARCH",
		"meant where a host has none: x86_64 or i386 (x86_64)", 0, 0, arch_valid},
	{"image-config", 0, FIELD(OPTION_TEXT, config), "NAME",
		"kernel config meant where a host has none", 0, 0, config_valid},
	{"cmdline", 0, FIELD(OPTION_TEXT, cmdline), "WORDS",
		"kernel command line of all candidates", 0, 0, config_cmdline_valid},
	{"first-cmdline", 0, FIELD(OPTION_TEXT, first_cmdline), "WORDS",
		"more of the first stage's command line", 0, 0, config_cmdline_valid},
	{"netmask", 0, FIELD(OPTION_TEXT, netmask), "MASK",
		"of hosts (that of the interface they are behind)", 0, 0,
		grub_cfg_netmask_valid},
	{"gateway", 0, FIELD(OPTION_TEXT, gateway), "ADDR", "of hosts (none)", 0, 0,
		grub_cfg_ipv4_valid},
	{"serial", 0, FIELD(OPTION_TEXT, serial), "PORT",
		"GRUB's serial console, as ttyS0,115200", 0, 0, grub_cfg_serial_valid},
	{"timeout", 0, FIELD(OPTION_NUMBER, timeout), "SECONDS",
		"how long the list waits for a key (2)", 0, 3600, NULL},
	{"watchdog", 0, FIELD(OPTION_NUMBER, watchdog), "SECONDS",
		"hardware watchdog over each candidate's start (0: none)", 0, 3600, NULL},
	{"netconsole", 0, FIELD(OPTION_NUMBER, netconsole), "PORT",
		"UDP port that takes kernels' netconsole (6666; 0: none)", 0, 65535,
		NULL},
	{"threads", 0, FIELD(OPTION_NUMBER, threads), "N",
		"that move bytes over HTTP (2)", 1, 64, NULL},
	{"thaw", 0, FIELD(OPTION_WORDS, thaw), "COMMAND",
		"brings a cold image back (tenfold-builder thaw)", 1, 0, path_valid},
	{"check-config", 0, ARGS_ONLY(OPTION_BOOL, check), NULL,
		"read the settings, say what is wrong with them, end", 0, 0, NULL},
	{"help", 'h', ARGS_ONLY(OPTION_BOOL, help), NULL, "this text", 0, 0, NULL},
	{"version", 0, ARGS_ONLY(OPTION_BOOL, version), NULL, "the version", 0, 0, NULL},
	OPTION_END,
};

static void *open_section(void *ctx, const char *name, struct err *err)
{
	if (!*name)
		return ctx;
	err_set(err, -EINVAL, "the section has no name of its own");
	return NULL;
}

static int set_defaults(struct config *config, struct err *err)
{
	static const char *const defaults[][2] = {{"listen", "0.0.0.0:8080"},
		{"store", "/srv/tenfold"}, {"state", "/var/lib/tenfold"},
		{"default", "local"}, {"arch", "x86_64"}, {"image-config", ""},
		{"cmdline", ""}, {"first-cmdline", ""}, {"timeout", "2"},
		{"netconsole", "6666"}, {"threads", "2"},
		{"thaw", "tenfold-builder thaw"}};

	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++) {
		int r = options_set(
			config_options, config, defaults[i][0], defaults[i][1], err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int read_file(struct config *config, const char *path, struct err *err)
{
	const struct option_section sections[] = {
		{"", config_options, .open = open_section},
		{"server", config_options, .open = open_section},
		{.name = NULL},
	};

	return options_file(path, sections, config, err);
}

int config_read(
	struct config *config, int argc, char **argv, int *ret_next, struct err *err)
{
	static const char usual[] = TENFOLD_SYSCONFDIR "/server.conf";
	const char *path;
	int r;

	*config = (struct config){0};
	r = set_defaults(config, err);
	if (!r) /* the first time for --config, --help: the file comes under the rest */
		r = options_args(config_options, config, argc, argv, ret_next, err);
	if (r < 0 || config->help || config->version)
		return r;
	path = config->config_file ? config->config_file : usual;
	if (config->config_file || file_exists(usual))
		r = read_file(config, path, err);
	if (!r)
		r = options_args(config_options, config, argc, argv, ret_next, err);
	return r;
}

void config_release(struct config *config)
{
	options_release(config_options, config);
}

void config_help(FILE *out)
{
	fputs("usage: tenfold-server [OPTION...]\n"
	      "       tenfold-server setup tftp|tftpd|nfs|dhcp [OPTION...]\n\n"
	      "Serves the list of kernels, hosts, grub.cfg and boots of a lab over "
	      "HTTP.\n\n",
		out);
	options_help(config_options, out);
}
