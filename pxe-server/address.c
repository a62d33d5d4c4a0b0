// SPDX-License-Identifier: GPL-2.0-or-later
#include "address.h"

#include <arpa/inet.h>
#include <string.h>

socklen_t address_make(const char *text, unsigned int port, union address *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, text, &ret->v4.sin_addr) == 1) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons(port);
		return sizeof(ret->v4);
	}
	inet_pton(AF_INET6, text, &ret->v6.sin6_addr);
	ret->v6.sin6_family = AF_INET6;
	ret->v6.sin6_port = htons(port);
	return sizeof(ret->v6);
}

void address_text(const struct sockaddr *sa, char ret[ADDRESS_TEXT])
{
	const struct sockaddr_in *v4 = (const void *)sa;
	const struct sockaddr_in6 *v6 = (const void *)sa;
	const void *bin = &v4->sin_addr;
	int family = sa->sa_family;

	if (family == AF_INET6) {
		bin = &v6->sin6_addr;
		if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
			bin = &v6->sin6_addr.s6_addr[12];
			family = AF_INET;
		}
	}
	if (!inet_ntop(family, bin, ret, ADDRESS_TEXT))
		ret[0] = '\0';
}
