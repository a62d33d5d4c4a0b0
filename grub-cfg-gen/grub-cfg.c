// SPDX-License-Identifier: GPL-2.0-or-later
#include "grub-cfg.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "grub-quote.h"
#include "grub-script.h"

#define FIRST_KERNEL "/boot/x86_64/vmlinuz"
#define FIRST_INITRD "/boot/x86_64/initrd.img"
#define HOSTNAME_MAX 63
#define BOOT_ID_TEXT 17
#define CHOOSE_SECONDS 30 /* for whoever pressed Esc to see the list */

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static bool boot_id_valid(const char *boot)
{
	return strspn(boot, "0123456789abcdef") == BOOT_ID_TEXT - 1 &&
	       !boot[BOOT_ID_TEXT - 1];
}

static int check_field(bool (*valid)(const char *text), const char *what,
	const char *text, bool needed, struct err *err)
{
	if (!*or_empty(text))
		return needed ? err_set(err, -EINVAL, "a GRUB configuration needs %s",
					what)
			      : 0;
	if (!valid(text))
		return err_set(err, -EINVAL, "'%.200s' cannot be %s", text, what);
	return 0;
}

static int check_candidate(const struct grub_candidate *c, struct err *err)
{
	int r = check_field(grub_cfg_path_valid, "the path of a candidate's kernel",
		c->kernel, true, err);

	for (size_t i = 0; !r && i < GRUB_CANDIDATE_INITRDS && c->initrds[i]; i++)
		r = check_field(grub_cfg_path_valid,
			"the path of a candidate's initramfs", c->initrds[i], false, err);
	return r;
}

static int check(const struct grub_cfg *cfg, struct err *err)
{
	const struct {
		bool (*valid)(const char *text);
		const char *what, *text;
		bool needed;
	} fields[] = {
		{grub_cfg_server_valid, "a server as ADDRESS:PORT", cfg->server, true},
		{grub_cfg_nfs_valid, "an NFS export as ADDRESS:/PATH", cfg->nfs, false},
		{grub_cfg_ipv4_valid, "a client address", cfg->client, false},
		{grub_cfg_netmask_valid, "a netmask", cfg->netmask, false},
		{grub_cfg_ipv4_valid, "a gateway", cfg->gateway, false},
		{grub_cfg_serial_valid, "a serial console", cfg->serial, false},
		{boot_id_valid, "a boot id of 16 hex digits", cfg->boot, false},
	};
	struct mac mac;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		r = check_field(fields[i].valid, fields[i].what, fields[i].text,
			fields[i].needed, err);
		if (r < 0)
			return r;
	}
	/* an empty BOOTIF= would leave the first stage without a network card */
	if (mac_parse(cfg->mac.text, &mac) < 0)
		return err_set(err, -EINVAL, "a GRUB configuration needs the host's MAC");
	if (cfg->mode == GRUB_BOOT_CANDIDATE)
		return check_candidate(&cfg->candidate, err);
	return 0;
}

/* The first console=ttySN of the command line, as far as GRUB can use it. */
static void serial_of_cmdline(const char *cmdline, char *ret_serial, size_t size)
{
	*ret_serial = '\0';
	while ((cmdline = strstr(cmdline, "console=ttyS"))) {
		size_t len;

		cmdline += strlen("console=");
		len = strcspn(cmdline, " \t\n");
		if (len >= size)
			continue;
		memcpy(ret_serial, cmdline, len);
		ret_serial[len] = '\0';
		if (grub_cfg_serial_valid(ret_serial))
			return;
		*ret_serial = '\0';
	}
}

/* True if there is one. */
static bool add_serial(struct buf *out, const struct grub_cfg *cfg)
{
	char found[32];

	serial_of_cmdline(or_empty(cfg->first_cmdline), found, sizeof(found));
	if (*or_empty(cfg->serial))
		grub_script_serial(out, cfg->serial);
	else if (*found)
		grub_script_serial(out, found);
	return *or_empty(cfg->serial) || *found;
}

static unsigned int menu_seconds(const struct grub_cfg *cfg)
{
	return cfg->mode == GRUB_BOOT_OFFER && cfg->timeout < CHOOSE_SECONDS
		       ? CHOOSE_SECONDS
		       : cfg->timeout;
}

/* ip=CLIENT::GATEWAY:NETMASK:HOSTNAME::none (dracut.cmdline(7)). The client's own address
 * is the one part that GRUB may have to fill in. */
static void add_ip(struct buf *out, const struct grub_cfg *cfg)
{
	CLEANUP_BUF struct buf rest;
	const char *name = or_empty(cfg->hostname);

	buf_init(&rest, GRUB_CFG_MAX);
	if (!*or_empty(cfg->netmask)) {
		buf_adds(out, " ip=dhcp");
		return;
	}
	buf_addf(&rest, "::%s:%s:", or_empty(cfg->gateway), cfg->netmask);
	for (size_t i = 0; name[i] && i < HOSTNAME_MAX; i++)
		buf_addc(&rest, isalnum((unsigned char)name[i]) || name[i] == '.'
					? name[i]
					: '-');
	buf_adds(&rest, "::none");
	buf_adds(out, " 'ip='");
	if (*or_empty(cfg->client))
		grub_quote(out, cfg->client);
	else
		buf_adds(out, "\"${net_default_ip}\"");
	grub_quote(out, rest.data);
}

static void add_first_cmdline(struct buf *out, const struct grub_cfg *cfg)
{
	CLEANUP_BUF struct buf words;
	char dashed[MAC_TEXT];

	mac_format(&cfg->mac, '-', dashed);
	buf_init(&words, GRUB_CFG_MAX);
	buf_addf(&words, "rd.tenfold.server=%s", cfg->server);
	if (*or_empty(cfg->nfs))
		buf_addf(&words, " rd.tenfold.nfs=%s", cfg->nfs);
	if (*or_empty(cfg->boot))
		buf_addf(&words, " rd.tenfold.boot=%s", cfg->boot);
	buf_addf(&words, " rd.tenfold.timeout=%u", menu_seconds(cfg));
	if (cfg->watchdog)
		buf_addf(&words, " rd.tenfold.watchdog=%u watchdog.stop_on_reboot=0",
			cfg->watchdog);
	buf_addf(&words, " BOOTIF=01-%s rd.neednet=1 no5lvl net.ifnames=0", dashed);
	grub_quote_cmdline(out, words.data);
	add_ip(out, cfg);
	grub_quote_cmdline(out, or_empty(cfg->first_cmdline));
}

/* " '(http,SERVER)/path'" */
static void add_url(struct buf *out, const char *server, const char *path)
{
	CLEANUP_BUF struct buf url;

	buf_init(&url, GRUB_CFG_MAX);
	buf_addf(&url, "(http,%s)%s", server, path);
	buf_addc(out, ' ');
	grub_quote(out, url.data);
}

static void add_first(struct buf *out, const struct grub_cfg *cfg)
{
	grub_script_load(out, "tenfold_first", "the first stage", cfg->server);
	add_url(out, cfg->server, FIRST_KERNEL);
	add_first_cmdline(out, cfg);
	grub_script_load_initrd(out);
	add_url(out, cfg->server, FIRST_INITRD);
	grub_script_load_end(out, true);
}

static void add_candidate(struct buf *out, const struct grub_cfg *cfg)
{
	const struct grub_candidate *c = &cfg->candidate;
	bool initrd = *or_empty(c->initrds[0]);

	grub_script_load(out, "tenfold_candidate", "the candidate", cfg->server);
	add_url(out, cfg->server, c->kernel);
	grub_quote_cmdline(out, or_empty(c->cmdline));
	if (initrd)
		grub_script_load_initrd(out);
	for (size_t i = 0; i < GRUB_CANDIDATE_INITRDS && *or_empty(c->initrds[i]); i++)
		add_url(out, cfg->server, c->initrds[i]);
	grub_script_load_end(out, initrd);
}

static void add_entry(
	struct buf *out, const char *title, const char *id, const char *function)
{
	buf_adds(out, "menuentry ");
	grub_quote(out, title);
	buf_addf(out, " --id %s { %s }\n", id, function);
}

static const char *default_id(const struct grub_cfg *cfg)
{
	switch (cfg->mode) {
	case GRUB_BOOT_CANDIDATE:
		return "tenfold-candidate";
	case GRUB_BOOT_LOCAL:
	case GRUB_BOOT_OFFER:
		return "tenfold-local";
	default:
		return "tenfold-first";
	}
}

/* GRUB's grammar has functions at the top level only, so they come first and apart. */
static void add_functions(struct buf *out, const struct grub_cfg *cfg)
{
	bool serial = add_serial(out, cfg);

	grub_script_video(out);
	grub_script_local(out);
	add_first(out, cfg);
	if (cfg->mode == GRUB_BOOT_CANDIDATE)
		add_candidate(out, cfg);
	if (cfg->mode == GRUB_BOOT_OFFER)
		grub_script_offer(out, cfg->timeout, serial);
}

static void add_entries(struct buf *out, const struct grub_cfg *cfg)
{
	if (cfg->mode == GRUB_BOOT_CANDIDATE)
		add_entry(out, or_empty(cfg->candidate.label), "tenfold-candidate",
			"tenfold_candidate");
	add_entry(out, "tenfold: choose a kernel", "tenfold-first", "tenfold_first");
	add_entry(out, "local disk", "tenfold-local",
		cfg->mode == GRUB_BOOT_OFFER ? "tenfold_offer" : "tenfold_local");
	grub_script_default(out, default_id(cfg));
	buf_adds(out, GRUB_SCRIPT_WHOLE);
}

static int finish(const struct buf *out, struct err *err)
{
	if (buf_check(out))
		return err_errno(
			err, buf_check(out), "the GRUB configuration does not fit");
	return 0;
}

int grub_cfg_write(const struct grub_cfg *cfg, struct buf *out, struct err *err)
{
	int r = check(cfg, err);

	if (r < 0)
		return r;
	buf_addf(out, "# tenfold: the boot of %s%s%s\n", cfg->mac.text,
		*or_empty(cfg->boot) ? ", boot id " : "", or_empty(cfg->boot));
	add_functions(out, cfg);
	add_entries(out, cfg);
	return finish(out, err);
}

int grub_cfg_write_static(const struct grub_cfg *cfg, struct buf *out, struct err *err)
{
	int r = check(cfg, err);

	if (r < 0)
		return r;
	buf_addf(out, "# tenfold: for %s when the kernel server does not answer\n",
		cfg->mac.text);
	add_functions(out, cfg);
	grub_script_ask(out, cfg->server);
	buf_adds(out, "if [ -z \"$tenfold_asked\" ]; then tenfold_ask; "
		      "fi\nif " GRUB_SCRIPT_IS_WHOLE "; then true; else\n");
	add_entries(out, cfg);
	buf_adds(out, "fi\n");
	return finish(out, err);
}

int grub_cfg_write_fixed(
	const char *server, const char *serial, struct buf *out, struct err *err)
{
	int r = check_field(
		grub_cfg_server_valid, "a server as ADDRESS:PORT", server, true, err);

	if (!r)
		r = check_field(
			grub_cfg_serial_valid, "a serial console", serial, false, err);
	if (r < 0)
		return r;
	buf_adds(out, "# tenfold: asks the kernel server what this machine boots\n");
	if (*or_empty(serial))
		grub_script_serial(out, serial);
	grub_script_local(out);
	grub_script_ask(out, server);
	grub_script_static(out);
	buf_adds(out, "tenfold_ask\n"
		      "if " GRUB_SCRIPT_IS_WHOLE "; then true; else tenfold_static; fi\n"
		      "if " GRUB_SCRIPT_IS_WHOLE "; then true; else\n");
	add_entry(out, "local disk", "tenfold-local", "tenfold_local");
	grub_script_default(out, "tenfold-local");
	buf_adds(out, "fi\n");
	return finish(out, err);
}

void grub_cfg_write_error(const char *sentence, struct buf *out)
{
	CLEANUP_BUF struct buf says;

	buf_init(&says, 4096);
	buf_addf(&says, "tenfold: %s", sentence);
	buf_adds(out, "echo ");
	grub_quote(out, says.data);
	buf_addc(out, '\n');
}
