/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An HTTP server for tests, which knows its answers by heart. */
#ifndef TENFOLD_UNIT_ANSWERING_H
#define TENFOLD_UNIT_ANSWERING_H

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define ANSWERING_ADDRESS 32

static inline _Noreturn void answer_all(int fd, const char *const *answers)
{
	for (;; answers++) {
		int client = *answers ? accept(fd, NULL, NULL) : -1;
		char request[4096];

		if (client < 0)
			_exit(0);
		if (read(client, request, sizeof(request)) > 0)
			dprintf(client,
				"HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n"
				"Connection: close\r\n\r\n%s",
				strlen(*answers), *answers);
		close(client);
	}
}

/* A child that gives these answers (NULL-terminated), a connection each, and ends. */
static inline pid_t answering_start(
	const char *const *answers, char ret_address[ANSWERING_ADDRESS])
{
	struct sockaddr_in where = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(where);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	assert_int_equal(bind(fd, (struct sockaddr *)&where, len), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&where, &len), 0);
	snprintf(ret_address, ANSWERING_ADDRESS, "127.0.0.1:%u", ntohs(where.sin_port));
	pid = fork();
	if (pid == 0)
		answer_all(fd, answers);
	close(fd);
	return pid;
}

#endif
