#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # moddir and initdir are dracut's
#
# tenfold's second stage: a candidate kernel comes up on the machine's own local root.
# It has no kernel modules in it; the candidate's come as a second archive.

# called by dracut
check() {
	return 255
}

# called by dracut
depends() {
	echo tenfold-base
	# dracut-ng waits without end for the root's device under systemd, if this is left out
	if dracut_module_included systemd \
		&& compgen -G "$dracutbasedir/modules.d/[0-9][0-9]initqueue" > /dev/null; then
		echo initqueue
	fi
}

# The tools of a warm step, which the local system finds in /run/tenfold: the kexec and the
# busybox of this initramfs, with their libraries. Where one is missing there is none.
install_warm() {
	local kexec busybox
	kexec=$(find_binary kexec) && busybox=$(find_binary busybox) || return 0
	inst "$busybox" /usr/bin/busybox
	inst "$kexec" /usr/sbin/kexec
	inst_simple "$moddir/warm.sh" /usr/lib/tenfold/warm
	inst_simple "$moddir/tenfold-warm.sh" /usr/lib/tenfold/tenfold-warm.sh
	{
		printf '/usr/lib/tenfold/tenfold-%s.sh\n' lib image warm
		printf '%s\n' /usr/bin/busybox /usr/sbin/kexec
		"$DRACUT_LDD" "$kexec" "$busybox" 2> /dev/null | sed -n 's,^[^/]*\(/[^ ]*\) (.*,\1,p'
	} | sort -u > "$initdir/usr/lib/tenfold/warm.list"
}

# called by dracut
install() {
	inst_simple "$moddir/tenfold-local.sh" /usr/lib/tenfold/tenfold-local.sh
	# not as a program, for which dracut would add this machine's shell and libc
	inst_simple "$moddir/up.sh" /usr/lib/tenfold/up
	inst_simple "$moddir/tenfold-up.service" /usr/lib/tenfold/tenfold-up.service
	install_warm
	if dracut_module_included base; then
		inst_hook cmdline 01 "$moddir/cmdline.sh"
		inst_hook pre-pivot 50 "$moddir/pre-pivot.sh"
		inst_hook emergency 50 "$moddir/emergency.sh"
		# with rd.shell=0, dracut under systemd looks here only
		inst_hook shutdown-emergency 50 "$moddir/emergency.sh"
	else
		inst_script "$moddir/init.sh" /init
	fi
}
