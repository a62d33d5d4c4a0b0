// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole frames for a peer that takes 536 bytes a packet as far as TCP knows. */
#include "pxe-server/segments.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "pxe-server/listen.h"
#include "tests/unit/unit.h"

struct pair {
	int server, client;
};

/* segment 0: as the client's system has it. */
static struct pair connect_with(int segment)
{
	struct sockaddr_in at = {0};
	socklen_t len = sizeof(at);
	CLEANUP_FD int listening = -1;
	struct pair p = {.client = socket(AF_INET, SOCK_STREAM, 0)};
	char where[64];

	assert_int_equal(listen_open("127.0.0.1:0", &listening, where, NULL), 0);
	assert_int_equal(getsockname(listening, (struct sockaddr *)&at, &len), 0);
	if (segment)
		assert_int_equal(setsockopt(p.client, IPPROTO_TCP, TCP_MAXSEG, &segment,
					 sizeof(segment)),
			0);
	assert_int_equal(connect(p.client, (struct sockaddr *)&at, len), 0);
	p.server = accept(listening, NULL, NULL);
	assert_true(p.server >= 0);
	return p;
}

static void disconnect(struct pair *p)
{
	close(p->server);
	close(p->client);
}

static int segment_of(int fd)
{
	socklen_t len = sizeof(int);
	int segment;

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, &len), 0);
	return segment;
}

/* For a server that is started again while the connection lives. */
static void assert_port_is_free(const struct pair *p)
{
	struct sockaddr_in at = {0};
	socklen_t len = sizeof(at);
	CLEANUP_FD int listening = -1;
	char where[64], got[64];

	assert_int_equal(getsockname(p->server, (struct sockaddr *)&at, &len), 0);
	snprintf(where, sizeof(where), "127.0.0.1:%u", ntohs(at.sin_port));
	assert_int_equal(listen_open(where, &listening, got, NULL), 0);
}

static void a_peer_that_says_nothing_gets_whole_frames(void **state)
{
	static char sent[100000], got[sizeof(sent)];
	struct pair p = connect_with(536);
	int r;

	(void)state;
	assert_in_range(segment_of(p.server), 500, 536);
	r = segments_widen(p.server);
	if (r == -EPERM)
		skip();
	assert_int_equal(r, 0);
	assert_port_is_free(&p);
	/* 12 of them are time stamps, where the peer has those */
	assert_in_range(segment_of(p.server), SEGMENT_MAX - 12, SEGMENT_MAX);
	memset(sent, 'x', sizeof(sent));
	assert_int_equal(send(p.server, sent, sizeof(sent), 0), sizeof(sent));
	assert_int_equal(recv(p.client, got, sizeof(got), MSG_WAITALL), sizeof(got));
	assert_memory_equal(got, sent, sizeof(got));
	/* no second time */
	assert_int_equal(segments_widen(p.server), -EREMOTE);
	disconnect(&p);
}

static void a_peer_that_speaks_for_itself_is_left_alone(void **state)
{
	struct pair p = connect_with(0);
	int before = segment_of(p.server);

	(void)state;
	assert_int_equal(segments_widen(p.server), -EREMOTE);
	assert_int_equal(segment_of(p.server), before);
	disconnect(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_peer_that_says_nothing_gets_whole_frames),
		cmocka_unit_test(a_peer_that_speaks_for_itself_is_left_alone),
	};

	return cmocka_run_group_tests_name("segments", tests, NULL, NULL);
}
