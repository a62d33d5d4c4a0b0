/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lab machines: their settings, their default and next images. A host is known by its
 * MAC; a name is one more word for it.
 */
#ifndef TENFOLD_HOSTS_H
#define TENFOLD_HOSTS_H

#include <jansson.h>
#include <stdbool.h>

#include "db.h"
#include "lib/buf.h"
#include "lib/image.h"
#include "lib/mac.h"

#define HOST_NAME_TEXT 64
#define HOST_CMDLINE_TEXT 1025
#define HOST_SETTINGS_MAX 16384 /* bytes of a PUT's body */

/* Hosts that are made by machines asking; more need an administrator's PUT. */
#define HOSTS_MAX 10000

/* Settings that were not made are "". */
struct host {
	struct mac mac;
	char name[HOST_NAME_TEXT];
	char arch[IMAGE_ARCH_TEXT], config[IMAGE_CONFIG_TEXT];
	char cmdline[HOST_CMDLINE_TEXT], first_cmdline[HOST_CMDLINE_TEXT];
	char timeout[8], boot[8], watchdog[8]; /* numbers of seconds; "kexec" or "grub" */
	char netmask[16], gateway[16];
	char netconsole[16]; /* "yes", "no", or the card by the name the kernel gives it
			      */
	char default_image[IMAGE_ID_TEXT], next_image[IMAGE_ID_TEXT],
		good_image[IMAGE_ID_TEXT];
	bool next_waits;
	double local_until; /* a grub.cfg before this time chooses the local disk */
	double seen;        /* when it last asked for something */
};

enum host_slot {
	HOST_DEFAULT,
	HOST_NEXT
};

/* Settings of a body onto host: "key=value" lines, or a JSON object. -EINVAL with a
 * sentence that names the key; host may then be half changed. text is cut up. */
int host_parse(struct host *host, char *text, bool json, struct err *err);

/* All settings as "key=value" lines / as JSON. */
void host_format(const struct host *host, struct buf *b);
json_t *host_to_json(const struct host *host);

bool host_name_valid(const char *name);

/* What people call it: its name, else its MAC. */
const char *host_label(const struct host *host);

/* word: a MAC in any usual spelling or a name. -EINVAL: it can be neither; -ENOENT: no
 * such host, the sentence names the nearest, and ret_host->mac is set if word is a MAC.
 */
int hosts_find(struct db *db, const char *word, struct host *ret_host, struct err *err);

/* Makes the host if it is not there; -EDQUOT once there are HOSTS_MAX. */
int hosts_ensure(struct db *db, const struct mac *mac, struct err *err);

/* Writes name and settings; -EEXIST if another host has the name. */
int hosts_save(struct db *db, const struct host *host, struct err *err);

int hosts_delete(struct db *db, const struct mac *mac, struct err *err);

/* image "": takes the choice away. waits: of HOST_NEXT. A choice is newer than the wish
 * for the local disk, and ends it. */
int hosts_set_image(struct db *db, const struct mac *mac, enum host_slot slot,
	const char *image, bool waits, struct err *err);

int hosts_set_good(
	struct db *db, const struct mac *mac, const char *image, struct err *err);
/* The wish for the local disk (boot-effect.c makes it); until 0 ends it. */
int hosts_set_local(struct db *db, const struct mac *mac, double until, struct err *err);
int hosts_set_seen(struct db *db, const struct mac *mac, double now, struct err *err);

/* Calls each() for all hosts, by name, then MAC; last_state is of its latest boot. */
int hosts_each(struct db *db,
	int (*each)(void *ctx, const struct host *host, const char *last_state),
	void *ctx, struct err *err);

#endif
