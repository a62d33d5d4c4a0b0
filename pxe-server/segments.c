// SPDX-License-Identifier: GPL-2.0-or-later
#include "segments.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "address.h"
#include "lib/log.h"
#include "subnet.h"

#define NOT_ANNOUNCED 536
#define KIND_SEGMENT 2 /* TCP's option "maximum segment size" */

static int set_tcp(int fd, int name, const void *value, socklen_t size)
{
	return setsockopt(fd, IPPROTO_TCP, name, value, size) < 0 ? -errno : 0;
}

static bool is_near(int fd)
{
	char text[ADDRESS_TEXT], netmask[SUBNET_TEXT];
	union address peer = {0};
	socklen_t len = sizeof(peer);

	if (getpeername(fd, &peer.sa, &len) < 0)
		return false;
	address_text(&peer.sa, text);
	return subnet_netmask(text, netmask) == 0;
}

/* What our own interface takes, up to SEGMENT_MAX; 0 where a peer is served as it is. */
static uint32_t size_for(int fd)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0 ||
		info.tcpi_snd_mss > NOT_ANNOUNCED || info.tcpi_advmss <= NOT_ANNOUNCED ||
		!is_near(fd))
		return 0;
	return info.tcpi_advmss < SEGMENT_MAX ? info.tcpi_advmss : SEGMENT_MAX;
}

/* tcp(7) takes back what a peer announced only in its repair mode, made for connections
 * that move to another machine (CRIU). */
static int set_size(int fd, uint32_t size)
{
	const struct tcp_repair_opt option = {KIND_SEGMENT, size};
	int on = TCP_REPAIR_ON, off = TCP_REPAIR_OFF_NO_WP, reuse = 1;
	int r = set_tcp(fd, TCP_REPAIR, &on, sizeof(on)), end;

	if (r < 0)
		return r;
	r = set_tcp(fd, TCP_REPAIR_OPTIONS, &option, sizeof(option));
	end = set_tcp(fd, TCP_REPAIR, &off, sizeof(off));
	/* the mode's end takes it away, and with it the port from a server that restarts
	 */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse)) < 0 && !end)
		end = -errno;
	if (r < 0)
		return -EREMOTE; /* the peer has hung up already, or has got bytes */
	return end;
}

int segments_widen(int fd)
{
	uint32_t size = size_for(fd);
	int r = size ? set_size(fd, size) : -EREMOTE;

	if (r < 0)
		return r;
	/* no options as before, but Linux reckons the size anew when they are set */
	return setsockopt(fd, IPPROTO_IP, IP_OPTIONS, NULL, 0) < 0 ? -errno : 0;
}

void segments_suit_grub(int fd)
{
	static atomic_flag told = ATOMIC_FLAG_INIT;

	if (segments_widen(fd) == -EPERM && !atomic_flag_test_and_set(&told))
		log_warn("without CAP_NET_ADMIN GRUB loads its files several times "
			 "slower: it is sent 536 bytes a packet");
}
