/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An answer as the handlers make it: a status, text or parts of files, a few headers. */
#ifndef TENFOLD_REPLY_H
#define TENFOLD_REPLY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/image.h"
#include "lib/sha256.h"

#define REPLY_BODY_MAX (16 * 1024 * 1024)
#define REPLY_PARTS_MAX 3
#define REPLY_ETAG_TEXT 20

/* A file, or zeroes where fd is -1. */
struct reply_part {
	int fd; /* owned */
	uint64_t size;
};

struct reply {
	int status;
	const char *type; /* Content-Type */
	struct buf body;
	char etag[REPLY_ETAG_TEXT]; /* with its quotes; "" if none */
	struct buf allow;           /* of a 405 */
	struct buf link;            /* of a list that goes on */
	bool challenge;             /* WWW-Authenticate */
	struct reply_part parts[REPLY_PARTS_MAX];
	size_t n_parts;        /* 0: the body is what is sent */
	uint64_t offset, size; /* what of the parts is sent */
	struct buf range;      /* Content-Range of a 206 or 416 */
	/* told once when the parts were handed to the network to their end, or not */
	void (*sent)(void *ctx, const struct reply *rp, bool whole);
	void *ctx;
	struct buf note; /* for sent(): a name for the log */
	char boot[17]; /* for sent(): the boot that this file was asked for; "" if none */
	char image[128];          /* for sent(): its image */
	char thaw[IMAGE_ID_TEXT]; /* a cold image that is to be brought back; "" if none
				   */
	bool thaw_waits;          /* and this request made again when it is there */
};

void reply_init(struct reply *rp);
void reply_release(struct reply *rp);

/* Status and one sentence with a newline. Errors are this way in JSON too. */
void reply_say(struct reply *rp, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The status that an errno of ours means in HTTP, with the sentence of err. */
void reply_error(struct reply *rp, int code, const struct err *err);

/* json is dumped and released; 200. */
void reply_json(struct reply *rp, json_t *json);

/* A JSON string of text that may not be UTF-8. */
json_t *reply_json_text(const char *text);

/* Sets etag to a digest of text. */
void reply_set_etag(struct reply *rp, const char *text);

/* Whether an If-Match or If-None-Match header names the etag ("*" names any but ""). */
bool reply_etag_matches(const char *header, const char *etag);

/* Adds a file (the reply owns fd) or zeroes; -ENOSPC when there are too many. */
int reply_add_part(struct reply *rp, int fd, uint64_t size);

/* Once all parts are there: what the Range header asks for. 200, 206 or 416; a header
 * that is not one "bytes=" range is passed over, as RFC 9110 (14.2) allows. */
void reply_set_range(struct reply *rp, const char *range);

#define CLEANUP_REPLY CLEANUP(reply_release)

#endif
