/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Socket addresses of both families, from text and to it. */
#ifndef TENFOLD_ADDRESS_H
#define TENFOLD_ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>

#define ADDRESS_TEXT INET6_ADDRSTRLEN

union address {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6; /* its port is at the same place */
};

/* text must be an address; the length for bind(). */
socklen_t address_make(const char *text, unsigned int port, union address *ret);

/* The address alone; what both ends know as IPv4 as IPv4. "" of other families. */
void address_text(const struct sockaddr *sa, char ret[ADDRESS_TEXT]);

#endif
