/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes GRUB's configuration for one boot of one host, and the small fixed one that
 * asks the kernel server for it. Pure: no files, no network, no clock.
 * Texts are borrowed for the call; NULL is taken as "". Whatever a text holds, it cannot
 * leave its quotes (all quoting is in grub-quote.c). Every configuration ends by itself
 * in a running system: a load that fails is tried again, then the local disk is booted,
 * and a machine without one starts again after a minute. None waits for a person.
 */
#ifndef TENFOLD_GRUB_CFG_H
#define TENFOLD_GRUB_CFG_H

#include <stdbool.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/mac.h"

#define GRUB_CFG_MAX (64 * 1024) /* bytes: a good maximum for `out` */
#define GRUB_CANDIDATE_INITRDS 4

enum grub_boot {
	GRUB_BOOT_FIRST_STAGE, /* the usual: first stage, which then kexecs */
	GRUB_BOOT_CANDIDATE,   /* boot = grub: the candidate straight from GRUB */
	GRUB_BOOT_LOCAL,       /* the local disk, at once */
	GRUB_BOOT_OFFER,       /* the local disk, unless Esc is pressed within `timeout`:
				* then the first stage. The firmware is gone through once */
};

/* What GRUB_BOOT_CANDIDATE loads. Paths are the server's, as in a URL:
 * "/images/x86_64/lab/COMMIT40/vmlinuz"; a query ("?boot=ID") may follow. They may hold
 * only what the server serves unescaped: [A-Za-z0-9._+/=?&%:-]. */
struct grub_candidate {
	const char *label;                           /* any text, for the screen */
	const char *kernel;                          /* path of vmlinuz */
	const char *initrds[GRUB_CANDIDATE_INITRDS]; /* paths in order, then NULL or "" */
	const char *cmdline; /* the whole command line, BOOTIF= and ip= included */
};

struct grub_cfg {
	const char *server; /* ADDR:PORT of the server's HTTP; IPv4 address or name */
	const char *nfs;    /* ADDR:/PATH of the store's export; "": no rd.tenfold.nfs= */
	struct mac mac;     /* of the host; must be set */
	const char
		*client; /* its IPv4 address; "": the one GRUB has (${net_default_ip}) */
	const char *netmask;  /* 255.255.255.0; "": unknown, then ip=dhcp is written */
	const char *gateway;  /* IPv4 address; "": none */
	const char *hostname; /* what cannot stand in a host name becomes '-' */
	const char *boot;     /* boot id, 16 hex digits; "": a static config */
	const char *first_cmdline; /* more words for the first stage, console=... too */
	const char *serial; /* GRUB's own serial console, as in console=: "ttyS0,115200";
			     * "": the first console=ttySN of first_cmdline, if any */
	unsigned int timeout;  /* seconds the first stage's menu waits, or the offer */
	unsigned int watchdog; /* seconds; 0: none */
	enum grub_boot mode;   /* the entry that boots by itself */
	struct grub_candidate candidate; /* only with GRUB_BOOT_CANDIDATE */
};

/* The configuration for one host and one boot: what GET /grub.cfg answers.
 * -EINVAL with a sentence that names the bad field; -EMSGSIZE if out is too small. */
int grub_cfg_write(const struct grub_cfg *cfg, struct buf *out, struct err *err);

/* The same as a file for the TFTP tree (grub.cfg-01-aa-bb-...): GRUB takes such a file
 * before grub.cfg, so it asks the server first and uses its own entries when no answer
 * comes. cfg->boot and cfg->client should be "". */
int grub_cfg_write_static(const struct grub_cfg *cfg, struct buf *out, struct err *err);

/* The TFTP tree's grub.cfg, the same for every host: asks the server, then looks for the
 * host's static file beside it, then boots the local disk. serial: "" or as above. */
int grub_cfg_write_fixed(
	const char *server, const char *serial, struct buf *out, struct err *err);

/* What GRUB gets in place of a configuration when there can be none: it shows the
 * sentence and tries again, then goes on without the server. Send it with status 200:
 * GRUB 2.06 waits half a minute over any other. (It names itself: "User-Agent:
 * GRUB 2.06-...".) */
void grub_cfg_write_error(const char *sentence, struct buf *out);

/* "grub.cfg-01-aa-bb-cc-dd-ee-ff" */
#define GRUB_CFG_STATIC_NAME_TEXT 32
void grub_cfg_static_name(
	const struct mac *mac, char ret_name[GRUB_CFG_STATIC_NAME_TEXT]);

/* What `server`, addresses and netmasks must look like; for checks of settings. */
bool grub_cfg_server_valid(const char *text);  /* HOST:PORT */
bool grub_cfg_ipv4_valid(const char *text);    /* four numbers */
bool grub_cfg_netmask_valid(const char *text); /* four numbers, ones then zeroes */
bool grub_cfg_serial_valid(
	const char *text);                  /* ttyS0 or ttyS0,115200 or ttyS0,115200n8 */
bool grub_cfg_nfs_valid(const char *text);  /* HOST:/PATH */
bool grub_cfg_path_valid(const char *text); /* what the server serves as it stands */

#endif
