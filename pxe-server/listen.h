/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket that HTTP is served on, with what GRUB's TCP needs of every connection that
 * comes out of it.
 */
#ifndef TENFOLD_LISTEN_H
#define TENFOLD_LISTEN_H

#include "lib/err.h"

/* Milliseconds that bytes may stay without an acknowledgement, as accepted sockets have
 * it; for GRUB it stays that way. */
#define LISTEN_GRUB_PATIENCE_MS 3000

/* Binds and listens on ADDR:PORT. ret_where is what was got ("127.0.0.1:8080"). */
int listen_open(const char *where, int *ret_fd, char ret_where[64], struct err *err);

/* Lets the process have so many: each is a file, and a transfer has the file it sends. */
void listen_allow(unsigned int connections);

#endif
