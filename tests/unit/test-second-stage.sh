#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The second stage: the root, the build id, what it tells of itself.
# shellcheck disable=SC2016 # the cases are for the inner shell
set -u
cd "$(dirname "$0")/../.." || exit
. tests/unit/stages.sh

# --- second stage -----------------------------------------------------------------------
guid_disk() {
	printf '\050\163\052\301\037\370\322\021\272\113\000\240\311\076\311\073' > "$work/w/guid"
}
setup=guid_disk
case_is 'a partition id as people write it' $local \
	'h=$(tf_hex $W/guid 0 16); tf_guid $h' c12a7328-f81f-11d2-ba4b-00a0c93ec93b
env_cmdline() {
	printf 'tenfold.server=10.0.0.1:8080 tenfold.host=52:54:00:aa:bb:cc tenfold.image=$(reboot) root=/dev/vda2\n' \
		> "$work/w/proc/cmdline"
}
setup=env_cmdline
case_is 'only plain words get into boot.env' $local \
	'tf_env A tenfold.server; tf_env B tenfold.image; tf_env C none; tf_env D tenfold.host' \
	$'A=10.0.0.1:8080\nD=52:54:00:aa:bb:cc'
no_root() { printf 'quiet\n' > "$work/w/proc/cmdline"; }
setup=no_root
case_is 'no root=' $local 'tf_mount_root || echo "$TF_WHY"' 'no root= on the command line'
nfs_root() { printf 'root=nfs:10.0.0.1:/x\n' > "$work/w/proc/cmdline"; }
setup=nfs_root
case_is 'a root= that it cannot mount' $local 'tf_mount_root || echo "${TF_WHY%% (*}"' \
	"root=nfs:10.0.0.1:/x needs a second stage with dracut's base module"
# --- where dracut would wait in its emergency shell --------------------------------------
dracut_steps='tf_event() { echo "event $*"; }; tf_net_up() { :; }; tf_reboot() { echo reboot; }
tf_shell() { echo shell; }; TF_NEWROOT=/sysroot;'
dracut_root() {
	echo 'tenfold.server=10.0.0.1:8080 tenfold.boot=b root=/dev/mapper/vg-root' \
		> "$work/w/proc/cmdline"
	echo 'proc /proc proc rw 0 0' > "$work/w/proc/mounts"
}
setup=dracut_root
case_is 'dracut without its root: told, and a reboot' $local "$dracut_steps tf_dracut_failed" \
	'event failed detail=second stage: dracut could not mount root=/dev/mapper/vg-root
reboot'
dracut_mounted() { dracut_root && echo '/dev/dm-0 /sysroot ext4 ro 0 0' >> "$work/w/proc/mounts"; }
setup=dracut_mounted
case_is 'dracut with a root that it cannot start' $local "$dracut_steps tf_dracut_failed" \
	'event failed detail=second stage: dracut mounted root=/dev/mapper/vg-root but could not switch to it
reboot'
dracut_person() { dracut_root && sed -i 's/$/ rd.shell/' "$work/w/proc/cmdline"; }
setup=dracut_person
case_is "a person wants dracut's own shell" $local "$dracut_steps tf_dracut_failed; echo back" back
dracut_break() { dracut_root && sed -i 's/$/ rd.break=pre-mount/' "$work/w/proc/cmdline"; }
setup=dracut_break
case_is 'a person wants to stop on the way' $local "$dracut_steps tf_dracut_failed; echo back" back

inits() {
	mkdir -p "$work/w/new/sbin" "$work/w/new/bin"
	ln -s /lib/systemd/systemd "$work/w/new/sbin/init"
}
setup=inits
case_is 'an init that is an absolute link' $local 'TF_NEWROOT=$W/new; tf_find_init' /sbin/init

# --- the modules ------------------------------------------------------------------------
modules() {
	mkdir -p "$work/w/lib/modules/6.1.0/kernel" "$work/w/new/lib/modules/5.10"
	echo driver > "$work/w/lib/modules/6.1.0/kernel/a.ko"
	fake uname 'echo 6.1.0'
	fake mount 'rm -rf "$W/new/lib/modules/5.10"'
}
setup=modules
case_is 'the modules are where the local system looks for them' $local \
	'TF_NEWROOT=$W/new; tf_modules && cat $W/new/lib/modules/6.1.0/kernel/a.ko; ls $W/new/lib/modules' \
	$'driver\n6.1.0'
no_modules() {
	modules
	rm -r "$work/w/lib"
	echo quiet > "$work/w/proc/cmdline"
}
setup=no_modules
case_is 'a candidate without modules' $local 'TF_NEWROOT=$W/new; tf_modules && echo up' up
not_unpacked() { no_modules && echo 'quiet tenfold.modules=yes' > "$work/w/proc/cmdline"; }
setup=not_unpacked
case_is 'a candidate that has not unpacked its modules' $local \
	'TF_NEWROOT=$W/new; tf_hand_over || echo "$TF_WHY"' \
	'the candidate has not unpacked its modules: does its config have RD_ZSTD?'
old_kernel() { not_unpacked && fake uname 'echo 5.8.3-lab'; }
setup=old_kernel
case_is 'a candidate that cannot unpack them' $local \
	'TF_NEWROOT=$W/new; tf_modules && echo up; cut -d" " -f 3- $W/dev/ttyS0' \
	$'up\nthe candidate has not unpacked its modules: does its config have RD_ZSTD?'
modules_too_large() { modules && fake cp 'return 1'; }
setup=modules_too_large
case_is 'modules that do not fit end the boot' $local \
	'TF_NEWROOT=$W/new; tf_hand_over || echo "${TF_WHY##*: }"; ls $W/run/tenfold' \
	'no memory left?'
no_folder() { modules && rm -r "$work/w/new/lib/modules"; }
setup=no_folder
case_is 'a local system without a folder for them comes up' $local \
	'TF_NEWROOT=$W/new; tf_modules && echo up; cut -d" " -f 3- $W/dev/ttyS0' \
	$'up\nno modules for the local system: it has no folder /lib/modules to put them on'

# --- the build id -----------------------------------------------------------------------
notes() {
	# Xen's note, one with an odd size, then GNU's build id
	{
		printf '\004\0\0\0\004\0\0\0\022\0\0\0Xen\0\001\002\003\004'
		printf '\006\0\0\0\003\0\0\0\003\0\0\0Linux\0\0\0\001\002\003\0'
		printf '\004\0\0\0\024\0\0\0\003\0\0\0GNU\0'
		printf '\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020\377\376\375\374'
	} > "$work/w/notes"
}
setup=notes
case_is 'the build id among other notes' $up 'TENFOLD_NOTES=$W/notes build_id' \
	0102030405060708090a0b0c0d0e0f10fffefdfc
notes_hexdump() { notes && fake od 'return 127'; }
setup=notes_hexdump
case_is 'the build id without od' $up 'TENFOLD_NOTES=$W/notes build_id' \
	0102030405060708090a0b0c0d0e0f10fffefdfc
cut_notes() { notes && truncate -s 70 "$work/w/notes"; }
setup=cut_notes
case_is 'notes that end too soon' $up 'TENFOLD_NOTES=$W/notes build_id; echo end' \
	end
no_notes() { : > "$work/w/notes"; }
setup=no_notes
case_is 'no notes' $up 'TENFOLD_NOTES=$W/notes build_id || echo none' none

# --- evidence ----------------------------------------------------------------------------
wants_netconsole() {
	printf 'quiet netconsole=@10.0.0.9/eth0,6666@10.0.0.1/\n' > "$work/w/proc/cmdline"
	fake modprobe 'echo "modprobe $*"'
}
setup=wants_netconsole
case_is 'netconsole as a module gets its option' $local tf_netconsole \
	'modprobe -q netconsole netconsole=@10.0.0.9/eth0,6666@10.0.0.1/'
log_of_the_kernel() {
	fake dmesg 'echo words'
	fake command 'false'
	fake wget 'echo "$*" > "$W/sent"; cat "$5" >> "$W/sent"'
}
setup=log_of_the_kernel
case_is "the kernel's log is posted" $up \
	'TENFOLD_DMESG=$W/dmesg; dmesg_post http://x/logs/dmesg; cat $W/sent; ls $W/dmesg 2> /dev/null; echo end' \
	'-q -O - --post-file '"$work"'/w/dmesg http://x/logs/dmesg
words
end'

finish
