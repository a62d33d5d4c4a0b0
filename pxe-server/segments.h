/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole frames for GRUB. GRUB 2.06 announces no maximum segment size, so that TCP has to
 * take the least that any host takes: 536 bytes a packet (RFC 9293, 3.7.1). A machine's
 * firmware, and far more an emulated one, spends its time by the packet. On a network of
 * ours it takes what we would take ourselves.
 */
#ifndef TENFOLD_SEGMENTS_H
#define TENFOLD_SEGMENTS_H

#define SEGMENT_MAX 1460 /* bytes: IPv4 in an Ethernet frame of the usual 1500 */

/* For a connection that was accepted from GRUB and on which nothing was sent yet: frames
 * of up to SEGMENT_MAX to a peer whose IPv4 address is in one of this machine's networks.
 * Wants CAP_NET_ADMIN, else -EPERM. 0; -EREMOTE: not for this peer; another -errno. */
int segments_widen(int fd);

/* The same, and a word in the log, once, where the capability lacks. */
void segments_suit_grub(int fd);

#endif
