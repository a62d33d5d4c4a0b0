// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define BODY_MAX (16 * 1024 * 1024)

/* What goes first; the strings of the three lists follow, each with its zero. */
struct head {
	enum wire_kind kind;
	enum step_end end;
	bool by_reset, shared;
	struct step step;
	enum failure_kind failure_kind;
	int exit_code;
	enum console_stage stage;
	char text[WIRE_TEXT];
	size_t n_words, n_cases, n_lines;
	size_t len; /* bytes behind the head */
};

void wire_release(struct wire_message *message)
{
	strvec_release(&message->words);
	failure_release(&message->failure);
}

static void add_list(struct buf *b, const struct strvec *list)
{
	for (size_t i = 0; i < list->n; i++)
		buf_add(b, list->v[i], strlen(list->v[i]) + 1);
}

static int send_all(int fd, const void *data, size_t len)
{
	for (const char *p = data; len;) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EPIPE;
		p += n;
		len -= n;
	}
	return 0;
}

static int receive_all(int fd, void *data, size_t len)
{
	for (char *p = data; len;) {
		ssize_t n = recv(fd, p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EPIPE;
		p += n;
		len -= n;
	}
	return 0;
}

int wire_send(int fd, const struct wire_message *message)
{
	const struct failure *failure = &message->failure;
	struct head head = {.kind = message->kind,
		.end = message->end,
		.by_reset = message->by_reset,
		.shared = message->shared,
		.step = message->step,
		.failure_kind = failure->kind,
		.exit_code = failure->exit_code,
		.stage = failure->stage,
		.n_words = message->words.n,
		.n_cases = failure->cases.n,
		.n_lines = failure->lines.n};
	CLEANUP_BUF struct buf body;
	int r;

	buf_init(&body, BODY_MAX);
	memcpy(head.text, message->text, sizeof(head.text));
	add_list(&body, &message->words);
	add_list(&body, &failure->cases);
	add_list(&body, &failure->lines);
	if (buf_check(&body) < 0)
		return buf_check(&body);
	head.len = body.len;
	r = send_all(fd, &head, sizeof(head));
	return r < 0 ? r : send_all(fd, body.data, body.len);
}

static const char *take_list(
	struct strvec *list, const char *at, const char *end, size_t n)
{
	for (; n && at < end; n--, at += strlen(at) + 1)
		strvec_add(list, at);
	return at;
}

static void take_body(struct wire_message *m, const struct head *head, const char *body)
{
	const char *end = body + head->len;
	const char *at = take_list(&m->words, body, end, head->n_words);

	at = take_list(&m->failure.cases, at, end, head->n_cases);
	take_list(&m->failure.lines, at, end, head->n_lines);
}

int wire_receive(int fd, struct wire_message *ret_message)
{
	CLEANUP_FREE char *body = NULL;
	struct wire_message m = {0};
	struct head head;
	int r = receive_all(fd, &head, sizeof(head));

	if (r < 0)
		return r;
	body = calloc(1, head.len + 1);
	r = body ? receive_all(fd, body, head.len) : -ENOMEM;
	if (r < 0)
		return r;
	m.kind = head.kind;
	m.end = head.end;
	m.by_reset = head.by_reset;
	m.shared = head.shared;
	m.step = head.step;
	memcpy(m.text, head.text, sizeof(m.text));
	failure_init(&m.failure);
	m.failure.kind = head.failure_kind;
	m.failure.exit_code = head.exit_code;
	m.failure.stage = head.stage;
	take_body(&m, &head, body);
	*ret_message = m;
	return 0;
}
