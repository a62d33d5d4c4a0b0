// SPDX-License-Identifier: GPL-2.0-or-later
#include "grub-script.h"

#include <stdio.h>

#include "grub-quote.h"

/* clang-format off */

/* UEFI: `exit` would end in the firmware's own menu (it takes GRUB's success for a boot
 * that came back), so the loaders of the local OS are looked for by name: the removable
 * media path first, then what Linux distributions and Windows install. Debian's
 * chainloader wants $root to be the loader's own device. */
static const char local[] =
	"function tenfold_local {\n"
	"	echo 'tenfold: booting the local disk'\n"
	"	insmod part_gpt\n"
	"	insmod part_msdos\n"
	"	insmod chain\n"
	"	if [ \"$grub_platform\" = efi ]; then\n"
	"		insmod fat\n"
	"		insmod regexp\n"
	"		for loader in (hd*)/EFI/BOOT/BOOTX64.EFI (hd*)/EFI/*/shimx64.efi"
	" (hd*)/EFI/*/grubx64.efi (hd*)/EFI/systemd/systemd-bootx64.efi"
	" (hd*)/EFI/Microsoft/Boot/bootmgfw.efi; do\n"
	"			if [ -f \"$loader\" ]; then\n"
	"				echo \"tenfold: starting $loader\"\n"
	"				regexp -s 1:root '^\\((hd[^)]*)\\)' \"$loader\"\n"
	"				if chainloader \"$loader\"; then boot; fi\n"
	"			fi\n"
	"		done\n"
	"	else\n"
	"		insmod biosdisk\n"
	"		for disk in hd0 hd1 hd2 hd3; do\n"
	"			if chainloader \"($disk)+1\"; then boot; fi\n"
	"		done\n"
	"	fi\n"
	"	echo 'tenfold: no local disk boots; this machine starts again in 60 seconds'\n"
	"	sleep 60\n"
	"	reboot\n"
	"}\n";

/* UEFI holds the Esc of a serial line back for 2 seconds, to see whether it begins an arrow. */
static const char offer[] =
	"function tenfold_offer {\n"
	"%s"
	"	set tenfold_wait=%u\n"
	"	if [ \"$grub_platform\" = efi ]; then set tenfold_wait=%u; fi\n"
	"	echo \"tenfold: the local disk in $tenfold_wait seconds; Esc: choose a kernel\"\n"
	"	if sleep --interruptible $tenfold_wait; then tenfold_local; else tenfold_first; "
	"fi\n"
	"}\n";

static const char ask[] =
	"function tenfold_ask {\n"
	"	set tenfold_asked=yes\n"
	"	for tenfold_try in " GRUB_SCRIPT_TRIES "; do\n"
	"		echo \"tenfold: asking http://$tenfold_server for $net_default_mac"
	" (try $tenfold_try of 4)\"\n"
	"		source \"(http,$tenfold_server)/grub.cfg?mac=$net_default_mac"
	"&ip=$net_default_ip\"\n"
	"		if " GRUB_SCRIPT_IS_WHOLE "; then return; fi\n"
	"		echo 'tenfold: no configuration from the kernel server'\n"
	"		sleep $tenfold_try\n"
	"	done\n"
	"	echo 'tenfold: going on without the kernel server'\n"
	"}\n";

static const char static_file[] =
	"function tenfold_static {\n"
	"	insmod regexp\n"
	"	regexp -s 1:a -s 2:b -s 3:c -s 4:d -s 5:e -s 6:f"
	" '^(..):(..):(..):(..):(..):(..)$' \"$net_default_mac\"\n"
	"	source \"$prefix/grub.cfg-01-$a-$b-$c-$d-$e-$f\"\n"
	"}\n";

static const char video[] =
	"if [ \"$grub_platform\" = efi ]; then\n"
	"	insmod efi_gop\n"
	"	insmod efi_uga\n"
	"	set gfxpayload=keep\n"
	"fi\n";

static const char serial_console[] =
	"if serial --unit=%u --speed=%u; then\n"
	"	terminal_output console serial\n"
	"fi\n";

static const char load[] =
	"function %s {\n"
	"	for tenfold_try in " GRUB_SCRIPT_TRIES "; do\n"
	"		echo 'tenfold: loading %s from http://'";

static const char load_kernel[] =
	"\" (try $tenfold_try of 4)\"\n"
	"		set tenfold_loaded=no\n"
	"		if linux";

static const char load_initrd[] =
	"; then if initrd";

static const char load_end[] =
	"; then set tenfold_loaded=yes; fi%s\n"
	"		if [ \"$tenfold_loaded\" = yes ]; then\n"
	"			echo 'tenfold: starting it'\n"
	"			boot\n"
	"		fi\n"
	"		echo 'tenfold: it could not be loaded'\n"
	"		sleep $tenfold_try\n"
	"	done\n"
	"	echo 'tenfold: giving up the network'\n"
	"	tenfold_local\n"
	"}\n";

static const char default_entry[] =
	"set default=%s\n"
	"set timeout_style=hidden\n"
	"set timeout=0\n";

/* clang-format on */

void grub_script_local(struct buf *out)
{
	buf_adds(out, local);
}

void grub_script_offer(struct buf *out, unsigned int seconds, bool serial)
{
	buf_addf(out, offer, serial ? "	terminal_input console serial\n" : "", seconds,
		seconds ? seconds + 2 : 0);
}

void grub_script_ask(struct buf *out, const char *server)
{
	buf_adds(out, "set tenfold_server=");
	grub_quote(out, server);
	buf_addc(out, '\n');
	buf_adds(out, ask);
}

void grub_script_static(struct buf *out)
{
	buf_adds(out, static_file);
}

void grub_script_video(struct buf *out)
{
	buf_adds(out, video);
}

void grub_script_serial(struct buf *out, const char *serial)
{
	unsigned int unit = 0, speed = 115200;

	sscanf(serial, "ttyS%1u,%7u", &unit, &speed);
	buf_addf(out, serial_console, unit, speed);
}

void grub_script_load(
	struct buf *out, const char *function, const char *what, const char *server)
{
	buf_addf(out, load, function, what);
	grub_quote(out, server);
	buf_adds(out, load_kernel);
}

void grub_script_load_initrd(struct buf *out)
{
	buf_adds(out, load_initrd);
}

void grub_script_load_end(struct buf *out, bool initrd)
{
	buf_addf(out, load_end, initrd ? "; fi" : "");
}

void grub_script_default(struct buf *out, const char *id)
{
	buf_addf(out, default_entry, id);
}
