// SPDX-License-Identifier: GPL-2.0-or-later
#include "reply.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#define HEADER_MAX 1024

void reply_init(struct reply *rp)
{
	memset(rp, 0, sizeof(*rp));
	rp->status = 200;
	rp->type = "text/plain; charset=utf-8";
	buf_init(&rp->body, REPLY_BODY_MAX);
	buf_init(&rp->allow, HEADER_MAX);
	buf_init(&rp->link, HEADER_MAX);
	buf_init(&rp->range, HEADER_MAX);
	buf_init(&rp->note, HEADER_MAX);
}

static void drop_parts(struct reply *rp)
{
	for (size_t i = 0; i < rp->n_parts; i++)
		if (rp->parts[i].fd >= 0)
			close(rp->parts[i].fd);
	rp->n_parts = 0;
}

void reply_release(struct reply *rp)
{
	drop_parts(rp);
	buf_release(&rp->body);
	buf_release(&rp->allow);
	buf_release(&rp->link);
	buf_release(&rp->range);
	buf_release(&rp->note);
}

void reply_say(struct reply *rp, int status, const char *fmt, ...)
{
	CLEANUP_BUF struct buf text = {0};
	va_list ap;

	buf_init(&text, HEADER_MAX * 4);
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	drop_parts(rp);
	buf_reset(&rp->body);
	rp->status = status;
	rp->type = "text/plain; charset=utf-8";
	buf_add_clean(&rp->body, text.data);
	buf_addc(&rp->body, '\n');
}

void reply_error(struct reply *rp, int code, const struct err *err)
{
	static const struct {
		int code, status;
	} table[] = {
		{-EINVAL, 400},
		{-ENOENT, 404},
		{-EEXIST, 409},
		{-ENOTUNIQ, 409},
		{-ESTALE, 412},
		{-EMSGSIZE, 413},
		{-EDQUOT, 429},
	};
	int status = 500;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].code == code)
			status = table[i].status;
	reply_say(rp, status, "%s", err->text[0] ? err->text : strerror(-code));
}

void reply_json(struct reply *rp, json_t *json)
{
	char *text =
		json ? json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(14)) : NULL;

	json_decref(json);
	if (!text) {
		reply_say(rp, 500, "out of memory");
		return;
	}
	rp->type = "application/json";
	buf_adds(&rp->body, text);
	buf_addc(&rp->body, '\n');
	free(text);
}

json_t *reply_json_text(const char *text)
{
	json_t *value = json_string(text);

	return value ? value : json_string("(not UTF-8)");
}

void reply_set_etag(struct reply *rp, const char *text)
{
	char hex[SHA256_TEXT];

	sha256_bytes(text, strlen(text), hex);
	snprintf(rp->etag, sizeof(rp->etag), "\"%.16s\"", hex);
}

bool reply_etag_matches(const char *header, const char *etag)
{
	size_t len = strlen(etag);

	if (!len)
		return false;
	if (!strcmp(header, "*"))
		return true;
	for (const char *p = header; (p = strstr(p, etag)); p += len)
		if (p == header || p[-1] == ' ' || p[-1] == ',')
			return true;
	return false;
}

int reply_add_part(struct reply *rp, int fd, uint64_t size)
{
	if (rp->n_parts == REPLY_PARTS_MAX) {
		if (fd >= 0)
			close(fd);
		return -ENOSPC;
	}
	rp->parts[rp->n_parts].fd = fd;
	rp->parts[rp->n_parts++].size = size;
	return 0;
}

static const char *read_u64(const char *text, uint64_t *ret)
{
	uint64_t n = 0;
	size_t digits = strspn(text, "0123456789");

	if (!digits || digits > 18)
		return NULL;
	for (size_t i = 0; i < digits; i++)
		n = n * 10 + (uint64_t)(text[i] - '0');
	*ret = n;
	return text + digits;
}

/* bytes=FIRST-[LAST] or bytes=-COUNT, within size. 1: yes, 0: not of that form, -ERANGE.
 */
static int read_range(
	const char *range, uint64_t size, uint64_t *ret_first, uint64_t *ret_count)
{
	uint64_t first = 0, last = 0;
	const char *p;

	if (strncmp(range, "bytes=", 6))
		return 0;
	range += 6;
	if (*range == '-') {
		p = read_u64(range + 1, &last);
		if (!p || *p)
			return 0;
		if (!last || !size)
			return -ERANGE;
		*ret_count = last < size ? last : size;
		*ret_first = size - *ret_count;
		return 1;
	}
	p = read_u64(range, &first);
	if (!p || *p++ != '-')
		return 0;
	last = size - 1;
	if (*p) {
		p = read_u64(p, &last);
		if (!p || *p || last < first)
			return 0;
	}
	if (first >= size)
		return -ERANGE;
	*ret_first = first;
	*ret_count = (last < size ? last + 1 : size) - first;
	return 1;
}

void reply_set_range(struct reply *rp, const char *range)
{
	uint64_t size = 0, first = 0, count = 0;
	int r;

	for (size_t i = 0; i < rp->n_parts; i++)
		size += rp->parts[i].size;
	r = read_range(range, size, &first, &count);
	rp->offset = 0;
	rp->size = size;
	if (r == -ERANGE) {
		reply_say(rp, 416, "the file has only %" PRIu64 " bytes", size);
		buf_addf(&rp->range, "bytes */%" PRIu64, size);
	} else if (r == 1) {
		rp->status = 206;
		rp->offset = first;
		rp->size = count;
		buf_addf(&rp->range, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, first,
			first + count - 1, size);
	}
}
