/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a machine said during a boot: its kernel's log, as files STATE/logs/MAC/BOOT.KIND.
 * What machines send is hostile: only printable ASCII, tabs and newlines are kept, and
 * both one log and all of a host are bounded. The logs of a boot go when the boot does.
 */
#ifndef TENFOLD_LOGS_H
#define TENFOLD_LOGS_H

#include <jansson.h>
#include <stdint.h>

#include "boots.h"
#include "request.h"

/* Bytes of one log. Of a longer one the beginning and the end are kept: the command line
 * stands in the one, the panic in the other. */
#define LOGS_MAX REQUEST_LOG_MAX
#define LOGS_HEAD (512 * 1024)
#define LOGS_TAIL (256 * 1024)

/* Bytes of all logs of a host; the oldest go. */
#define LOGS_HOST_MAX (64 * 1024 * 1024)

enum logs_kind {
	LOGS_CONSOLE,    /* of a serial console, by whatever program reads that */
	LOGS_NETCONSOLE, /* as it came by UDP */
	LOGS_PSTORE,     /* what outlived a warm reset; found by the boot after */
	LOGS_DMESG,      /* the whole buffer, when the local OS was up */
	LOGS_KINDS
};

const char *logs_kind_name(enum logs_kind kind);

/* -1 if there is no kind of that name. */
int logs_kind_parse(const char *name);

struct logs {
	const char *state; /* the server's folder; borrowed */
	struct db *db;     /* knows which boots are kept; borrowed */
};

/* Makes data printable in place; the new length. Carriage returns go, all else that
 * could steer a terminal or is no ASCII becomes '?'. */
size_t logs_clean(char *data, size_t len);

/* Adds to a boot's log; data is cleaned in place. A log that is new makes room: what
 * belongs to no boot, and the oldest over LOGS_HOST_MAX, goes. */
int logs_add(const struct logs *logs, const struct boot *boot, enum logs_kind kind,
	char *data, size_t len, struct err *err);

/* -ENOENT with a sentence: there is no such log. The caller closes ret_fd. */
int logs_open(const struct logs *logs, const struct boot *boot, enum logs_kind kind,
	int *ret_fd, uint64_t *ret_size, struct err *err);

/* Bytes of each; -1 where there is none. */
void logs_sizes(
	const struct logs *logs, const struct boot *boot, int64_t ret_sizes[LOGS_KINDS]);

/* The kinds that there are, with commas between. */
void logs_format(const struct logs *logs, const struct boot *boot, struct buf *b);

/* [{"kind", "size"}] */
json_t *logs_to_json(const struct logs *logs, const struct boot *boot);

/* All of a host that is no more. */
void logs_forget(const struct logs *logs, const struct mac *mac);

#endif
