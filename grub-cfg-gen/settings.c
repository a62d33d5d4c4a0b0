// SPDX-License-Identifier: GPL-2.0-or-later
#include "settings.h"

#include <errno.h>
#include <string.h>

/* lib/options.c writes a bool where `local` is. */
_Static_assert(sizeof(bool) == sizeof(unsigned char), "a bool is one byte");

#define HOST_UNSET \
	.timeout = SETTING_UNSET, .watchdog = SETTING_UNSET, .local = SETTING_UNSAID

static bool mac_valid(const char *text)
{
	struct mac mac;

	return mac_parse(text, &mac) == 0;
}

/* An empty one is none: so a host takes back what the file's first part says. */
static bool initrd_valid(const char *text)
{
	return !*text || grub_cfg_path_valid(text);
}

/* clang-format off */
/* The command line has grub_cfg_write()'s own sentences. */
#define OF_FILE(where_, what) ((where_) == OPTION_FILE ? (what) : 0)
/* The options of a host. `where` they stand and `at` which offset differ between the
 * command line and the file. */
#define HOST_TEXT(where_, at, name_, field, arg_, valid_, help_)                         \
	{                                                                                \
		.name = name_, .kind = OPTION_TEXT, .where = where_,                     \
		.offset = at(field), .arg = arg_, .valid = valid_, .help = help_         \
	}
#define HOST_SECONDS(where_, at, name_, field, help_)                                    \
	{                                                                                \
		.name = name_, .kind = OPTION_NUMBER, .where = where_,                   \
		.offset = at(field), .arg = "SECONDS", .max = 86400, .help = help_       \
	}
#define HOST_OPTIONS(where_, at)                                                         \
	HOST_TEXT(where_, at, "server", server, "ADDR:PORT", grub_cfg_server_valid,      \
		"the kernel server"),                                                    \
	HOST_TEXT(where_, at, "nfs", nfs, "ADDR:/PATH", grub_cfg_nfs_valid,              \
		"the store's NFS export"),                                               \
	HOST_TEXT(where_, at, "mac", mac, "MAC", mac_valid,                              \
		"the host's Ethernet address"),                                          \
	HOST_TEXT(where_, at, "client", client, "ADDR", grub_cfg_ipv4_valid,             \
		"its IPv4 address (else the one GRUB got)"),                             \
	HOST_TEXT(where_, at, "netmask", netmask, "MASK", grub_cfg_netmask_valid,        \
		"its netmask (else a second DHCP is made)"),                             \
	HOST_TEXT(where_, at, "gateway", gateway, "ADDR", grub_cfg_ipv4_valid,           \
		"its gateway"),                                                          \
	HOST_TEXT(where_, at, "hostname", hostname, "NAME", NULL,                        \
		"its name (else that of its section)"),                                  \
	HOST_TEXT(where_, at, "first-cmdline", first_cmdline, "WORDS", NULL,             \
		"more of the first stage's command line"),                               \
	HOST_TEXT(where_, at, "serial", serial, "TTY", grub_cfg_serial_valid,            \
		"GRUB's serial console: ttyS0,115200"),                                  \
	HOST_SECONDS(where_, at, "timeout", timeout,                                     \
		"how long the menu waits (default 2)"),                                  \
	HOST_SECONDS(where_, at, "watchdog", watchdog,                                   \
		"arm the hardware watchdog (default 0: no)"),                            \
	{.name = "local", .kind = OPTION_BOOL, .where = where_, .offset = at(local),     \
		.help = "boot the local disk by default"},                               \
	HOST_TEXT(where_, at, "kernel", kernel, "PATH",                                  \
		OF_FILE(where_, grub_cfg_path_valid),                                    \
		"boot this one straight from GRUB"),                                     \
	{.name = "initrd", .kind = OPTION_LIST, .where = where_, .offset = at(initrds),  \
		.arg = "PATH", .max = OF_FILE(where_, GRUB_CANDIDATE_INITRDS),           \
		.valid = OF_FILE(where_, initrd_valid),                                  \
		.help = "its initramfs; up to four times"},                              \
	HOST_TEXT(where_, at, "cmdline", cmdline, "WORDS", NULL, "its command line"),    \
	HOST_TEXT(where_, at, "label", label, "TEXT", NULL, "what the screen calls it")
/* clang-format on */

#define AT_ARGS(field) offsetof(struct settings, args.field)
#define AT_HOST(field) offsetof(struct host_settings, field)

const struct option_def settings_args[] = {
	{.name = "help",
		.letter = 'h',
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.offset = offsetof(struct settings, help),
		.help = "this text"},
	{.name = "version",
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.offset = offsetof(struct settings, version),
		.help = "the version"},
	{.name = "config",
		.letter = 'c',
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.offset = offsetof(struct settings, config),
		.arg = "FILE",
		.help = "settings and hosts"},
	{.name = "tree",
		.letter = 't',
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.offset = offsetof(struct settings, tree),
		.arg = "DIR",
		.help = "write grub.cfg and each host's file there"},
	{.name = "host",
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.offset = offsetof(struct settings, pick),
		.arg = "NAME",
		.help = "print the one of this host of the file"},
	{.name = "fixed",
		.letter = 'f',
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.offset = offsetof(struct settings, fixed),
		.help = "print the one that asks the server"},
	{.name = "boot",
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.offset = AT_ARGS(boot),
		.arg = "ID",
		.help = "for this one boot, not for the tree"},
	HOST_OPTIONS(OPTION_ARGS, AT_ARGS),
	OPTION_END,
};

static const struct option_def host_defs[] = {
	HOST_OPTIONS(OPTION_FILE, AT_HOST),
	OPTION_END,
};

static void *open_base(void *ctx, const char *name, struct err *err)
{
	struct settings *s = ctx;

	(void)name;
	(void)err;
	return &s->base;
}

static const struct host_settings *find_host(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->n_hosts; i++)
		if (!strcmp(s->hosts[i].name, name))
			return &s->hosts[i];
	return NULL;
}

static void *open_host(void *ctx, const char *name, struct err *err)
{
	struct settings *s = ctx;
	struct host_settings *hosts;
	char *copy;

	if (!*name) {
		err_set(err, -EINVAL, "a host's section has its name: [host lab1]");
		return NULL;
	}
	if (find_host(s, name)) {
		err_set(err, -EINVAL, "there is a host '%s' already", name);
		return NULL;
	}
	hosts = reallocarray(s->hosts, s->n_hosts + 1, sizeof(*hosts));
	if (hosts)
		s->hosts = hosts;
	copy = strdup(name);
	if (!hosts || !copy) {
		free(copy);
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	s->hosts[s->n_hosts] = (struct host_settings){.name = copy, HOST_UNSET};
	return &s->hosts[s->n_hosts++];
}

/* None has the MAC of one before it. */
static void check_host(void *ctx, const char *name, struct option_faults *faults)
{
	const struct settings *s = ctx;
	const struct host_settings *host = find_host(s, name);
	struct mac ours, other;

	if (!host->mac)
		return;
	mac_parse(host->mac, &ours);
	for (const struct host_settings *h = s->hosts; h < host; h++) {
		if (!h->mac)
			continue;
		mac_parse(h->mac, &other);
		if (mac_equal(&ours, &other)) {
			options_fault(faults, "mac",
				"hosts '%.60s' and '%.60s' have the same mac %s", h->name,
				name, ours.text);
			return;
		}
	}
}

int settings_read(struct settings *s, int argc, char **argv, struct err *err)
{
	const struct option_section sections[] = {
		{.name = "", .defs = host_defs, .open = open_base},
		{.name = "host",
			.defs = host_defs,
			.required = "mac",
			.open = open_host,
			.check = check_host},
		{.name = NULL},
	};
	int next, r;

	*s = (struct settings){
		.args = {HOST_UNSET},
		.base = {HOST_UNSET},
	};
	r = options_args(settings_args, s, argc, argv, &next, err);
	if (r < 0)
		return r;
	if (next < argc)
		return err_set(err, -EINVAL, "nothing is known of '%s'", argv[next]);
	if (!s->config)
		return 0;
	return options_file(s->config, sections, s, err);
}

void settings_release(struct settings *s)
{
	options_release(settings_args, s);
	options_release(host_defs, &s->base);
	for (size_t i = 0; i < s->n_hosts; i++) {
		options_release(host_defs, &s->hosts[i]);
		free(s->hosts[i].name);
	}
	free(s->hosts);
	*s = (struct settings){0};
}

/* The first that is set of the command line's, the host's and the first part's. */
#define PICK(s, host, field)                                \
	((s)->args.field                  ? (s)->args.field \
		: (host) && (host)->field ? (host)->field   \
					  : (s)->base.field)

static unsigned int pick_number(
	unsigned int args, unsigned int host, unsigned int base, unsigned int none)
{
	if (args != SETTING_UNSET)
		return args;
	if (host != SETTING_UNSET)
		return host;
	return base != SETTING_UNSET ? base : none;
}

static bool pick_local(const struct settings *s, const struct host_settings *host)
{
	if (s->args.local != SETTING_UNSAID)
		return s->args.local;
	if (host->local != SETTING_UNSAID)
		return host->local;
	return s->base.local == true;
}

static const struct strvec *pick_initrds(
	const struct settings *s, const struct host_settings *host)
{
	if (s->args.initrds.n)
		return &s->args.initrds;
	return host && host->initrds.n ? &host->initrds : &s->base.initrds;
}

static int set_candidate(const struct settings *s, const struct host_settings *host,
	struct grub_cfg *cfg, struct err *err)
{
	const struct strvec *initrds = pick_initrds(s, host);
	const char *label = PICK(s, host, label);

	cfg->candidate.kernel = PICK(s, host, kernel);
	cfg->candidate.label = label ? label : cfg->candidate.kernel;
	cfg->candidate.cmdline = PICK(s, host, cmdline);
	if (initrds->n > GRUB_CANDIDATE_INITRDS)
		return err_set(err, -EINVAL,
			"GRUB loads up to %d initramfs files, not %zu",
			GRUB_CANDIDATE_INITRDS, initrds->n);
	for (size_t i = 0; i < initrds->n; i++)
		cfg->candidate.initrds[i] = initrds->v[i];
	return 0;
}

int settings_cfg(const struct settings *s, const struct host_settings *host,
	struct grub_cfg *ret_cfg, struct err *err)
{
	const struct host_settings *h = host ? host : &s->base;
	const char *mac = PICK(s, host, mac), *hostname = PICK(s, host, hostname);
	struct grub_cfg cfg = {
		.server = PICK(s, host, server),
		.nfs = PICK(s, host, nfs),
		.client = PICK(s, host, client),
		.netmask = PICK(s, host, netmask),
		.gateway = PICK(s, host, gateway),
		.hostname = hostname ? hostname : h->name,
		.boot = s->args.boot,
		.first_cmdline = PICK(s, host, first_cmdline),
		.serial = PICK(s, host, serial),
		.timeout = pick_number(s->args.timeout, h->timeout, s->base.timeout, 2),
		.watchdog =
			pick_number(s->args.watchdog, h->watchdog, s->base.watchdog, 0),
	};
	int r = 0;

	if (!mac || mac_parse(mac, &cfg.mac) < 0)
		return err_set(err, -EINVAL, "no host: say --mac MAC, or --config FILE");
	if (pick_local(s, h))
		cfg.mode = GRUB_BOOT_OFFER;
	else if (PICK(s, host, kernel))
		cfg.mode = GRUB_BOOT_CANDIDATE;
	if (cfg.mode == GRUB_BOOT_CANDIDATE)
		r = set_candidate(s, host, &cfg, err);
	if (r < 0)
		return r;
	*ret_cfg = cfg;
	return 0;
}

const char *settings_server(const struct settings *s)
{
	return PICK(s, (const struct host_settings *)NULL, server);
}

const char *settings_serial(const struct settings *s)
{
	return PICK(s, (const struct host_settings *)NULL, serial);
}
