# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# How a person tries a commit without tenfold: compile it from nothing, copy kernel and
# modules onto the machine's disk, tell its boot loader, reboot, test. Each part is timed.

old=lab2 old_mac=52:54:00:77:00:02
LONG=480 # seconds: on a machine that compiles slower, nothing is compiled from nothing twice

regression_test() {
	cat <<END
#!/bin/sh
# good: a write to /dev/full fails, as it must
exec "$lab" -C "$LAB" ssh "\${TENFOLD_HOST:-$old}" '! echo x >/dev/full'
END
}

# timed NAME COMMAND... - seconds go into the variable old_NAME
timed() {
	local name=$1 from=$EPOCHREALTIME
	shift
	"$@" || site_die "the old way failed: $name"
	printf -v "old_$name" '%s' "$(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $from }")"
	local value=old_$name
	printf '%-10s %8s s\n' "$name" "${!value}"
}

old_make() {
	make -s -C "$SITE/old/src" O="$SITE/old/obj" ARCH=x86_64 "$@"
}

old_compile() {
	old_make -j"$(nproc)" KCONFIG_ALLCONFIG="$PWD/tests/lab/kernel/config-x86_64" allnoconfig \
		>/dev/null &&
		old_make -j"$(nproc)" bzImage modules >/dev/null
}

# The local OS has a boot menu of its own; the new kernel becomes its entry.
old_copy() { # VMLINUZ ROOT RELEASE
	"$lab" ssh --input $old 'cat >/boot/vmlinuz-old-way' <"$1" &&
		tar -C "$2" -c "lib/modules/$3" | "$lab" ssh --input $old 'tar -C / -x && sync' &&
		"$lab" ssh $old "sed -i 's,/boot/vmlinuz ,/boot/vmlinuz-old-way ,; /initrd/d' /boot/grub/grub.cfg && sync"
}

old_install() {
	local release
	release=$(old_make kernelrelease) &&
		old_make INSTALL_MOD_PATH="$SITE/old/root" INSTALL_MOD_STRIP=1 modules_install >/dev/null &&
		old_copy "$SITE/old/obj/arch/x86/boot/bzImage" "$SITE/old/root" "$release"
}

# The same kernel as the builder has made it.
old_install_image() { # COMMIT
	local image=$STORE/images/x86_64/lab/$1
	zstd -qdc "$image/modules.cpio.zst" | (cd "$SITE/old/root" && cpio -id --quiet) &&
		old_copy "$image/vmlinuz" "$SITE/old/root/usr" "$(jq -r .release "$image/image.json")"
}

# What the builder took for the one clean build that it made.
clean_seconds() {
	find "$STORE/images" -name image.json -exec jq -r 'select(.how == "clean") | .seconds' {} + |
		head -n 1
}

old_reboot() {
	local from
	from=$("$lab" console $old --size)
	"$lab" ssh $old reboot
	"$lab" wait-console $old 'local OS up on 6.*-tenfold' 300 "$from" >/dev/null
}

old_test() {
	TENFOLD_HOST=$old "$SITE/test"
}

old_way() { # COMMIT
	git -C "$LINUX" log -1 --format='%h %s' "$1"
	mkdir -p "$SITE/old"/{src,root}
	"$lab" machine add $old --mac $old_mac --firmware bios --boot disk
	"$lab" power $old on
	"$lab" wait-console $old 'local OS up on' 300 0 >/dev/null
	old_compile=$(clean_seconds)
	if [ "${old_compile%.*}" -gt $LONG ]; then
		printf '%-10s %8.1f s: the builder'"'"'s own clean build; another would take as long\n' \
			compile "$old_compile"
		timed install old_install_image "$1"
	else
		git -C "$LINUX" archive "$1" | tar -x -C "$SITE/old/src"
		timed compile old_compile
		timed install old_install
	fi
	timed reboot old_reboot
	timed test old_test
}
