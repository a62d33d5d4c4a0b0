// SPDX-License-Identifier: GPL-2.0-or-later
#include "netconsole.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "config.h"
#include "lib/cleanup.h"
#include "log-owner.h"

/* A kernel that dumps its whole buffer sends some hundred datagrams at once. */
#define ROOM (4 * 1024 * 1024)
#define AT_ONCE 1024

int netconsole_open(const char *listen, unsigned int port, int *ret_fd, struct err *err)
{
	CLEANUP_FD int fd = -1;
	union address address;
	unsigned int http_port;
	char text[ADDRESS_TEXT];
	socklen_t len;
	int room = ROOM;

	if (config_split_listen(listen, text, &http_port) < 0)
		return err_set(err, -EINVAL, "'%s' is not ADDR:PORT", listen);
	len = address_make(text, port, &address);
	fd = socket(address.sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, &address.sa, len) < 0)
		return err_errno(err, -errno, "cannot take netconsole on port %u", port);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* Lines that follow each other are mostly one machine's: it is looked up once. */
struct sender {
	char address[ADDRESS_TEXT];
	struct boot boot;
	bool known;
};

static void look_up(struct sender *sender, struct db *db, const char *address)
{
	if (!strcmp(sender->address, address))
		return;
	snprintf(sender->address, sizeof(sender->address), "%s", address);
	sender->known = log_owner_at(db, address, &sender->boot, NULL) == 0;
}

void netconsole_take(int fd, const struct logs *logs)
{
	struct sender sender = {0};
	char data[4096], text[ADDRESS_TEXT];

	for (int i = 0; i < AT_ONCE; i++) {
		union address from = {0};
		socklen_t len = sizeof(from);
		ssize_t n =
			recvfrom(fd, data, sizeof(data), MSG_DONTWAIT, &from.sa, &len);

		if (n < 0)
			return;
		address_text(&from.sa, text);
		look_up(&sender, logs->db, text);
		if (sender.known)
			logs_add(logs, &sender.boot, LOGS_NETCONSOLE, data, n, NULL);
	}
}

void netconsole_option(const char *server, unsigned int port, const char *client,
	const char *device, struct buf *b)
{
	char address[INET_ADDRSTRLEN];
	size_t len = strcspn(server, ":");
	unsigned char bin[4];

	if (len >= sizeof(address))
		return;
	memcpy(address, server, len);
	address[len] = '\0';
	if (inet_pton(AF_INET, address, bin) != 1 || inet_pton(AF_INET, client, bin) != 1)
		return;
	buf_addf(b, "netconsole=@%s/%s,%u@%s/", client, device, port, address);
}
