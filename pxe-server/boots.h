/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boots and their events. A boot is made by the controller's reset, by the request for
 * grub.cfg, or by a first stage that has no id. A host has one boot in progress at most:
 * a later one ends it as "lost".
 */
#ifndef TENFOLD_BOOTS_H
#define TENFOLD_BOOTS_H

#include <jansson.h>
#include <stdbool.h>

#include "breakdown.h"
#include "db.h"
#include "lib/buf.h"
#include "lib/image.h"
#include "lib/mac.h"

#define BOOT_ID_TEXT 17
#define BOOT_DETAIL_TEXT 512
#define BOOT_EVENTS_MAX 256
#define BOOT_EVENT_BODY_MAX 4096
#define BOOTS_KEPT 500 /* per host */

/* What an event's body said. Texts are borrowed from it; "" if not given. */
struct event {
	enum stage stage;
	const char *image, *detail, *release, *build_id;
	double uptime, init; /* NAN if not given */
};

/* An event that tells nothing but its stage. */
struct event event_plain(enum stage stage);

struct boot {
	int64_t seq;
	char id[BOOT_ID_TEXT];
	struct mac mac;
	char state[16]; /* a stage's name, "new" or "lost" */
	char image[IMAGE_ID_TEXT];
	char address[46]; /* the host's, as it asked for grub.cfg; "" if it did not */
	char release[128], build_id[128];
	double started; /* seconds since 1970 */
	double asked;   /* when it last asked for grub.cfg; 0 if not */
	bool local;     /* its grub.cfg chose the local disk */
	int ok;         /* 1, 0, or -1 while it is not known */
	char detail[BOOT_DETAIL_TEXT];
};

/* Reads "key=value" lines, in place. -EINVAL with a sentence; keys it does not know are
 * passed over, for initramfs images that are newer than the server. */
int event_parse(char *text, struct event *ret_event, struct err *err);

bool boot_id_valid(const char *id);

/* Who asks for grub.cfg. */
struct boots_asker {
	const struct mac *mac;
	const char *address;
	bool local_first; /* the local disk is its first choice */
};

/* The host's boot for a request of grub.cfg: a reset that was announced, or the one that
 * asked a few seconds ago, or a new one. It takes the local disk if an event wished for
 * that, or if that is the host's first choice. *ret_wished: an event did, or a boot of a
 * few seconds ago took it. One transaction. */
int boots_ask(struct db *db, const struct boots_asker *asker, double now,
	struct boot *ret_boot, bool *ret_wished, struct err *err);

/* A boot that the controller announces (reset) or a first stage without an id makes (it
 * takes over an announced one). */
int boots_make(struct db *db, const struct mac *mac, bool reset, double now,
	struct boot *ret_boot, struct err *err);

/* Records an event, and what follows from it: the state, the end of `next`, the last
 * known good, the wish for the local disk. A boot that is not known is made. One
 * transaction. ret_boot is the boot after it. -EDQUOT: too many events. */
int boots_event(struct db *db, const struct mac *mac, const char *id,
	const struct event *event, double now, struct boot *ret_boot, struct err *err);

/* -ENOENT with a sentence. mac NULL: whichever host's it is. */
int boots_find(struct db *db, const struct mac *mac, const char *id,
	struct boot *ret_boot, struct err *err);

/* Newest first. mac NULL: of all hosts. */
int boots_each(struct db *db, const struct mac *mac, unsigned int limit,
	int (*each)(void *ctx, const struct boot *boot), void *ctx, struct err *err);

int boots_breakdown(struct db *db, const struct boot *boot,
	struct breakdown *ret_breakdown, struct err *err);

/* A line of the list / the object with all events. */
struct logs;
int boot_format(
	const struct logs *logs, const struct boot *boot, struct buf *b, struct err *err);
json_t *boot_to_json(const struct logs *logs, const struct boot *boot);

#endif
