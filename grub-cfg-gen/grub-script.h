/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a configuration that are the same for every host: functions of GRUB's
 * script language. Proven on GRUB 2.06, BIOS and UEFI; what they lean on:
 * `source` has no exit status, so a variable set by a file's last line tells that all of
 * it came; a function must not be redefined while it runs; nothing loads biosdisk and the
 * partition maps by itself in a netboot image; every HTTP try takes the next TCP port.
 */
#ifndef TENFOLD_GRUB_SCRIPT_H
#define TENFOLD_GRUB_SCRIPT_H

#include <stdbool.h>

#include "lib/buf.h"

/* The last line of every whole configuration, and the test for it. */
#define GRUB_SCRIPT_WHOLE "set tenfold_config=whole\n"
#define GRUB_SCRIPT_IS_WHOLE "[ \"$tenfold_config\" = whole ]"

/* One word a try, each also the seconds to wait after it failed. A try that gets no
 * answer takes 16 seconds in GRUB 2.06, refused or not; one that hangs in the answer, 30.
 */
#define GRUB_SCRIPT_TRIES "1 2 3 4"

/* `tenfold_local`: boots the local disk; starts the machine again if none boots. */
void grub_script_local(struct buf *out);

/* `tenfold_offer`: the local disk after so many seconds, or with Esc `tenfold_first`. No
 * other key counts, so that a noisy line stops no machine. serial: keys come from there
 * too, as no hidden menu follows. */
void grub_script_offer(struct buf *out, unsigned int seconds, bool serial);

/* `tenfold_ask`: sources the server's answer, with retries; see GRUB_SCRIPT_IS_WHOLE. */
void grub_script_ask(struct buf *out, const char *server);

/* `tenfold_static`: sources the host's static file beside grub.cfg, if there is one. */
void grub_script_static(struct buf *out);

/* Output on VGA and a serial port, when there is such a port; serial as in console=. Keys
 * come from the firmware's console alone: with a serial port among its inputs GRUB 2.06
 * stands still for three seconds at every hidden menu, and the menu for a person, on all
 * consoles, is the first stage's. */
void grub_script_serial(struct buf *out, const char *serial);

/* UEFI: a frame buffer for the kernel, at the firmware's resolution. BIOS stays in text
 * mode, where a candidate's graphics driver finds what it expects. */
void grub_script_video(struct buf *out);

/* A function that loads and boots, again and again, then takes the local disk; `what` is
 * shown. The words of `linux` follow grub_script_load(), those of `initrd` (if there is
 * one) grub_script_load_initrd(), and grub_script_load_end() closes it. */
void grub_script_load(
	struct buf *out, const char *function, const char *what, const char *server);
void grub_script_load_initrd(struct buf *out);
void grub_script_load_end(struct buf *out, bool initrd);

/* The default entry and how GRUB comes to it: at once, unless ESC is held. */
void grub_script_default(struct buf *out, const char *id);

#endif
