#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # moddir and initdir are dracut's
#
# What both stages of tenfold share: the shell library and the tools that it calls.

# Both stages call programs that dracut's base does not bring: find, xargs, wget, udhcpc.
# called by dracut
check() {
	require_binaries busybox || return 1
	return 255
}

# called by dracut
depends() {
	return 0
}

# An initramfs made of tenfold alone (no dracut base, see tenfold-mkboot) lives on busybox;
# one that dracut's base is in brings its own tools, and busybox fills the gaps.
# called by dracut
install() {
	local applet busybox
	busybox=$(find_binary busybox)

	inst_simple "$moddir/tenfold-lib.sh" /usr/lib/tenfold/tenfold-lib.sh
	inst_simple "$moddir/tenfold-image.sh" /usr/lib/tenfold/tenfold-image.sh
	if dracut_module_included base; then
		inst_multiple cat cp mkdir mount umount sleep sort sha256sum timeout
		inst_multiple -o ip curl od reboot
		inst "$busybox" /usr/bin/busybox
	else
		# dracut adds libgcc and libc for threaded programs, of which there are none here
		# shellcheck disable=SC2034
		libdirs=
		inst "$busybox" /usr/bin/busybox
		mkdir -p "$initdir/bin" "$initdir/sbin"
		ln_r /usr/bin/busybox /bin/sh
		# the kernel's own request_module() calls this path
		ln_r /usr/bin/busybox /sbin/modprobe
	fi
	mkdir -p "$initdir/usr/lib/tenfold/bin"
	# that of a sysroot may not run here: /init makes the links then
	[[ -z ${dracutsysrootdir-} ]] || return 0
	for applet in $("$busybox" --list); do
		case $applet in
			busybox | sh | ash) ;;
			*) ln -sf ../../../bin/busybox "$initdir/usr/lib/tenfold/bin/$applet" ;;
		esac
	done
}
