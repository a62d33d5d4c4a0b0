/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes what kernels send by netconsole (Documentation/networking/netconsole.rst): bare
 * text in datagrams, which is the log of the sender's boot.
 */
#ifndef TENFOLD_NETCONSOLE_H
#define TENFOLD_NETCONSOLE_H

#include "logs.h"

/* A socket for datagrams to that port, on the address of listen (ADDR:PORT). */
int netconsole_open(const char *listen, unsigned int port, int *ret_fd, struct err *err);

/* Stores what has come, without waiting; of senders that nobody knows nothing is kept. */
void netconsole_take(int fd, const struct logs *logs);

/* The candidate's option for it: netconsole=@CLIENT/DEVICE,PORT@SERVER/, or nothing if
 * one of the two (server with its port) is no IPv4 address. */
void netconsole_option(const char *server, unsigned int port, const char *client,
	const char *device, struct buf *b);

#endif
