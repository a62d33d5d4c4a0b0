#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A warm step: from the running local system straight into another image, without firmware,
# GRUB or first stage.    sh /run/tenfold/warm BOOT IMAGE
#
# Left in /run/tenfold by a second stage that has kexec, with the tools that it needs beside
# it, so that nothing has to be installed. Ends at once; what follows is posted to the kernel
# server as BOOT, and said on the console. Nothing has changed when it fails before the jump.

here=/run/tenfold
fail() {
	echo "tenfold: no warm step: $*" >&2
	exit 1
}

[ $# -eq 2 ] || fail 'usage: sh /run/tenfold/warm BOOT IMAGE'
# shellcheck source=/dev/null
. "$here/boot.env" || fail 'this system was not booted by tenfold'
for dir in proc sys dev; do
	grep -q " $here/tools/$dir " /proc/mounts \
		|| mount -o bind "/$dir" "$here/tools/$dir" || fail "cannot mount /$dir"
done
export TENFOLD_SERVER TENFOLD_HOST
chroot "$here/tools" /usr/bin/busybox setsid sh /usr/lib/tenfold/tenfold-warm.sh "$@" \
	< /dev/null > /dev/null 2>&1 &
