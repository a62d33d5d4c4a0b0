// SPDX-License-Identifier: GPL-2.0-or-later
#include "listen.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "address.h"
#include "config.h"
#include "lib/cleanup.h"

#define BACKLOG 1024

/*
 * Options that accepted sockets inherit. GRUB takes the same local ports at each boot.
 * A machine that is reset in the middle of a transfer leaves our side of the port pair
 * half-open, and the SYN of its next boot is then answered with a bare ACK, which GRUB
 * does not understand: it gives up after 16 s. So no connection may outlive its peer by
 * more than the few seconds that firmware needs to come back to GRUB:
 *   TCP_USER_TIMEOUT  bytes that nobody acknowledges for 3 s end it (RFC 5482);
 *   SO_KEEPALIVE      as does silence on an idle one (2 s, then a probe a second);
 *   TCP_LINGER2 < 0   once we have closed and that is acknowledged there is no wait for
 *                     the peer's FIN (FIN-WAIT-2, 60 s otherwise) and no TIME-WAIT;
 *   SO_SNDBUF         a bounded buffer: a file is not "sent" long before it is.
 * TCP_USER_TIMEOUT also ends a peer that lives but keeps its window shut. GRUB does not
 * do that for long (see api-files.c), others may: they get more time once they are known.
 */
static int set_options(int fd)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{SOL_SOCKET, SO_REUSEADDR, 1},
		{SOL_SOCKET, SO_KEEPALIVE, 1},
		{SOL_SOCKET, SO_SNDBUF, 128 * 1024},
		{IPPROTO_TCP, TCP_KEEPIDLE, 2},
		{IPPROTO_TCP, TCP_KEEPINTVL, 1},
		{IPPROTO_TCP, TCP_KEEPCNT, 2},
		{IPPROTO_TCP, TCP_USER_TIMEOUT, LISTEN_GRUB_PATIENCE_MS},
		{IPPROTO_TCP, TCP_LINGER2, -1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (setsockopt(fd, options[i].level, options[i].name, &options[i].value,
			    sizeof(options[i].value)) < 0)
			return -errno;
	return 0;
}

static int describe(int fd, char ret_where[64])
{
	char text[ADDRESS_TEXT];
	union address address = {0};
	socklen_t len = sizeof(address);
	bool v6;

	if (getsockname(fd, &address.sa, &len) < 0)
		return -errno;
	address_text(&address.sa, text);
	v6 = address.sa.sa_family == AF_INET6;
	snprintf(ret_where, 64, "%s%s%s:%u", v6 ? "[" : "", text, v6 ? "]" : "",
		ntohs(address.v4.sin_port)); /* at the same place in both */
	return 0;
}

int listen_open(const char *where, int *ret_fd, char ret_where[64], struct err *err)
{
	CLEANUP_FD int fd = -1;
	union address address;
	unsigned int port;
	char text[46];
	socklen_t len;
	int r;

	if (config_split_listen(where, text, &port) < 0)
		return err_set(err, -EINVAL, "'%s' is not ADDR:PORT", where);
	len = address_make(text, port, &address);
	fd = socket(address.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_errno(err, -errno, "cannot make a socket");
	r = set_options(fd);
	if (!r && (bind(fd, &address.sa, len) < 0 || listen(fd, BACKLOG) < 0))
		r = -errno;
	if (!r)
		r = describe(fd, ret_where);
	if (r < 0)
		return err_errno(err, r, "cannot listen on %s", where);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

void listen_allow(unsigned int connections)
{
	rlim_t files = 2 * (rlim_t)connections + 64;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= files)
		return;
	limit.rlim_cur = files < limit.rlim_max ? files : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}
