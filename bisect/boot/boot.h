/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host's boots as the server tells them (docs/http-api.md): what came by when.
 * Parsing only; trip.h decides what it means.
 */
#ifndef TENFOLD_BISECT_BOOT_H
#define TENFOLD_BISECT_BOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cost.h"
#include "lib/err.h"
#include "lib/image.h"
#include "lib/stage.h"

#define BOOT_ID_TEXT 40
#define BOOTS_MAX 8

/* What the server keeps of a boot's log; docs/http-api.md has the words. */
enum boot_log {
	BOOT_LOG_NETCONSOLE,
	BOOT_LOG_PSTORE,
	BOOT_LOG_DMESG,
	BOOT_LOGS
};

const char *boot_log_name(enum boot_log log);

struct boot {
	char id[BOOT_ID_TEXT];
	char image[IMAGE_ID_TEXT]; /* chosen or kexec'd; "" as long as none was */
	char release[128];
	char build_id[128];
	char detail[256];
	int ok;                  /* 1, 0; -1: not known yet */
	bool seen[STAGES];       /* that event came */
	double last;             /* unix seconds of the last event; 0: none */
	struct cost cost;        /* the server's breakdown */
	int64_t logs[BOOT_LOGS]; /* bytes that the server has of each */
};

struct boots {
	struct boot v[BOOTS_MAX]; /* newest first */
	size_t n;
};

/* Reads the JSON of GET /v1/hosts/HOST/boots. -EINVAL with a sentence. */
int boots_parse(const char *text, size_t len, struct boots *ret_boots, struct err *err);

/* NULL if it is not among them. */
const struct boot *boots_pick(const struct boots *boots, const char *id);

/* What a host does from that stage on, for people: "fetching the image". */
const char *boot_stage_words(enum stage stage);

/* Between GRUB and the choice of an image: it will take a `next` that is set now. */
bool boot_in_flight(const struct boot *boot);

#endif
